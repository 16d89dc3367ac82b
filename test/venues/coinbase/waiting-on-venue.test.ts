/** Orders that the venue keeps: our desk and the venue's server, over real sockets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountText } from '../../../src/core/instrument.ts';
import { type Ticks, ticksOf } from '../../../src/core/units.ts';
import type { OrderRecord, Side } from '../../../src/execution/order.ts';
import type { VenueOrder } from '../../../src/simulation/exchange/orders.ts';
import { auditedJournal } from '../../support/audit/audited-journal.ts';
import { aStage, type Stage } from '../../support/venues/scenario-stage.ts';
import { SCENARIO_VENUES, type ScenarioVenue } from '../../support/venues/scenario-venues.ts';
import type { VenueHost } from '../../support/venues/venue-host.ts';

const PRICE = 60_000;
const SPEC = SCENARIO_VENUES.find(({ kind }) => kind === 'coinbase') as ScenarioVenue;

const at = (stage: Stage, away: number): Ticks => ticksOf(stage.ticks(PRICE + away));
const recordOf = (desk: VenueHost, id: string): OrderRecord => {
  const record = desk.record(id);
  assert.ok(record !== undefined, `${id} is known`);
  return record;
};
const atVenue = ({ account }: Stage): VenueOrder => {
  assert.is(account.open.size, 1, 'one order is open');
  return [...account.open.values()][0] as VenueOrder;
};
const locked = ({ account }: Stage, asset: string): string =>
  amountText(account.balances.get(asset)?.locked as never);
const shown = ({ venue, spec }: Stage, side: Side): number =>
  venue.exchange.markets.get(spec.symbol)?.depth(side, 10).length ?? -1;
const sorted = (rows: readonly (readonly unknown[])[]): string[] =>
  rows.map((row) => row.join(' ')).sort();

interface Wish {
  readonly kind: 'stop' | 'take-profit' | 'pair';
  readonly side?: Side;
  /** How far from the last trade it wakes, and its limit is. */
  readonly wakes: number;
  readonly limit: number;
}

/** An order of one unit that the venue has taken and that waits. @returns its client id */
async function waiting(stage: Stage, { kind, side = 'sell', wakes, limit }: Wish): Promise<string> {
  const trigger = { kind, ticks: at(stage, wakes) };
  const id = stage.place({ side, away: limit, trigger });
  await stage.until('it waits', () => recordOf(stage.desk, id).status === 'open');
  return id;
}

const ended = (stage: Stage, id: string, status: OrderRecord['status']): Promise<void> =>
  stage.until(`it is ${status}`, () => recordOf(stage.desk, id).status === status);
const fillsOf = (desk: VenueHost, id: string): number =>
  desk.eventsOf(id).filter((kind) => kind === 'order-filled').length;

/** The last trade was at 60,000; somebody bids 50 and 100 below, and offers 50 above. */
const CASES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'a stop limit waits unseen, wakes at its price and trades down to its limit'(stage) {
    const offers = shown(stage, 'sell');
    const id = await waiting(stage, { kind: 'stop', wakes: -50, limit: -200 });
    assert.equal([atVenue(stage).isWaiting, shown(stage, 'sell')], [true, offers]);
    assert.equal([recordOf(stage.desk, id).isWaiting, locked(stage, 'BTC')], [true, '0.01000000']);
    stage.take('sell', 0.5);
    await ended(stage, id, 'filled');
    const record = recordOf(stage.desk, id);
    assert.equal([record.isWaiting, record.filledLots], [false, stage.lots(1)]);
    assert.equal(stage.desk.eventsOf(id), [
      ...['order-submitted', 'order-accepted', 'order-triggered'],
      ...['order-filled', 'order-filled'],
    ]);
    // Half of it at each of the two bids.
    assert.is(amountText(record.filledQuote), '599.25000000');
    assert.equal([stage.account.open.size, locked(stage, 'BTC')], [0, '0.00000000']);
  },

  async 'a stop limit that wakes where nobody buys rests at its limit, and is taken back'(stage) {
    stage.take('sell', 0.5);
    const id = await waiting(stage, { kind: 'take-profit', wakes: 50, limit: 80 });
    stage.take('buy', 0.5);
    await stage.until('it has woken', () => !recordOf(stage.desk, id).isWaiting);
    assert.equal(
      [atVenue(stage).isWaiting ?? false, recordOf(stage.desk, id).status],
      [false, 'open'],
    );
    stage.desk.desk.entry.cancel(id);
    await ended(stage, id, 'canceled');
    assert.is(locked(stage, 'BTC'), '0.00000000');
  },

  async 'a purchase that waits holds its limit with the fee, and wakes on the way up'(stage) {
    const id = await waiting(stage, { kind: 'stop', side: 'buy', wakes: 50, limit: 60 });
    assert.is(locked(stage, 'USD'), '600.84024003', '4 bps of 600.60 on top');
    stage.take('buy', 0.5);
    await ended(stage, id, 'partially-filled');
    assert.is(recordOf(stage.desk, id).filledLots, stage.lots(0.5));
    stage.desk.desk.entry.cancel(id);
    await ended(stage, id, 'canceled');
    assert.is(locked(stage, 'USD'), '0.00000000');
  },

  async 'the target of a pair trades like any limit order, and its stop is over'(stage) {
    const offers = shown(stage, 'sell');
    const id = await waiting(stage, { kind: 'pair', wakes: -50, limit: 20 });
    assert.equal([shown(stage, 'sell'), locked(stage, 'BTC')], [offers + 1, '0.01000000']);
    assert.is(recordOf(stage.desk, id).isWaiting, true);
    stage.take('buy', 1);
    await ended(stage, id, 'filled');
    assert.equal([fillsOf(stage.desk, id), stage.seen.trades], [1, 1]);
    assert.not(stage.desk.eventsOf(id).includes('order-triggered'));
    stage.take('sell', 3);
    await stage.advance(5_000);
    assert.equal([fillsOf(stage.desk, id), stage.seen.trades], [1, 1]);
  },

  async 'the stop of a pair takes its target out of the book and sells what is left'(stage) {
    const offers = shown(stage, 'sell');
    const id = await waiting(stage, { kind: 'pair', wakes: -50, limit: 20 });
    stage.take('sell', 0.5);
    await ended(stage, id, 'filled');
    const record = recordOf(stage.desk, id);
    assert.equal([record.filledLots, record.isWaiting], [stage.lots(1), false]);
    assert.is(amountText(record.filledQuote), '599.25000000');
    assert.ok(stage.desk.eventsOf(id).includes('order-triggered'));
    assert.equal([shown(stage, 'sell'), locked(stage, 'BTC')], [offers, '0.00000000']);
  },

  async 'after a part of its target has traded a pair has no stop any more'(stage) {
    const id = await waiting(stage, { kind: 'pair', wakes: -50, limit: 20 });
    stage.take('buy', 0.4);
    await ended(stage, id, 'partially-filled');
    stage.take('sell', 0.5);
    await stage.advance(5_000);
    const { filledLots, status } = recordOf(stage.desk, id);
    assert.equal([filledLots, status], [stage.lots(0.4), 'partially-filled']);
    assert.not(stage.desk.eventsOf(id).includes('order-triggered'));
    assert.is(locked(stage, 'BTC'), '0.00600000');
    stage.desk.desk.entry.cancel(id);
    await ended(stage, id, 'canceled');
    assert.is(locked(stage, 'BTC'), '0.00000000');
  },

  async 'one cancellation ends both limbs of a pair'(stage) {
    const id = await waiting(stage, { kind: 'pair', wakes: -50, limit: 20 });
    stage.desk.desk.entry.cancel(id);
    await ended(stage, id, 'canceled');
    stage.take('sell', 3);
    stage.take('buy', 3);
    await stage.advance(5_000);
    assert.equal([fillsOf(stage.desk, id), locked(stage, 'BTC')], [0, '0.00000000']);
  },

  async 'a stop and a pair of one run are booked once, kept whole and audited'(stage) {
    const stop = await waiting(stage, { kind: 'stop', wakes: -50, limit: -200 });
    const pair = await waiting(stage, { kind: 'pair', wakes: -70, limit: 20 });
    stage.take('sell', 0.5);
    await ended(stage, stop, 'filled');
    await ended(stage, pair, 'filled');
    const { journal } = stage.desk;
    const audited = await auditedJournal(journal, stage.instrument);
    assert.is(audited.entries, journal.length + 1);
    for (const id of [stop, pair]) assert.equal(audited.order(id), recordOf(stage.desk, id));
    const told = journal.flatMap((event) => (event.kind === 'order-filled' ? [event.fill] : []));
    assert.is(new Set(told.map(({ tradeId }) => tradeId)).size, told.length);
    const atDesk = told.map(({ ticks, lots, quote, fee }) => [ticks, lots, quote, fee]);
    const own = [...stage.account.trades.values()];
    const truth = own.map(({ ticks, lots, quote, fee }) => [ticks, lots, quote, fee]);
    assert.equal(sorted(atDesk), sorted(truth));
  },

  async 'a stop that would wake at once is a definite refusal with its reason'(stage) {
    const id = stage.place({
      side: 'sell',
      away: -200,
      trigger: { kind: 'stop', ticks: at(stage, 0) },
    });
    await ended(stage, id, 'rejected');
    const { reason } = recordOf(stage.desk, id);
    assert.is(reason, 'PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE');
    assert.is(stage.posts(), 1);
  },

  async 'a reply that is lost behind a waiting order costs nothing: it waits once'(stage) {
    stage.fault('place', { kind: 'lost', isExecuted: true });
    const trigger = { kind: 'stop', ticks: at(stage, -50) } as const;
    const id = stage.place({ side: 'sell', away: -200, trigger });
    await stage.until('the proof', () => recordOf(stage.desk, id).status === 'open');
    assert.equal([stage.posts(), recordOf(stage.desk, id).isWaiting], [1, true]);
    assert.equal(
      [atVenue(stage).isWaiting, recordOf(stage.desk, id).order.trigger],
      [true, trigger],
    );
    stage.take('sell', 0.5);
    await ended(stage, id, 'filled');
    assert.equal([fillsOf(stage.desk, id), stage.seen.trades], [2, 2]);
  },

  async 'a waiting order that never arrived is given up when that is proven'(stage) {
    stage.fault('place', { kind: 'lost', isExecuted: false });
    const trigger = { kind: 'pair', ticks: at(stage, -50) } as const;
    const id = stage.place({ side: 'sell', away: 20, trigger });
    await ended(stage, id, 'rejected-unacked');
    assert.equal([stage.posts(), stage.account.open.size], [1, 0]);
  },

  async 'what wakes and fills while the socket is down is found and booked once'(stage) {
    const id = await waiting(stage, { kind: 'stop', wakes: -50, limit: -200 });
    stage.venue.facade.dropAll();
    stage.take('sell', 0.5);
    await stage.until('the loss', () => stage.desk.gate.venuePauses(0).length > 0);
    await stage.until('the run', () => stage.desk.gate.venuePauses(0).length === 0);
    await ended(stage, id, 'filled');
    const record = recordOf(stage.desk, id);
    assert.equal([record.isWaiting, record.filledLots], [false, stage.lots(1)]);
    assert.equal([fillsOf(stage.desk, id), stage.seen.trades], [2, 2]);
  },

  async 'what wakes and rests while the socket is down is known to have woken'(stage) {
    stage.take('sell', 0.5);
    const id = await waiting(stage, { kind: 'take-profit', wakes: 50, limit: 80 });
    stage.venue.facade.dropAll();
    stage.take('buy', 0.5);
    await ended(stage, id, 'canceled');
    assert.is(recordOf(stage.desk, id).isWaiting, false);
    assert.ok(stage.desk.eventsOf(id).includes('order-triggered'));
  },

  async 'after a reconnection the snapshot has what waits, and a restart takes it back'(stage) {
    const id = await waiting(stage, { kind: 'stop', wakes: -50, limit: -200 });
    stage.venue.facade.dropAll();
    await ended(stage, id, 'canceled');
    assert.is(recordOf(stage.desk, id).isWaiting, true, 'it never woke');
    assert.equal([stage.account.open.size, locked(stage, 'BTC')], [0, '0.00000000']);
  },

  async 'a desk that dies takes back what it left waiting'(stage) {
    const id = await waiting(stage, { kind: 'pair', wakes: -50, limit: 20 });
    const memory = stage.memory();
    stage.desk.kill();
    const second = await stage.begin(memory);
    await stage.until('its end', () => second.record(id)?.status === 'canceled');
    assert.is(stage.account.open.size, 0);
    second.kill();
  },

  async 'an order that the journal lost is taken over with its trigger'(stage) {
    await waiting(stage, { kind: 'pair', wakes: -50, limit: 20 });
    const { memory } = { memory: stage.memory() };
    stage.desk.kill();
    const second = await stage.begin({ ...memory, order: () => undefined, openOrders: [] });
    const adopted = second.journal.find((event) => event.kind === 'order-submitted');
    assert.ok(adopted?.kind === 'order-submitted');
    assert.equal(adopted.order.trigger, { kind: 'pair', ticks: at(stage, -50) });
    await stage.until('its end', () => stage.account.open.size === 0);
    second.kill();
  },
};

for (const [title, run] of Object.entries(CASES)) {
  test(title, async () => {
    const stage = await aStage(SPEC);
    try {
      stage.crowd('sell', 0.1);
      stage.take('buy', 0.1);
      stage.crowd('buy', 1, -50);
      stage.crowd('buy', 5, -100);
      stage.crowd('sell', 1, 50);
      stage.crowd('sell', 5, 100);
      await run(stage);
    } finally {
      await stage.end();
    }
  });
}

test.run();
