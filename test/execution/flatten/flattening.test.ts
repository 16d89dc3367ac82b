import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Instrument } from '../../../src/core/instrument.ts';
import { lotsOf, nanosOf } from '../../../src/core/units.ts';
import {
  FLATTEN_RATE,
  Flattening,
  type FlattenOrder,
  FRUITLESS_MAX,
  type Situation,
} from '../../../src/execution/flatten/flattening.ts';
import { flattenIntent, isFlattening } from '../../../src/execution/flatten/intent.ts';
import type { OrderRecord } from '../../../src/execution/order.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { anOrder, aRecord } from '../../support/trade/orders.ts';

const MS = 1e6;
const BTC = anInstrument();
const ETH = anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH' });

/** A market near 60,000 for both, in which positions are what a test says. */
function aSituation(positions: readonly number[], parts: Partial<Situation['exposed'][0]> = {}) {
  const book = { openLots: 0, bidTicks: 5_999_000, askTicks: 6_001_000, quotedNs: 0, ...parts };
  return {
    terms: { sliceNotional: 1e9, bandBps: 100, staleMs: 1e9 },
    exposed: positions.map((position) => ({ ...book, position })),
  };
}

function ended({ instrument, side, lots }: FlattenOrder, filled: number): OrderRecord {
  const order = anOrder({ instrument, side, lots });
  const end = { kind: 'order-expired', clientId: order.clientId, reason: '' } as const;
  return { ...aRecord(order, end), filledLots: lotsOf(filled) };
}

const sides = (orders: readonly FlattenOrder[]) =>
  orders.map(({ instrument, side, lots }) => [instrument, side, lots]);

test('longs and shorts of every instrument are reduced at once, each by one order', () => {
  const flattening = new Flattening([BTC, ETH]);
  assert.equal(sides(flattening.next(aSituation([300, -200]), 0)), [
    [0, 'sell', 300],
    [1, 'buy', 200],
  ]);
  assert.is(flattening.isOver, false);
  assert.is(flattening.left(), 'BTCUSDT 0.00300 (out of time), ETHUSDT -0.00200 (out of time)');
});

test('it is over at once when there is nothing, and when all that is left is dust', () => {
  const flattening = new Flattening([BTC, ETH]);
  const unknown = 'what there is could not be found out';
  assert.equal([flattening.isOver, flattening.left()], [false, unknown], 'nobody has looked yet');
  assert.equal(flattening.next(aSituation([0, 0]), 0), []);
  assert.equal([flattening.isOver, flattening.left()], [true, '']);
  assert.equal(flattening.next(aSituation([0, 2]), 0), []);
  const dust = 'ETHUSDT 0.00002 (less than the venue takes)';
  assert.equal([flattening.isOver, flattening.left()], [true, dust]);
});

test('while it waits for a market it is not over, and says what it waits for', () => {
  const flattening = new Flattening([BTC]);
  assert.equal(flattening.next(aSituation([300], { bidTicks: 0 }), 0), []);
  assert.equal([flattening.isOver, flattening.left()], [false, 'BTCUSDT 0.00300 (no-market)']);
});

test('an order that brought nothing is followed by one that reaches further, after a pause', () => {
  const flattening = new Flattening([BTC]);
  const situation = aSituation([300]);
  let last = 5_999_000;
  let nowNs = 0;
  for (let count = 0; count < 4; count += 1) {
    const [order] = flattening.next(situation, nowNs) as [FlattenOrder];
    assert.ok(order.ticks < last, `${order.ticks} is below ${last}`);
    last = order.ticks;
    flattening.onOrder(ended(order, 0), nowNs);
    assert.equal(flattening.next(situation, nowNs + 199 * MS), []);
    nowNs += 200 * MS;
  }
  const [widest] = flattening.next(situation, nowNs) as [FlattenOrder];
  flattening.onOrder(ended(widest, 0), nowNs);
  const [again] = flattening.next(situation, nowNs + 200 * MS) as [FlattenOrder];
  assert.is(again.ticks, widest.ticks, 'the band is all there is');
});

test('what is filled in part goes on at once, for what is left and further', () => {
  const flattening = new Flattening([BTC]);
  const [first] = flattening.next(aSituation([300]), 0) as [FlattenOrder];
  flattening.onOrder(ended(first, 120), 0);
  const [second] = flattening.next(aSituation([180]), 0) as [FlattenOrder];
  assert.is(second.lots, 180);
  assert.ok(second.ticks < first.ticks);
  flattening.onOrder(ended(second, 180), 0);
  const [third] = flattening.next(aSituation([20]), 0) as [FlattenOrder];
  assert.is(third.ticks, second.ticks, 'what was filled whole need not reach further');
});

test('an order that has not ended yet says nothing', () => {
  const flattening = new Flattening([BTC]);
  const [order] = flattening.next(aSituation([300]), 0) as [FlattenOrder];
  flattening.onOrder(aRecord(anOrder({ lots: 300, side: 'sell' })), 0);
  assert.equal(flattening.next(aSituation([300]), 0), [order]);
});

test('an instrument whose orders bring nothing is given up, the others go on', () => {
  const flattening = new Flattening([BTC, ETH]);
  let nowNs = 0;
  for (let count = 0; count < FRUITLESS_MAX; count += 1) {
    assert.is(flattening.next(aSituation([300, -200]), nowNs).length, 2);
    assert.is(flattening.isOver, false);
    if (count % 2 === 0) flattening.onRefused(0, nowNs);
    else
      flattening.onOrder(
        ended({ instrument: 0, side: 'sell', lots: 300 } as FlattenOrder, 0),
        nowNs,
      );
    nowNs += 200 * MS;
  }
  assert.equal(sides(flattening.next(aSituation([300, -200]), nowNs)), [[1, 'buy', 200]]);
  assert.equal(flattening.next(aSituation([300, 0]), nowNs), []);
  const left = `BTCUSDT 0.00300 (${FRUITLESS_MAX} orders brought nothing)`;
  assert.equal([flattening.isOver, flattening.left()], [true, left]);
});

test('it keeps a pace of its own, and every instrument has its turn', () => {
  const flattening = new Flattening([BTC, ETH]);
  const sent = [0, 0];
  for (let nowNs = 0; nowNs <= 10_000 * MS; nowNs += 50 * MS) {
    for (const order of flattening.next(aSituation([40_000, 40_000]), nowNs)) {
      sent[order.instrument] = (sent[order.instrument] as number) + 1;
      flattening.onOrder(ended(order, 1), nowNs);
    }
  }
  const [first, second] = sent as [number, number];
  assert.is(first + second, FLATTEN_RATE.burst + 10 * FLATTEN_RATE.ratePerSecond);
  assert.ok(Math.abs(first - second) <= 1, `${first} and ${second}`);
});

test('a slice is a reduce-only order of the flattening that dies with the permit', () => {
  const order = { instrument: 1, side: 'buy', ticks: 7, lots: 3 } as FlattenOrder;
  const named = { clientId: 'd-1-flatten-1', venue: 'binance', nowNs: 100 };
  const intent = flattenIntent(order, { epoch: 9, deadlineNs: 1e9 }, named);
  assert.ok(isFlattening(intent));
  assert.not(isFlattening(anOrder()));
  assert.equal(intent, {
    ...order,
    clientId: 'd-1-flatten-1',
    strategy: 'flatten',
    venue: 'binance',
    kind: 'limit',
    timeInForce: 'ioc',
    isPostOnly: false,
    isReduceOnly: true,
    epoch: 9,
    decidedNs: nanosOf(100),
    deadlineNs: nanosOf(500e6 + 100),
  });
  const late = flattenIntent(order, { epoch: 9, deadlineNs: 300 }, named);
  assert.is(late.deadlineNs, 300);
});

test('whatever fills, no instrument goes through zero, and it ends after bounded orders', () => {
  const outcome = fc.constantFrom('all', 'half', 'nothing', 'refused');
  law(
    fc.property(
      fc.array(fc.integer({ min: -50_000, max: 50_000 }), { minLength: 2, maxLength: 2 }),
      fc.array(outcome, { minLength: 1, maxLength: 40 }),
      (positions, outcomes) => {
        const flattening = new Flattening([BTC, ETH] as readonly Instrument[]);
        const held = [...positions];
        let sent = 0;
        let nowNs = 0;
        for (let turn = 0; turn < 5_000; turn += 1) {
          const orders = flattening.next(aSituation(held), nowNs);
          if (flattening.isOver) break;
          for (const order of orders) {
            const what = outcomes[sent % outcomes.length];
            sent += 1;
            const filled = what === 'all' ? order.lots : what === 'half' ? order.lots >> 1 : 0;
            const before = held[order.instrument] as number;
            const after = before + (order.side === 'buy' ? filled : -filled);
            assert.ok(Math.abs(after) <= Math.abs(before) && after * before >= 0);
            held[order.instrument] = after;
            if (what === 'refused') flattening.onRefused(order.instrument, nowNs);
            else flattening.onOrder(ended(order, filled), nowNs);
          }
          nowNs += 50 * MS;
        }
        assert.ok(flattening.isOver);
        assert.ok(sent <= 2 * (FRUITLESS_MAX + 1) * 20, `${sent} orders`);
        const isLeft = held.some((lots) => lots !== 0);
        assert.is(flattening.left() !== '', isLeft);
      },
    ),
  );
});

test.run();
