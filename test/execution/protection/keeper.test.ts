import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quoteAmount } from '../../../src/core/instrument.ts';
import { amountOf, lotsOf, type Ticks, ticksOf } from '../../../src/core/units.ts';
import { isEnded, type OrderRecord, openLots, type Side } from '../../../src/execution/order.ts';
import {
  BACKOFF_NS_MAX,
  Keeper,
  PLACE_EVERY_NS,
  STANDS_NS,
} from '../../../src/execution/protection/keeper.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aFill, anOrder, aRecord, type LaterEvent } from '../../support/trade/orders.ts';

const instrument = { ...anInstrument(), lotsMin: lotsOf(10) };
const S = 1e9;

interface Placed {
  readonly side: Side;
  readonly ticks: Ticks;
  readonly lots: number;
}

/** A keeper with a venue that does what the test says. */
function aKeeper(stopBps = 200) {
  const keeper = new Keeper(instrument, stopBps);
  const placed: Placed[] = [];
  const cancelled: string[] = [];
  const records = new Map<string, OrderRecord>();
  const events = new Map<string, LaterEvent[]>();
  const world = { takes: true };
  let nowNs = 0;
  const idOf = (at: number): string => `desk-1-protect-${at}`;
  const intentOf = ({ side, ticks, lots }: Placed, clientId: string) =>
    anOrder({
      ...{ clientId, strategy: 'protect', side, kind: 'market', isReduceOnly: true },
      ...{ ticks: 0, lots, trigger: { kind: 'stop', ticks } },
    });
  const known = {
    keeper,
    placed,
    cancelled,
    records,
    world,
    hold(lots: number, ticks = 6_000_000): void {
      keeper.onPosition(lots, quoteAmount(instrument, ticksOf(ticks), lotsOf(Math.abs(lots))));
    },
    /** Lets time pass and the keeper act. @returns orders placed so far */
    after(ns: number): number {
      nowNs += ns;
      keeper.settle(nowNs, {
        place(side, ticks, lots) {
          if (!world.takes) return null;
          placed.push({ side, ticks, lots });
          const clientId = idOf(placed.length);
          events.set(clientId, []);
          records.set(clientId, aRecord(intentOf({ side, ticks, lots }, clientId)));
          return clientId;
        },
        cancel(clientId) {
          cancelled.push(clientId);
          if (!records.has(clientId)) return;
          known.tell(clientId, { kind: 'cancel-submitted', clientId });
        },
      });
      return placed.length;
    },
    tell(clientId: string, ...news: LaterEvent[]): OrderRecord {
      const all = events.get(clientId) as LaterEvent[];
      all.push(...news);
      const { order } = records.get(clientId) as OrderRecord;
      const record = aRecord(order, ...all);
      records.set(clientId, record);
      keeper.onOrder(record);
      return record;
    },
    accept: (at: number) =>
      known.tell(idOf(at), {
        kind: 'order-accepted',
        clientId: idOf(at),
        venueOrderId: `algo-${at}`,
      }),
    end: (at: number, kind: 'order-canceled' | 'order-rejected' = 'order-canceled') =>
      known.tell(idOf(at), { kind, clientId: idOf(at), reason: 'a test' }),
    fill: (at: number, lots: number) =>
      known.tell(idOf(at), {
        kind: 'order-filled',
        clientId: idOf(at),
        fill: aFill({ tradeId: `${events.get(idOf(at))?.length}`, lots }),
      }),
    idOf,
  };
  return known;
}

test('nothing is done before the position has been told', () => {
  const { keeper, after } = aKeeper();
  assert.is(after(10 * S), 0);
  assert.is(keeper.protection, 'unknown');
});

test('a stop of which only the journal knows protects nothing yet', () => {
  const { keeper, hold, after, tell, idOf, accept } = aKeeper();
  hold(100);
  after(0);
  const clientId = idOf(1);
  tell(clientId, { kind: 'order-outcome-unknown', clientId, reason: 'a test' });
  assert.is(keeper.protection, 'naked');
  accept(1);
  assert.is(keeper.protection, 'protected');
});

test('a position gets one stop on the other side, for all of it', () => {
  const { keeper, hold, after, accept, placed } = aKeeper();
  hold(100);
  assert.is(keeper.protection, 'naked');
  assert.is(after(0), 1);
  assert.equal(placed, [{ side: 'sell', ticks: 5_880_000, lots: 100 }]);
  assert.is(keeper.protection, 'naked', 'on its way is not there');
  accept(1);
  assert.is(keeper.protection, 'protected');
  assert.is(after(60 * S), 1, 'one is enough');
});

test('a short position gets a stop to buy, and none is left alone', () => {
  const { keeper, hold, after, placed } = aKeeper();
  hold(0);
  assert.is(after(0), 0);
  assert.is(keeper.protection, 'flat');
  hold(-50);
  after(0);
  assert.equal(placed, [{ side: 'buy', ticks: 6_120_000, lots: 50 }]);
});

test('what is below the least of the venue is dust', () => {
  const { keeper, hold, after } = aKeeper();
  hold(9);
  assert.is(after(0), 0);
  assert.is(keeper.protection, 'dust');
});

test('an order that would sell more than is held goes at once, and its end comes first', () => {
  const { hold, after, accept, end, cancelled, placed, idOf } = aKeeper();
  hold(100);
  after(0);
  accept(1);
  hold(99);
  assert.is(after(0.1 * S), 1, 'nothing is placed while it may live');
  assert.equal(cancelled, [idOf(1)]);
  assert.is(after(10 * S), 1);
  assert.equal(cancelled, [idOf(1)], 'it is cancelled once');
  end(1);
  assert.is(after(0), 2);
  assert.is(placed[1]?.lots, 99);
});

test('a position that became dust, flat, or flipped takes the order back', () => {
  for (const [next, protection] of [
    [9, 'dust'],
    [0, 'flat'],
    [-100, 'naked'],
  ] as const) {
    for (const first of [100, 12]) {
      const { keeper, hold, after, accept, fill, cancelled } = aKeeper();
      hold(first);
      after(0);
      accept(1);
      if (first === 12) fill(1, 4);
      hold(next);
      assert.is(keeper.protection, protection);
      after(0);
      assert.is(cancelled.length, first === 12 ? 0 : 1, 'what has woken goes on');
    }
  }
});

test('what is left of a position that the venue would not take has no order', () => {
  const dear = { ...instrument, lotsMin: lotsOf(1), notionalMin: amountOf(500_000_000n) };
  const keeper = new Keeper(dear, 200);
  const cancelled: string[] = [];
  const actions = { place: () => null, cancel: (id: string) => void cancelled.push(id) };
  const clientId = 'desk-1-protect-1';
  const stop = { kind: 'stop', ticks: ticksOf(5_880_000) } as const;
  const order = anOrder({ clientId, side: 'sell', kind: 'market', lots: 5, trigger: stop });
  keeper.onOrder(aRecord(order, { kind: 'order-accepted', clientId, venueOrderId: '1' }));
  keeper.onPosition(6, quoteAmount(dear, ticksOf(6_000_000), lotsOf(6)));
  assert.is(keeper.protection, 'dust');
  keeper.settle(0, actions);
  assert.equal(cancelled, [clientId]);
});

test('an order is replaced when it falls short by a tenth, and not before it has stood', () => {
  const { hold, after, accept, cancelled } = aKeeper();
  hold(100);
  after(0);
  accept(1);
  hold(111);
  after(10 * S);
  assert.is(cancelled.length, 0, 'within a tenth');
  hold(112);
  after(0);
  assert.is(cancelled.length, 1);
  const young = aKeeper();
  young.hold(100);
  young.after(0);
  young.accept(1);
  young.hold(200);
  young.after(STANDS_NS - 1);
  assert.is(young.cancelled.length, 0);
  young.after(1);
  assert.is(young.cancelled.length, 1);
});

test('an order is replaced when its trigger is off by a tenth of its distance', () => {
  const { hold, after, accept, cancelled } = aKeeper();
  hold(100);
  after(0);
  accept(1);
  hold(100, 6_010_000);
  after(10 * S);
  assert.is(cancelled.length, 0);
  hold(100, 6_015_000);
  after(0);
  assert.is(cancelled.length, 1);
});

test('an order that has woken is left to its work, and nothing is placed beside it', () => {
  const { hold, after, accept, tell, fill, cancelled, idOf } = aKeeper();
  hold(100);
  after(0);
  accept(1);
  tell(idOf(1), { kind: 'order-triggered', clientId: idOf(1), venueOrderId: '77' });
  fill(1, 40);
  hold(60);
  assert.is(after(60 * S), 1);
  assert.equal(cancelled, []);
  fill(1, 60);
  hold(0);
  assert.is(after(60 * S), 1);
});

test('an order of which nobody knows whether it lives counts as alive', () => {
  const { hold, after, tell, idOf } = aKeeper();
  hold(100);
  after(0);
  tell(idOf(1), { kind: 'order-outcome-unknown', clientId: idOf(1), reason: 'silence' });
  assert.is(after(600 * S), 1);
});

test('orders that are not taken are tried again ever more rarely, up to a bound', () => {
  const { hold, after, end, accept, world, keeper, idOf } = aKeeper();
  hold(100);
  assert.is(after(0), 1);
  end(1, 'order-rejected');
  assert.is(after(2 * PLACE_EVERY_NS - 1), 1);
  assert.is(after(1), 2);
  keeper.onDropped(idOf(2));
  keeper.onDropped('another');
  assert.is(after(4 * PLACE_EVERY_NS), 3);
  end(3, 'order-rejected');
  world.takes = false;
  for (let round = 0; round < 10; round += 1) after(BACKOFF_NS_MAX);
  world.takes = true;
  assert.is(after(BACKOFF_NS_MAX - 1), 3);
  assert.is(after(1), 4);
  accept(4);
  end(4);
  assert.is(after(2 * PLACE_EVERY_NS), 5, 'one that was taken ends the pause');
});

test('orders from before a restart are adopted, one of them', () => {
  const { keeper, hold, after, cancelled } = aKeeper();
  const stop = { kind: 'stop', ticks: ticksOf(5_880_000) } as const;
  for (const clientId of ['desk-0-protect-1', 'desk-0-protect-2']) {
    const order = anOrder({ clientId, side: 'sell', kind: 'market', lots: 100, trigger: stop });
    keeper.onOrder(aRecord(order, { kind: 'order-accepted', clientId, venueOrderId: clientId }));
  }
  assert.is(after(0), 0);
  hold(100);
  assert.is(keeper.protection, 'protected');
  assert.is(after(10 * S), 0);
  assert.equal(cancelled, ['desk-0-protect-2']);
  assert.is(keeper.liveCount, 2);
});

type Act = 'accept' | 'cancel' | 'reject' | 'fill' | 'unknown' | 'drop' | 'wait';

test('whatever happens there are never two, and none sells more than was held', () => {
  const acts = fc.constantFrom<Act>(
    ...(['accept', 'cancel', 'reject', 'fill', 'unknown', 'drop', 'wait'] as const),
  );
  const step = fc.record({
    act: acts,
    lots: fc.integer({ min: -300, max: 300 }),
    ns: fc.integer({ min: 0, max: 8e9 }),
  });
  const law = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { hold, after, accept, end, fill, tell, keeper, records, placed, idOf } = aKeeper();
    for (const { act, lots, ns } of steps) {
      const at = placed.length;
      const record = records.get(idOf(at));
      const isLive = record !== undefined && !isEnded(record);
      if (isLive && act === 'accept') accept(at);
      if (isLive && act === 'cancel') end(at);
      if (isLive && act === 'reject' && record.status === 'submitted') end(at, 'order-rejected');
      if (isLive && act === 'fill') fill(at, Math.max(1, Math.floor(openLots(record) / 2)));
      if (isLive && act === 'unknown') {
        tell(idOf(at), { kind: 'order-outcome-unknown', clientId: idOf(at), reason: 'silence' });
      }
      if (act === 'drop' && record?.status === 'submitted' && !record.isCancelRequested) {
        records.delete(idOf(at));
        keeper.onDropped(idOf(at));
      }
      hold(lots);
      const before = placed.length;
      after(ns);
      const live = [...records.values()].filter((each) => !isEnded(each));
      assert.ok(live.length <= 1, 'never two');
      const last = placed.at(-1);
      if (placed.length > before) {
        assert.ok(last !== undefined && last.lots <= Math.abs(lots));
        assert.is(last.side, lots > 0 ? 'sell' : 'buy');
      }
      for (const { order, isWaiting, isCancelRequested, venueOrderId } of live) {
        const isTold = venueOrderId !== '';
        const isFree = isTold && isWaiting && !isCancelRequested;
        if (isFree) assert.ok(order.side === (lots > 0 ? 'sell' : 'buy') && lots !== 0);
        if (isFree) assert.ok(order.lots <= Math.abs(lots), 'no more than is held');
      }
    }
  });
  fc.assert(law, { numRuns: 300 });
});

test.run();
