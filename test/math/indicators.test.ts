import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  AdaptiveAverage,
  ExponentialAverage,
  SimpleAverage,
  WeightedAverage,
} from '../../src/math/indicators/averages.ts';
import { BollingerBand, RollingDeviation } from '../../src/math/indicators/bands.ts';
import type { Bar } from '../../src/math/indicators/bar.ts';
import { RegressionSlope, RelativeStrength } from '../../src/math/indicators/momentum.ts';
import {
  CommodityChannel,
  Stochastic,
  UltimateOscillator,
  WilliamsRange,
} from '../../src/math/indicators/oscillators.ts';
import { GappedParabolicStop, ParabolicStop } from '../../src/math/indicators/parabolic.ts';
import {
  RangeVolatility,
  YangZhangVolatility,
} from '../../src/math/indicators/range-volatility.ts';
import { AverageTrueRange, DirectionalIndex } from '../../src/math/indicators/trend.ts';
import {
  AccumulationDistribution,
  ChaikinMoneyFlow,
  MoneyFlowIndex,
  OnBalanceVolume,
  RollingVwap,
} from '../../src/math/indicators/volume.ts';
import { LastValues, RollingHighest, RollingRange } from '../../src/math/indicators/window.ts';
import { law } from '../support/law.ts';

const prices = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 80,
});
const periods = fc.integer({ min: 2, max: 12 });

const near = (found: number | null, wanted: number, scale = 1): void => {
  assert.ok(found !== null && Math.abs(found - wanted) <= 1e-9 * scale, `${found} ${wanted}`);
};

test('what is carried along is what the window itself says', () => {
  law(
    fc.property(prices, periods, (values, n) => {
      const sma = new SimpleAverage(n);
      const wma = new WeightedAverage(n);
      const deviation = new RollingDeviation(n);
      const slope = new RegressionSlope(n);
      const highest = new RollingHighest(n);
      values.forEach((value, at) => {
        const window = values.slice(Math.max(0, at + 1 - n), at + 1);
        const isFull = window.length === n;
        const answers = [
          sma.next(value),
          wma.next(value),
          deviation.next(value),
          slope.next(value),
        ];
        assert.equal(
          answers.map((answer) => answer !== null),
          new Array(4).fill(isFull),
        );
        assert.is(highest.push(value), isFull);
        assert.is(highest.value, Math.max(...window));
        assert.is(highest.age, [...window].reverse().indexOf(Math.max(...window)));
        if (!isFull) return;
        const sum = (of: (value: number, place: number) => number): number =>
          window.reduce((whole, each, place) => whole + of(each, place), 0);
        const mean = sum((each) => each) / n;
        near(answers[0] as number, mean, 1e6);
        near(
          answers[1] as number,
          sum((each, place) => each * (place + 1)) / ((n * (n + 1)) / 2),
          1e6,
        );
        near((answers[2] as number) ** 2, sum((each) => (each - mean) ** 2) / n, 1e12);
        const squares = sum((_, place) => (place - (n - 1) / 2) ** 2);
        near(
          answers[3] as number,
          sum((each, place) => each * (place - (n - 1) / 2)) / squares,
          1e6,
        );
      });
    }),
  );
});

const aBar = (close: number, more: Partial<Bar> = {}): Bar => ({
  ...{ open: close, high: close, low: close, close, volume: 1, ...more },
});

test('bars that do not move leave every indicator at a number', () => {
  const bars = Array.from({ length: 60 }, () => aBar(100));
  const last = <T>(of: { next: (bar: Bar) => T }): T => bars.map((bar) => of.next(bar)).at(-1) as T;
  const lines = new Stochastic({ range: 5, slow: 3, slower: 3, flat: 0.5 });
  assert.equal(last(lines), { fast: 0.5, slow: 0.5, slower: 0.5 });
  assert.is(last(new WilliamsRange(5, 0)), 0);
  assert.is(last(new CommodityChannel(5)), 0);
  assert.is(last(new UltimateOscillator(7, 14, 28)), 0);
  assert.is(last(new AverageTrueRange(5)), 0);
  assert.equal(last(new DirectionalIndex(5)), { plus: 0, minus: 0, index: 0, average: 0 });
  assert.is(last(new MoneyFlowIndex(5)), 0);
  assert.is(last(new ChaikinMoneyFlow(5)), 0);
  assert.is(last(new OnBalanceVolume()), 1);
  assert.is(last(new AccumulationDistribution()), 0);
  assert.is(last(new YangZhangVolatility(5, 365)), 0);
  assert.is(last(new RangeVolatility('garman-klass', 5, 365)), 0);
  const closes = <T>(of: { next: (value: number) => T }): T =>
    bars.map(({ close }) => of.next(close)).at(-1) as T;
  assert.is(closes(new RelativeStrength(5)), 0);
  assert.is(closes(new AdaptiveAverage(5)), 100);
  assert.equal(closes(new BollingerBand(5)), { low: 100, middle: 100, high: 100 });
  assert.is(last(new ParabolicStop()), 100);
});

test('without volume there is no price by volume, and no flow', () => {
  const vwap = new RollingVwap(2);
  assert.equal([vwap.next(5, 0), vwap.next(6, 0), vwap.next(6, 3)], [null, null, 6]);
  const flow = new ChaikinMoneyFlow(2);
  const bar = aBar(1, { volume: 0 });
  assert.equal([flow.next(bar), flow.next(bar)], [null, null]);
});

test('a price that only rises is 100 of relative strength, one that only falls 0', () => {
  for (const means of ['wilder', 'simple'] as const) {
    const [up, down] = [new RelativeStrength(3, means), new RelativeStrength(3, means)];
    const found = [1, 2, 3, 4].map((value) => [up.next(value), down.next(-value)]);
    assert.equal(found.at(-1), [100, 0]);
    assert.equal(found[2], [null, null]);
  }
});

test('a stop turns when a price reaches it, and is never within the last two bars', () => {
  const way = (at: number): number => 100 + (at < 20 ? at : 40 - at) * 2;
  const bars = Array.from({ length: 40 }, (_, at) =>
    aBar(way(at), { high: way(at) + 1, low: way(at) - 1 }),
  );
  for (const stop of [new ParabolicStop(), new GappedParabolicStop(1)]) {
    const found = bars.map((bar) => stop.next(bar));
    assert.ok((found[15] as number) < (bars[15] as Bar).low);
    assert.ok((found[35] as number) > (bars[35] as Bar).high);
  }
});

test('a stop that begins with a fall is above the price', () => {
  const stop = new ParabolicStop();
  assert.is(stop.next(aBar(10, { high: 11, low: 9 })), null);
  assert.is(stop.next(aBar(8, { high: 9, low: 7 })), 11);
});

test('averages are between the least and the most of what they saw', () => {
  law(
    fc.property(prices, periods, (values, n) => {
      const averages = [new ExponentialAverage(n), new ExponentialAverage(n, 'wilder')];
      const adaptive = new AdaptiveAverage(n);
      for (const value of values) {
        for (const average of [...averages, adaptive]) {
          const found = average.next(value);
          if (found === null) continue;
          const slack = 1e-9 * Math.max(...values);
          assert.ok(found >= Math.min(...values) - slack && found <= Math.max(...values) + slack);
        }
      }
    }),
  );
});

test('periods that are none are refused', () => {
  for (const n of [0, 1.5, -3, Number.NaN, 1e9]) {
    assert.throws(() => new LastValues(n), /periods/);
    assert.throws(() => new ExponentialAverage(n), /periods/);
    assert.throws(() => new RollingRange(n), /periods/);
  }
  assert.throws(() => new YangZhangVolatility(1, 365), /variance/);
});

test.run();
