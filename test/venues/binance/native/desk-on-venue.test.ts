/** What Binance spot keeps for the desk: our client and the venue's server, over real sockets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../../src/core/units.ts';
import { openLots, type Trigger } from '../../../../src/execution/order.ts';
import type { VenueOrder } from '../../../../src/simulation/exchange/orders.ts';
import type { OrderParts } from '../../../support/trade/orders.ts';
import { aStage, type Stage } from '../../../support/venues/scenario-stage.ts';
import { SCENARIO_VENUES, type ScenarioVenue } from '../../../support/venues/scenario-venues.ts';

const BINANCE = SCENARIO_VENUES.find(({ kind }) => kind === 'binance') as ScenarioVenue;
const PRICE = 60_000;

const statusOf = ({ desk }: Stage, id: string): string => desk.record(id)?.status ?? 'not told';
const filledOf = ({ desk }: Stage, id: string): number => desk.record(id)?.filledLots ?? 0;
const isWaiting = ({ desk }: Stage, id: string): boolean => desk.record(id)?.isWaiting === true;
const toBe = (stage: Stage, id: string, status: string): Promise<void> =>
  stage.until(`${id} is ${status}`, () => statusOf(stage, id) === status);
const openAt = ({ account }: Stage): VenueOrder[] => [...account.open.values()];
const ticksAt = (stage: Stage, away: number) => ticksOf(stage.ticks(PRICE + away));

/** Somebody trades with somebody else, so far from the touch of the beginning. */
function print(stage: Stage, away: number): void {
  stage.crowd('sell', 0.01, away);
  stage.take('buy', 0.01);
}

const SELL_MARKET: OrderParts = { side: 'sell', kind: 'market', ticks: 0 };
const stopAt = (stage: Stage, away: number): Trigger => ({
  kind: 'stop',
  ticks: ticksAt(stage, away),
});
/** A pair to sell one unit at 1,000 above, or at the market from 1,000 below. */
const aPair = (stage: Stage): string =>
  stage.place({ side: 'sell', away: 1_000, trigger: { ...stopAt(stage, -1_000), kind: 'pair' } });

async function waiting(stage: Stage, id: string): Promise<string> {
  await toBe(stage, id, 'open');
  assert.ok(isWaiting(stage, id), 'its trigger has not woken');
  return id;
}

const CASES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'a stop waits at the venue, wakes and fills'(stage) {
    const id = await waiting(
      stage,
      stage.place({ ...SELL_MARKET, trigger: stopAt(stage, -1_000) }),
    );
    stage.crowd('buy', 1, -1_010);
    print(stage, -1_000);
    await toBe(stage, id, 'filled');
    assert.not.ok(isWaiting(stage, id));
    assert.ok(stage.desk.eventsOf(id).includes('order-triggered'));
    assert.is(filledOf(stage, id), stage.lots(1));
  },

  async 'a stop with a limit rests once it has woken'(stage) {
    const id = stage.place({ side: 'sell', away: -990, trigger: stopAt(stage, -1_000) });
    await waiting(stage, id);
    print(stage, -1_000);
    await stage.until('it wakes', () => !isWaiting(stage, id));
    assert.equal(
      [statusOf(stage, id), openLots(stage.desk.record(id) as never)],
      ['open', stage.lots(1)],
    );
    stage.take('buy', 1);
    await toBe(stage, id, 'filled');
  },

  async 'a take-profit wakes on the other side'(stage) {
    const trigger: Trigger = { kind: 'take-profit', ticks: ticksAt(stage, 1_000) };
    const id = await waiting(stage, stage.place({ ...SELL_MARKET, trigger }));
    stage.crowd('buy', 1, 990);
    print(stage, 1_000);
    await toBe(stage, id, 'filled');
  },

  async 'a stop follows the price at its distance'(stage) {
    const trigger: Trigger = { kind: 'trailing-stop', ticks: ticksOf(0), bips: 100 };
    const id = await waiting(stage, stage.place({ ...SELL_MARKET, trigger }));
    stage.crowd('buy', 1, -2_000);
    print(stage, 1_000);
    print(stage, 391);
    await stage.advance(500);
    assert.ok(isWaiting(stage, id), '60,391 is more than 61,000 less one per cent');
    print(stage, 390);
    await toBe(stage, id, 'filled');
  },

  async 'a stop that is to begin at a price follows from there'(stage) {
    const trigger: Trigger = { kind: 'trailing-stop', ticks: ticksAt(stage, 1_000), bips: 100 };
    const id = await waiting(stage, stage.place({ ...SELL_MARKET, trigger }));
    stage.crowd('buy', 1, -2_000);
    print(stage, -1_000);
    await stage.advance(500);
    assert.ok(isWaiting(stage, id), 'it has not begun');
    print(stage, 1_000);
    print(stage, 390);
    await toBe(stage, id, 'filled');
  },

  async 'an iceberg fills as one order'(stage) {
    const id = stage.place({ side: 'sell', shownLots: lotsOf(stage.lots(0.25)) });
    await toBe(stage, id, 'open');
    stage.take('buy', 0.6);
    await stage.until('the first fills', () => filledOf(stage, id) === stage.lots(0.6));
    stage.take('buy', 0.4);
    await toBe(stage, id, 'filled');
  },

  async 'OCO-01 a pair is one order of the desk and two of the venue'(stage) {
    const id = await waiting(stage, aPair(stage));
    const names = openAt(stage).map(({ clientId }) => clientId);
    assert.equal(names.sort(), [id, `${id}.s`]);
    assert.is(stage.desk.eventsOf(id).filter((kind) => kind === 'order-accepted').length, 1);
  },

  async 'OCO-03 a pair whose target fills is done'(stage) {
    const id = await waiting(stage, aPair(stage));
    stage.take('buy', 0.4);
    await toBe(stage, id, 'partially-filled');
    stage.take('buy', 0.6);
    await toBe(stage, id, 'filled');
    assert.equal([filledOf(stage, id), openAt(stage)], [stage.lots(1), []]);
    assert.not.ok(stage.desk.eventsOf(id).includes('order-triggered'), 'the stop never woke');
  },

  async 'a pair whose stop wakes is done'(stage) {
    const id = await waiting(stage, aPair(stage));
    stage.crowd('buy', 1, -1_010);
    print(stage, -1_000);
    await toBe(stage, id, 'filled');
    assert.ok(stage.desk.eventsOf(id).includes('order-triggered'));
    assert.equal(openAt(stage), []);
  },

  async 'a pair whose stop finds too few to trade with has expired with what it got'(stage) {
    const id = await waiting(stage, aPair(stage));
    stage.crowd('buy', 0.4, -1_010);
    print(stage, -1_000);
    await toBe(stage, id, 'expired');
    assert.is(filledOf(stage, id), stage.lots(0.4));
  },

  async 'a pair is cancelled by its list, before and after its target has traded'(stage) {
    const first = await waiting(stage, aPair(stage));
    stage.desk.desk.entry.cancel(first);
    await toBe(stage, first, 'canceled');
    const second = await waiting(stage, aPair(stage));
    stage.take('buy', 0.4);
    await toBe(stage, second, 'partially-filled');
    stage.desk.desk.entry.cancel(second);
    await toBe(stage, second, 'canceled');
    assert.equal([filledOf(stage, second), openAt(stage)], [stage.lots(0.4), []]);
  },

  async 'cancelling everything reaches what waits'(stage) {
    const pair = await waiting(stage, aPair(stage));
    const stop = stage.place({ ...SELL_MARKET, trigger: stopAt(stage, -2_000) });
    await waiting(stage, stop);
    stage.desk.desk.entry.cancelAll();
    await toBe(stage, pair, 'canceled');
    await toBe(stage, stop, 'canceled');
    assert.equal(openAt(stage), []);
  },

  async 'OCO-06 a cancellation that comes too late is no proof, and the fill counts'(stage) {
    const id = await waiting(stage, aPair(stage));
    const late = { kind: 'slow-request', delayMs: 500 } as const;
    stage.venue.facade.faults.planRequests('orderList.cancel', late, 1);
    stage.desk.desk.entry.cancel(id);
    await stage.advance(100);
    stage.take('buy', 1);
    await toBe(stage, id, 'filled');
    await stage.advance(10_000);
    assert.is(statusOf(stage, id), 'filled');
    assert.not.ok(stage.desk.eventsOf(id).includes('order-canceled'));
  },

  async 'an answer to a pair that is lost leaves one open order'(stage) {
    const lost = { kind: 'lost', isExecuted: true } as const;
    stage.venue.facade.faults.planRequests('orderList.place.oco', lost, 1);
    const id = aPair(stage);
    await toBe(stage, id, 'open');
    await stage.advance(10_000);
    assert.ok(isWaiting(stage, id));
    assert.is(openAt(stage).length, 2);
  },

  async 'a pair that never arrived is given up when that is proven'(stage) {
    const lost = { kind: 'lost', isExecuted: false } as const;
    stage.venue.facade.faults.planRequests('orderList.place.oco', lost, 1);
    const id = aPair(stage);
    await toBe(stage, id, 'rejected-unacked');
    assert.equal(openAt(stage), []);
  },

  async 'a stop that would wake at once is refused'(stage) {
    const id = stage.place({ ...SELL_MARKET, trigger: stopAt(stage, 1_000) });
    await toBe(stage, id, 'rejected');
    assert.match(stage.desk.record(id)?.reason ?? '', /-2010 Stop price would trigger immediately/);
  },

  async 'what wakes while nobody listens is found at the next start'(stage) {
    const id = await waiting(stage, aPair(stage));
    const memory = stage.memory();
    stage.desk.kill();
    stage.crowd('buy', 1, -1_010);
    print(stage, -1_000);
    await stage.advance(1_000);
    const second = await stage.begin(memory);
    await stage.until('the fill', () => second.record(id)?.status === 'filled');
    assert.is(second.record(id)?.filledLots, stage.lots(1));
    second.kill();
  },

  async 'what waits is cancelled at the next start, both legs of a pair'(stage) {
    const id = await waiting(stage, aPair(stage));
    const memory = stage.memory();
    stage.desk.kill();
    const second = await stage.begin(memory);
    await stage.until('the end', () => second.record(id)?.status === 'canceled');
    assert.equal(openAt(stage), []);
    second.kill();
  },
};

for (const [title, run] of Object.entries(CASES)) {
  test(`${title}: binance`, async () => {
    const stage = await aStage(BINANCE);
    try {
      print(stage, 0);
      await run(stage);
    } finally {
      await stage.end();
    }
  });
}

test.run();
