import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ActivityBars, type BarRule } from '../../../src/market/bars/activity-bars.ts';
import type { Bar } from '../../../src/market/bars/bar.ts';
import { TimeBars } from '../../../src/market/bars/time-bars.ts';
import { law } from '../../support/law.ts';
import { aTrade, someTrades } from '../../support/trade/printed.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const aRule: fc.Arbitrary<BarRule> = fc.oneof(
  fc.record({ kind: fc.constant('trades' as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('volume' as const), lots: fc.integer({ min: 1, max: 2_000 }) }),
  fc.record({ kind: fc.constant('notional' as const), notional: fc.integer({ min: 1, max: 9e5 }) }),
  fc.constant<BarRule>({ kind: 'imbalance', bars: 5, firstTrades: 4, tradesMax: 30 }),
);

test('bars by activity partition the trades, whole and in order', () => {
  law(
    fc.property(someTrades(2_000), aRule, (trades, rule) => {
      const series = new ActivityBars(rule);
      const bars: Bar[] = [];
      let from = 0;
      trades.forEach((trade, at) => {
        const bar = series.add(trade);
        if (bar === null) return;
        bars.push(bar);
        const within = trades.slice(from, at + 1);
        from = at + 1;
        assert.is(bar.trades, within.length);
        assert.is(bar.high, Math.max(...within.map(({ ticks }) => ticks)));
        assert.is(bar.low, Math.min(...within.map(({ ticks }) => ticks)));
        if (rule.kind === 'trades') assert.is(bar.trades, rule.count);
        if (rule.kind === 'volume') assert.ok(bar.lots >= rule.lots);
        if (rule.kind === 'notional') assert.ok(bar.notional >= rule.notional);
        if (rule.kind === 'imbalance') assert.ok(bar.trades <= rule.tradesMax);
      });
      const rest = series.flush();
      const all = rest === null ? bars : [...bars, rest];
      assert.is(sum(all.map(({ trades: count }) => count)), trades.length);
      assert.is(sum(all.map(({ lots }) => lots)), sum(trades.map(({ lots }) => lots)));
      assert.is(
        sum(all.map(({ boughtLots }) => boughtLots)),
        sum(trades.map(({ takerSide, lots }) => (takerSide === 'buy' ? lots : 0))),
      );
      assert.is(series.flush(), null);
    }),
  );
});

test('bars in time hold every trade once, but for those that are late, which are counted', () => {
  law(
    fc.property(
      someTrades(1_500),
      fc.integer({ min: 100, max: 1_000 }),
      fc.integer({ min: 0, max: 2_000 }),
      (trades, widthMs, latenessMs) => {
        const series = new TimeBars({ widthMs, latenessMs });
        const bars = [...trades.flatMap((trade) => series.add(trade)), ...series.flush()];
        const counted = sum(bars.map((bar) => bar.trades));
        assert.is(counted + series.late, trades.length);
        const lots = sum(bars.map((bar) => bar.lots));
        assert.is(lots + series.lateLots, sum(trades.map((trade) => trade.lots)));
        bars.forEach((bar, at) => {
          assert.is(bar.openMs % widthMs, 0);
          assert.is(bar.closeMs - bar.openMs, widthMs);
          // Later bars only: what is closed never comes again.
          if (at > 0) assert.ok(bar.openMs >= (bars[at - 1] as Bar).closeMs);
        });
      },
    ),
  );
});

test('with all its patience, a time bar does not depend on the order of its trades', () => {
  law(
    fc.property(someTrades(1_500), fc.integer({ min: 0, max: 99 }), (trades, turn) => {
      const distinct = trades.filter(
        ({ venueMs }, at) => trades.findIndex((one) => one.venueMs === venueMs) === at,
      );
      const [first, second] = [distinct, turned(distinct, turn)].map((order) => {
        const series = new TimeBars({ widthMs: 10_000, latenessMs: 600_000 });
        return [...order.flatMap((trade) => series.add(trade)), ...series.flush()];
      });
      assert.equal(first, second);
    }),
  );
});

function turned<T>(list: readonly T[], by: number): T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

test('a bar closes on a trade that is past its lateness, not before', () => {
  const series = new TimeBars({ widthMs: 1_000, latenessMs: 500 });
  assert.equal(series.add(aTrade({ venueMs: 100, ticks: 10, lots: 2 })), []);
  assert.equal(series.add(aTrade({ venueMs: 1_400, ticks: 12, takerSide: 'sell' })), []);
  assert.equal(series.add(aTrade({ venueMs: 900, ticks: 9, lots: 3 })), []);
  assert.equal(series.add(aTrade({ venueMs: 1_500, ticks: 13 })), [
    {
      ...{ instrument: 0, openMs: 0, closeMs: 1_000, open: 10, high: 10, low: 9, close: 9 },
      ...{ lots: 5, boughtLots: 5, notional: 47, trades: 2 },
    },
  ]);
  assert.equal(series.add(aTrade({ venueMs: 999 })), []);
  assert.is(series.late, 1);
});

test('a rule that nothing could fill is a mistake', () => {
  for (const rule of [
    { kind: 'trades', count: 0 },
    { kind: 'volume', lots: 0 },
    { kind: 'notional', notional: -1 },
    { kind: 'imbalance', bars: 5, firstTrades: 9, tradesMax: 3 },
  ] as const) {
    assert.throws(() => new ActivityBars(rule), /above 0/);
  }
  assert.throws(() => new TimeBars({ widthMs: 0.5, latenessMs: 0 }), /whole number/);
  assert.throws(() => new TimeBars({ widthMs: 1, latenessMs: 500 }), /some bars/);
});

test.run();
