/**
 * Credibility tests 3 (shadow orders) and 4 (monotony) on recorded markets: what the model fills
 * lies between what must and what can have been filled, and the worse the assumption, the less.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Side } from '../../../src/execution/order.ts';
import type { QueueModel } from '../../../src/market/microstructure/queue-position.ts';
import type { VenueOrder } from '../../../src/simulation/exchange/orders.ts';
import type { RecordedFrame } from '../../../src/simulation/recording.ts';
import { recordedPath, recordings } from '../../support/edge/recordings.ts';
import { type Rehearsal, type RehearsalOptions, rehearse } from '../../support/replay/rehearsal.ts';
import { theRecording } from '../../support/replay/replay.ts';

const FILES =
  recordings === null
    ? []
    : ['l2/binance-spot/btcusdt_20240808.gz', 'l2/binance-spot/ethusdt_20240808.gz'];

const MODELS: readonly QueueModel[] = [
  { kind: 'risk-averse' },
  { kind: 'power', n: 3 },
  { kind: 'power', n: 1 },
  { kind: 'log' },
];

function say(what: string, figures: readonly (string | number)[]): void {
  process.stdout.write(`  ${what}: ${figures.join(' ')}\n`);
}

/** What the recording itself says of one order: read from its texts, without our decoders. */
class Shadow {
  /** A print went through its price: it must be filled. */
  isSure = false;
  /** A print or the other side came to its price: it may be filled. */
  isPossible = false;
  readonly #order: VenueOrder;
  readonly #price: number;

  constructor(order: VenueOrder, tickSize: number) {
    this.#order = order;
    this.#price = Number((order.ticks * tickSize).toFixed(2));
  }

  see({ frame }: RecordedFrame): void {
    const { data } = JSON.parse(new TextDecoder().decode(frame));
    if (data?.e === 'trade') this.#print(Number(data.p), data.T);
    else if (data?.e === 'depthUpdate') this.#levels(this.#isBuy ? data.a : data.b);
    else if (data !== undefined) this.#touch(Number(this.#isBuy ? data.a : data.b));
  }

  get #isBuy(): boolean {
    return this.#order.side === 'buy';
  }

  /** How far a price is through that of the order; above 0 it is. */
  #beyond(price: number): number {
    return this.#isBuy ? this.#price - price : price - this.#price;
  }

  #print(price: number, happenedMs: number): void {
    if (happenedMs < this.#order.createdMs) return;
    if (this.#beyond(price) > 0) this.isSure = true;
    if (this.#beyond(price) >= 0) this.isPossible = true;
  }

  #levels(levels: readonly (readonly [string, string])[]): void {
    for (const [price, size] of levels) if (Number(size) > 0) this.#touch(Number(price));
  }

  #touch(price: number): void {
    if (this.#beyond(price) >= 0) this.isPossible = true;
  }
}

/** Orders one after another, each for 2 s, at the touch and up to two ticks around it. */
async function shadowOrders(path: string, queue: QueueModel) {
  const counts = { orders: 0, sure: 0, filled: 0, possible: 0 };
  let current: { order: VenueOrder; shadow: Shadow } | null = null;
  const settle = (rehearsal: Rehearsal): void => {
    if (current === null) return;
    const { order, shadow } = current;
    const { status, filledLots } = rehearsal.find(order);
    rehearsal.cancelAll();
    current = null;
    counts.orders += 1;
    if (shadow.isSure) counts.sure += 1;
    if (shadow.isPossible) counts.possible += 1;
    if (filledLots > 0) counts.filled += 1;
    const said = `order ${order.orderId}, line by line`;
    assert.ok(!shadow.isSure || status === 'filled', `${said}: it must be filled`);
    assert.ok(shadow.isPossible || filledLots === 0, `${said}: it cannot be filled`);
  };
  await rehearse(
    await theRecording(recordedPath(path)),
    { queue },
    (rehearsal) => {
      const act = (): void => {
        rehearsal.time.timers.after(2_000, act);
        settle(rehearsal);
        const side: Side = counts.orders % 2 === 0 ? 'buy' : 'sell';
        const away = (counts.orders % 5) - 2;
        const order = rehearsal.place(side, rehearsal.bestTicks(side) + away, 100_000);
        const { tickSize } = rehearsal.recording.rules.instrument;
        if (order !== null) current = { order, shadow: new Shadow(order, tickSize) };
        else counts.orders += 1;
      };
      act();
    },
    (frame) => current?.shadow.see(frame),
  );
  return counts;
}

for (const path of FILES) {
  test(`fills of shadow orders lie between sure and possible in ${path}`, async () => {
    const filled: number[] = [];
    for (const queue of MODELS) {
      const counts = await shadowOrders(path, queue);
      say(queue.kind, [JSON.stringify(counts)]);
      assert.ok(counts.orders > 150);
      assert.ok(counts.sure > 0 && counts.possible < counts.orders);
      assert.ok(counts.sure <= counts.filled && counts.filled <= counts.possible);
      filled.push(counts.filled);
    }
    const [averse = Number.NaN, ...others] = filled;
    assert.ok(others.every((count) => averse <= count));
  });
}

const EVERY_MS = 5_000;
/** 0.5 BTC or 5 ETH: enough to wait for. */
const LOTS = 500_000;

/**
 * Both sides quoted at the touch each 5 s, whatever has been filled. The prices are those of the
 * decision; the orders arrive later.
 */
function quoting(latencyMs: number): (rehearsal: Rehearsal) => void {
  return (rehearsal) => {
    const act = (): void => {
      rehearsal.time.timers.after(EVERY_MS, act);
      const [bid, ask] = [rehearsal.bestTicks('buy'), rehearsal.bestTicks('sell')];
      rehearsal.time.timers.after(latencyMs, () => {
        rehearsal.cancelAll();
        rehearsal.place('buy', bid, LOTS);
        rehearsal.place('sell', ask, LOTS);
      });
    };
    act();
  };
}

/**
 * A maker who loses by each fill is better off with fewer, so that pessimism would improve it: this
 * one is paid 10 bps for each, and so has something to lose.
 */
const REBATE_PPM = -1_000;

async function profitOf(path: string, latencyMs: number, options: RehearsalOptions) {
  const recording = await theRecording(recordedPath(path));
  const paid = { makerPpm: REBATE_PPM, ...options };
  const rehearsal = await rehearse(recording, paid, quoting(latencyMs));
  const trades = [...(rehearsal.exchange.account('alice')?.trades.values() ?? [])];
  assert.ok(trades.every(({ isMaker }) => isMaker));
  return rehearsal.profit;
}

function falls(figures: readonly number[]): boolean {
  return figures.every((figure, at) => at === 0 || figure <= (figures[at - 1] as number));
}

for (const path of FILES) {
  test(`more latency never improves a passive script in ${path}`, async () => {
    const profits: number[] = [];
    for (const latencyMs of [1, 10, 100, 300, 900]) {
      profits.push(await profitOf(path, latencyMs, {}));
    }
    say(
      'profit at 1, 10, 100, 300, 900 ms',
      profits.map((profit) => profit.toFixed(2)),
    );
    assert.ok(falls(profits) && (profits.at(-1) ?? 0) < (profits[0] ?? 0));
  });

  test(`a worse queue never improves a passive script in ${path}`, async () => {
    const profits: number[] = [];
    for (const queue of MODELS) profits.push(await profitOf(path, 1, { queue }));
    say(
      'profit risk-averse, power 3, power 1, log',
      profits.map((profit) => profit.toFixed(2)),
    );
    assert.ok(falls([...profits].reverse()), 'from the most to the least optimistic');
  });

  test(`higher fees never improve a passive script in ${path}`, async () => {
    const profits: number[] = [];
    for (const makerPpm of [-1_000, 0, 100, 1_000]) {
      profits.push(await profitOf(path, 1, { makerPpm }));
    }
    say(
      'profit at −10, 0, 1, 10 bps',
      profits.map((profit) => profit.toFixed(2)),
    );
    assert.ok(falls(profits) && (profits.at(-1) ?? 0) < (profits[0] ?? 0));
  });
}

test.run();
