import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OFI_WINDOW_MAX, OrderFlowImbalance } from '../../../src/market/microstructure/ofi.ts';
import { law } from '../../support/law.ts';

type Quote = readonly [bid: number, bidSize: number, ask: number, askSize: number];

const aFlow = ({ window = 4, history = 8, historyMin = 2 } = {}) =>
  new OrderFlowImbalance({ window, history, historyMin });

/** The definition, as it reads. */
function eventOf([b, q, a, r]: Quote, [b0, q0, a0, r0]: Quote): number {
  const one = (isSo: boolean): number => (isSo ? 1 : 0);
  return one(b >= b0) * q - one(b <= b0) * q0 - one(a <= a0) * r + one(a >= a0) * r0;
}

const size = fc.integer({ min: 0, max: 50 });
const quotes = fc.array(
  fc
    .tuple(fc.integer({ min: 95, max: 99 }), size, fc.integer({ min: 100, max: 104 }), size)
    .map((quote): Quote => quote),
  { minLength: 2, maxLength: 80 },
);

test('each event is that of the definition, and the sum is over the last ones', () => {
  law(
    fc.property(quotes, fc.integer({ min: 1, max: 7 }), (all, window) => {
      const flow = aFlow({ window });
      flow.onQuote(...(all[0] as Quote));
      const events: number[] = [];
      all.slice(1).forEach((quote, at) => {
        const isClosed = flow.onQuote(...quote);
        events.push(eventOf(quote, all[at] as Quote));
        const last = events.slice(-window).reduce((sum, event) => sum + event, 0);
        assert.is(flow.event === events.at(-1), true);
        assert.is(flow.sum === last, true);
        assert.is(isClosed, events.length % window === 0);
        if (isClosed) assert.is(flow.closed === last, true);
        assert.is(flow.events, events.length);
      });
    }),
  );
});

test('bids and asks that change places change the sign of every event', () => {
  law(
    fc.property(quotes, (all) => {
      const [flow, mirror] = [aFlow(), aFlow()];
      for (const [b, q, a, r] of all) {
        flow.onQuote(b, q, a, r);
        mirror.onQuote(-a, r, -b, q);
      }
      assert.is(flow.sum + mirror.sum, 0);
    }),
  );
});

test('C17: the z-score is against median and deviation of the whole windows before', () => {
  const flow = aFlow({ window: 1, history: 5, historyMin: 5 });
  flow.onQuote(99, 100, 101, 100);
  let bidSize = 100;
  const add = (event: number): void => {
    bidSize += event;
    flow.onQuote(99, bidSize, 101, 100);
  };
  for (const event of [-20, -10, 0, 10]) add(event);
  add(20);
  assert.ok(Number.isNaN(flow.z));
  add(40);
  // Median 0, median distance 10.
  assert.ok(Math.abs(flow.z - 40 / 14.826) < 1e-12);
});

test('C17: with half of the windows alike the mean deviation is taken, and never below one', () => {
  const flow = aFlow({ window: 1, history: 4, historyMin: 4 });
  flow.onQuote(99, 100, 101, 100);
  for (const bidSize of [100, 100, 100, 108, 116]) flow.onQuote(99, bidSize, 101, 100);
  assert.is(flow.z, 8 / (Math.sqrt(Math.PI / 2) * 2));
  const still = aFlow({ window: 1, history: 4, historyMin: 1 });
  for (const bidSize of [100, 100, 100, 103]) still.onQuote(99, bidSize, 101, 100);
  assert.is(still.z, 3);
});

test('C17: a burst of buying scores high at once, not when its window is over', () => {
  const flow = aFlow({ window: 10, history: 20, historyMin: 5 });
  flow.onQuote(99, 100, 101, 100);
  for (let at = 0; at < 200; at += 1) flow.onQuote(99, 100 + (at % 3), 101, 100);
  assert.ok(Math.abs(flow.z) < 4);
  flow.onQuote(99, 500, 101, 100);
  assert.ok(flow.z > 4);
});

test('a lost quote, or one that is none, makes no event of what comes next', () => {
  for (const lose of [
    (flow: OrderFlowImbalance) => flow.onQuoteLost(),
    (flow: OrderFlowImbalance) => flow.onQuote(Number.NaN, 1, 101, 1),
    (flow: OrderFlowImbalance) => flow.onQuote(99, Number.POSITIVE_INFINITY, 101, 1),
    (flow: OrderFlowImbalance) => flow.onQuote(99, 1, 101, Number.NEGATIVE_INFINITY),
  ]) {
    const flow = aFlow();
    flow.onQuote(99, 10, 101, 10);
    flow.onQuote(99, 12, 101, 10);
    lose(flow);
    flow.onQuote(50, 1_000, 51, 1_000);
    assert.equal([flow.events, flow.event, flow.sum], [1, 2, 2]);
    flow.onQuote(50, 1_001, 51, 1_000);
    assert.equal([flow.events, flow.event, flow.sum], [2, 1, 3]);
  }
});

test('a huge event leaves no rounding behind once its windows are over', () => {
  const flow = aFlow({ window: 3 });
  let bidSize = 0;
  const add = (event: number): void => {
    bidSize += event;
    flow.onQuote(99, bidSize, 101, 1);
  };
  for (const event of [0, 0.1, 1e17, -1e17]) add(event);
  bidSize = 0;
  flow.onQuoteLost();
  for (const event of [0, 0.5, 0.25, 0.125]) add(event);
  assert.is(flow.sum, 0.875);
});

test('a window, a history or a least number that makes no sense is refused', () => {
  for (const options of [
    { window: 0 },
    { window: 1.5 },
    { window: OFI_WINDOW_MAX + 1 },
    { history: 0 },
    { history: OFI_WINDOW_MAX + 1 },
    { historyMin: 0 },
    { historyMin: 9 },
  ]) {
    assert.throws(() => aFlow(options), /1 …|at least 1/);
  }
});

test.run();
