/** Stops that the venue keeps: our desk and the venue's server, over real sockets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ticks, ticksOf } from '../../../../../src/core/units.ts';
import type { OrderRecord, Trigger } from '../../../../../src/execution/order.ts';
import { RACE_GUARD_MS } from '../../../../../src/execution/reconciliation.ts';
import type { RequestFault } from '../../../../../src/simulation/binance/faults.ts';
import type { FuturesFacade } from '../../../../../src/simulation/binance/futures/facade.ts';
import { PerpetualExchange } from '../../../../../src/simulation/perpetuals/perpetual-exchange.ts';
import type { OrderParts } from '../../../../support/trade/orders.ts';
import { aStage, type Stage } from '../../../../support/venues/scenario-stage.ts';
import { SCENARIO_VENUES } from '../../../../support/venues/scenario-venues.ts';

const PRICE = 60_000;
/** Marks are measured each second. */
const MARK_MS = 1_500;
const usdm = SCENARIO_VENUES.find(({ kind }) => kind === 'binance-usdm');

/** Runs a script on a desk that has bought one unit, with bids for five at 500 below. */
async function withPosition(
  script: (desk: ReturnType<typeof toolsOf>) => Promise<void>,
  frames?: (frame: string) => readonly string[],
) {
  if (usdm === undefined) throw new Error('USD-M is a venue of the scenarios');
  const tamper = frames === undefined ? usdm.tamper : { ...usdm.tamper, frames };
  const stage = await aStage({ ...usdm, tamper }, frames !== undefined);
  try {
    stage.crowd('sell', 1);
    stage.crowd('buy', 5, -500);
    const tools = toolsOf(stage);
    await tools.markAt(PRICE);
    const bought = stage.place({ kind: 'market', ticks: 0 });
    await stage.until('a position', () => stage.desk.record(bought)?.status === 'filled');
    await script(tools);
  } finally {
    await stage.end();
  }
}

function toolsOf(stage: Stage) {
  const { exchange } = stage.venue;
  if (!(exchange instanceof PerpetualExchange)) throw new Error('futures trade on perpetuals');
  const facade = stage.venue.facade as FuturesFacade;
  const at = (price: number): Ticks => ticksOf(stage.ticks(price));
  const recordOf = (id: string): OrderRecord => {
    const record = stage.desk.record(id);
    assert.ok(record !== undefined, `${id} is known`);
    return record;
  };
  const market = exchange.market('BTCUSDT');
  if (market === null) throw new Error('the venue has BTCUSDT');
  const tools = {
    ...{ stage, facade, recordOf, at },
    /** Orders of ours that are open at the venue, waiting or resting. */
    open: () => [...stage.account.open.values()],
    lots: (): number => exchange.margin.position(stage.account.name, 'BTCUSDT').lots,
    async markAt(price: number): Promise<void> {
      market.price.pinned = at(price);
      await stage.advance(MARK_MS);
    },
    /** A sale of the position that waits for 100 below unless told otherwise. */
    stop(trigger: Trigger = { kind: 'stop', ticks: at(PRICE - 100) }, parts: OrderParts = {}) {
      const sale = { side: 'sell', kind: 'market', ticks: 0, isReduceOnly: true } as const;
      return stage.place({ ...sale, trigger, ...parts });
    },
    async waiting(trigger?: Trigger, parts?: OrderParts): Promise<string> {
      const id = tools.stop(trigger, parts);
      await stage.until('it waits', () => stage.desk.record(id)?.status === 'open');
      assert.match(recordOf(id).venueOrderId, /^algo-\d+$/);
      assert.ok(recordOf(id).isWaiting);
      return id;
    },
    fault: (operation: string, fault: RequestFault): void =>
      void facade.faults.planRequests(operation, fault, 1),
    ends: (id: string, status: OrderRecord['status']) =>
      stage.until(`it ends as ${status}`, () => recordOf(id).status === status),
  };
  return tools;
}

test('a stop wakes by the mark, goes by a new id, and its fill closes the position', async () => {
  await withPosition(async ({ stage, waiting, markAt, ends, recordOf, lots }) => {
    const id = await waiting();
    await markAt(PRICE - 99);
    assert.ok(recordOf(id).isWaiting);
    await markAt(PRICE - 100);
    await ends(id, 'filled');
    assert.equal(
      [lots(), recordOf(id).isWaiting, recordOf(id).filledLots],
      [...[0, false, stage.lots(1)]],
    );
    const events = stage.desk.eventsOf(id);
    assert.is(events.filter((kind) => kind === 'order-filled').length, 1, 'however often told');
    assert.equal(events.slice(0, 2), ['order-submitted', 'order-accepted']);
  });
});

test('an order that wakes as a limit order rests under its new id, and is taken back', async () => {
  await withPosition(async ({ stage, waiting, markAt, ends, recordOf, at, open }) => {
    const profit = { kind: 'take-profit', ticks: at(PRICE + 100) } as const;
    const id = await waiting(profit, { kind: 'limit', ticks: stage.ticks(PRICE + 200) });
    await markAt(PRICE + 100);
    await stage.until('it has woken', () => !recordOf(id).isWaiting);
    assert.is(recordOf(id).venueOrderId, String(open()[0]?.orderId));
    assert.ok(stage.desk.eventsOf(id).includes('order-triggered'));
    stage.desk.desk.entry.cancel(id);
    await ends(id, 'canceled');
    assert.equal(open(), []);
  });
});

test('a trailing stop follows at the venue', async () => {
  await withPosition(async ({ waiting, markAt, ends, recordOf }) => {
    const id = await waiting({ kind: 'trailing-stop', ticks: ticksOf(0), bips: 100 });
    await markAt(PRICE + 1_000);
    await markAt(PRICE + 391);
    assert.ok(recordOf(id).isWaiting, '61,000 less one percent is 60,390');
    await markAt(PRICE + 390);
    await ends(id, 'filled');
  });
});

test('a stop is taken back while it waits', async () => {
  await withPosition(async ({ stage, waiting, ends, open }) => {
    const id = await waiting();
    stage.desk.desk.entry.cancel(id);
    await ends(id, 'canceled');
    assert.equal(open(), []);
  });
});

test('a cancellation that a stop has overtaken by waking is no end: it has filled', async () => {
  await withPosition(async ({ stage, waiting, markAt, ends, fault, lots }) => {
    const id = await waiting();
    fault('algoOrder.cancel', { kind: 'slow-request', delayMs: 1_700 });
    stage.desk.desk.entry.cancel(id);
    await markAt(PRICE - 100);
    await ends(id, 'filled');
    await stage.advance(5_000);
    assert.is(lots(), 0);
  });
});

test('a reply that is lost behind a stop is asked for, and the stop is known to wait', async () => {
  await withPosition(async ({ stage, stop, fault, recordOf, open }) => {
    fault('algoOrder.place', { kind: 'lost', isExecuted: true });
    const id = stop();
    await stage.until('it is known', () => recordOf(id).status === 'open');
    assert.ok(recordOf(id).isWaiting);
    assert.is(open().length, 1, 'it was not sent again');
  });
});

test('a stop that never arrived is given up when both places have denied it', async () => {
  await withPosition(async ({ stage, stop, fault, ends, open }) => {
    fault('algoOrder.place', { kind: 'lost', isExecuted: false });
    const fromMs = stage.clock.now();
    const id = stop();
    await ends(id, 'rejected-unacked');
    assert.ok(stage.clock.now() > fromMs + stage.windowMs, 'not before it is void');
    assert.equal(open(), []);
  });
});

test('a stop that would wake at once is refused for certain', async () => {
  await withPosition(async ({ at, stop, ends, recordOf }) => {
    const id = stop({ kind: 'stop', ticks: at(PRICE) });
    await ends(id, 'rejected');
    assert.match(recordOf(id).reason, /^-2021 /);
  });
});

test('a stop that wakes while nobody hears is found with its fill, later', async () => {
  await withPosition(async ({ stage, facade, waiting, markAt, ends, lots, recordOf }) => {
    const id = await waiting();
    facade.isInMaintenance = true;
    facade.dropAll();
    await stage.advance(100);
    await markAt(PRICE - 100);
    assert.is(lots(), 0, 'it outlives the connection');
    assert.ok(recordOf(id).isWaiting, 'nobody has told');
    facade.isInMaintenance = false;
    await ends(id, 'filled');
    assert.is(stage.desk.eventsOf(id).filter((kind) => kind === 'order-filled').length, 1);
  });
});

test('an order that has woken while nobody heard is met under its new id', async () => {
  await withPosition(async ({ stage, facade, waiting, markAt, at, recordOf, ends, open }) => {
    const profit = { kind: 'take-profit', ticks: at(PRICE + 100) } as const;
    const id = await waiting(profit, { kind: 'limit', ticks: stage.ticks(PRICE + 200) });
    facade.isInMaintenance = true;
    facade.dropAll();
    await markAt(PRICE + 100);
    assert.is(open().length, 1, 'it rests now');
    facade.isInMaintenance = false;
    // A desk that is back takes its orders back before it trades.
    await ends(id, 'canceled');
    assert.equal([open(), recordOf(id).isWaiting], [[], false]);
  });
});

/** Words of the service alone are heard, once the position is there. */
const withoutFills = (frame: string): readonly string[] => {
  const isOfStop = frame.includes('"ORDER_TRADE_UPDATE"') && frame.includes('"S":"SELL"');
  return isOfStop ? [] : [frame];
};

test('a fill that nobody tells is asked for: the service says how much there was', async () => {
  await withPosition(async ({ stage, waiting, markAt, recordOf }) => {
    const id = await waiting();
    await markAt(PRICE - 100);
    // Sooner than the next look at everything, which would find it too.
    await stage.until('the answer', () => recordOf(id).status === 'filled', 1_000);
    assert.is(recordOf(id).filledLots, stage.lots(1));
    assert.is(stage.desk.eventsOf(id).filter((kind) => kind === 'order-filled').length, 1);
  }, withoutFills);
});

/** After that a sale was taken nothing more is heard of it. */
const deafToSales = (frame: string): readonly string[] => {
  const isOfSale = frame.includes('"S":"SELL"');
  return isOfSale && !frame.includes('"X":"NEW"') ? [] : withoutFills(frame);
};

test('that an order has woken is found by the next look, when nobody has told', async () => {
  await withPosition(async ({ stage, waiting, markAt, at, recordOf, open }) => {
    const profit = { kind: 'take-profit', ticks: at(PRICE + 100) } as const;
    const id = await waiting(profit, { kind: 'limit', ticks: stage.ticks(PRICE + 200) });
    await markAt(PRICE + 100);
    // An order this young may be ahead of a list that was made before it.
    await stage.advance(RACE_GUARD_MS);
    assert.ok(recordOf(id).isWaiting, 'nobody has told');
    stage.desk.desk.run('verify');
    await stage.until('the look', () => !recordOf(id).isWaiting, 1_000);
    assert.equal(
      [recordOf(id).status, recordOf(id).venueOrderId],
      [...['open', String(open()[0]?.orderId)]],
    );
  }, deafToSales);
});

/** Nothing is heard of sales. */
const deaf = (frame: string): readonly string[] => (frame.includes('"S":"SELL"') ? [] : [frame]);

test('an order whose reply is lost, and that wakes before it is asked for, rests', async () => {
  await withPosition(async ({ stage, stop, fault, markAt, at, recordOf, open }) => {
    fault('algoOrder.place', { kind: 'lost', isExecuted: true });
    const profit = { kind: 'take-profit', ticks: at(PRICE + 100) } as const;
    const id = stop(profit, { kind: 'limit', ticks: stage.ticks(PRICE + 200) });
    await markAt(PRICE + 100);
    assert.is(recordOf(id).status, 'submitted', 'nobody has told');
    await stage.until('the answer', () => recordOf(id).status === 'open');
    await stage.advance(100);
    assert.equal(
      [recordOf(id).isWaiting, recordOf(id).venueOrderId],
      [...[false, String(open()[0]?.orderId)]],
    );
  }, deaf);
});

test('what the service tells twice, or too late, changes nothing', async () => {
  const held: string[] = [];
  /** News of the service comes twice, and that it has woken only after everything. */
  const late = (frame: string): readonly string[] => {
    if (!frame.includes('"ALGO_UPDATE"')) return [frame];
    if (frame.includes('"X":"FINISHED"')) return [frame, ...held, frame];
    if (!frame.includes('"X":"TRIGGERED"')) return [frame, frame];
    held.push(frame);
    return [];
  };
  await withPosition(async ({ stage, waiting, markAt, ends, recordOf, lots }) => {
    const id = await waiting();
    await markAt(PRICE - 100);
    await ends(id, 'filled');
    await stage.advance(5_000);
    assert.is(held.length, 1);
    assert.equal([recordOf(id).status, recordOf(id).filledLots], ['filled', stage.lots(1)]);
    assert.is(lots(), 0);
  }, late);
});

test('everything that is cancelled at once is what rests and what waits', async () => {
  await withPosition(async ({ stage, waiting, ends, open }) => {
    const id = await waiting();
    const resting = stage.place({ side: 'sell', away: 500 });
    await stage.until('both are there', () => open().length === 2);
    stage.desk.desk.entry.cancelAll();
    await ends(id, 'canceled');
    await ends(resting, 'canceled');
    assert.equal(open(), []);
  });
});

test('a stop that reduces nothing any more is rejected when it wakes', async () => {
  await withPosition(async ({ stage, waiting, markAt, ends, lots }) => {
    const id = await waiting();
    const sold = stage.place({ side: 'sell', kind: 'market', ticks: 0 });
    await ends(sold, 'filled');
    await markAt(PRICE - 100);
    await ends(id, 'rejected');
    assert.is(lots(), 0);
  });
});

test('a desk that dies and comes back takes back the stop that it had left', async () => {
  await withPosition(async ({ stage, waiting, open }) => {
    const id = await waiting();
    const memory = stage.memory();
    stage.desk.kill();
    assert.is(open().length, 1);
    const second = await stage.begin(memory);
    await stage.until('its end', () => second.record(id)?.status === 'canceled');
    assert.equal(open(), []);
    second.kill();
  });
});

test.run();
