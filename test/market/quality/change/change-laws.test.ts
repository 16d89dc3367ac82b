import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cusum } from '../../../../src/market/quality/change/cusum.ts';
import { meanBreaks } from '../../../../src/market/quality/change/mean-breaks.ts';
import {
  PELT_POINTS_MAX,
  type PeltOptions,
  pelt,
  type SegmentCost,
} from '../../../../src/market/quality/change/pelt.ts';
import { RunLength } from '../../../../src/market/quality/change/run-length.ts';
import { law } from '../../../support/law.ts';

const VARIANCE_MIN = 1e-8;
const value = fc.double({ min: -50, max: 50, noNaN: true });
/** Values that repeat, so that segments without any variance occur. */
const step = fc.integer({ min: -2, max: 2 });

/** The definition itself, from the points of each segment. */
function costOf(points: readonly number[], cost: SegmentCost): number {
  const mean = points.reduce((sum, point) => sum + point, 0) / points.length;
  const squares = points.reduce((sum, point) => sum + (point - mean) ** 2, 0);
  if (cost === 'l2') return squares;
  const variance = Math.max(squares / points.length, VARIANCE_MIN);
  return points.length * (Math.log(2 * Math.PI) + Math.log(variance) + 1);
}

/** The O(n²) dynamic programme without any pruning. */
function leastCost(series: readonly number[], { cost, penalty, segmentMin }: PeltOptions): number {
  const best = [-penalty];
  for (let end = 1; end <= series.length; end += 1) {
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at + segmentMin <= end; at += 1) {
      const total = (best[at] as number) + costOf(series.slice(at, end), cost) + penalty;
      least = Math.min(least, total);
    }
    best.push(least);
  }
  return best[series.length] as number;
}

test('PELT finds the segmentation of least cost', () => {
  law(
    fc.property(
      fc.array(fc.oneof(value, step), { minLength: 6, maxLength: 40 }),
      fc.constantFrom<SegmentCost>('l2', 'normal-mean-variance'),
      fc.integer({ min: 2, max: 3 }),
      fc.double({ min: 0, max: 20, noNaN: true }),
      (series, cost, segmentMin, penalty) => {
        const options = { cost, segmentMin, penalty };
        const found = pelt(series, options);
        const least = leastCost(series, options);
        assert.ok(
          Math.abs(found.cost - least) <= 1e-6 * (1 + Math.abs(least)),
          `${found.cost} ${least}`,
        );
        let [start, sum] = [0, -penalty];
        for (const end of found.ends) {
          assert.ok(end - start >= segmentMin);
          sum += costOf(series.slice(start, end), cost) + penalty;
          start = end;
        }
        assert.is(start, series.length);
        assert.ok(Math.abs(sum - found.cost) <= 1e-6 * (1 + Math.abs(sum)));
      },
    ),
  );
});

test('a series shorter than two segments is one', () => {
  const options: PeltOptions = { cost: 'l2', penalty: 1, segmentMin: 3 };
  const short = pelt([1, 2, 30, 40, 50], options);
  assert.equal(short.ends, [5]);
  assert.ok(Math.abs(short.cost - 1979.2) < 1e-9);
  assert.equal(pelt([], options), { ends: [], cost: 0 });
});

test('PELT takes no more points than it says', () => {
  const series = new Float64Array(PELT_POINTS_MAX + 1);
  assert.throws(() => pelt(series, { cost: 'l2', penalty: 1, segmentMin: 1 }), /at most 50000/);
});

/** Posterior of the current segment's length by summing over every segmentation. */
function posterior(series: readonly number[], hazard: number): number[] {
  const evidence = (from: number, to: number): number => {
    let [mu, kappa, alpha, beta, log] = [0, 1, 1, 1, 0];
    for (const x of series.slice(from, to)) {
      const scale = (beta * (kappa + 1)) / kappa;
      log +=
        lnGamma(alpha + 0.5) -
        lnGamma(alpha) -
        0.5 * Math.log(2 * Math.PI * scale) -
        (alpha + 0.5) * Math.log1p((x - mu) ** 2 / (2 * scale));
      beta += (kappa * (x - mu) ** 2) / (2 * (kappa + 1));
      mu = (kappa * mu + x) / (kappa + 1);
      kappa += 1;
      alpha += 0.5;
    }
    return Math.exp(log);
  };
  const n = series.length;
  const mass = new Array<number>(n).fill(0);
  for (let cuts = 0; cuts < 2 ** (n - 1); cuts += 1) {
    let [weight, start] = [1, 0];
    for (let at = 1; at < n; at += 1) {
      const isCut = (cuts >> (at - 1)) % 2 === 1;
      weight *= isCut ? hazard : 1 - hazard;
      if (!isCut) continue;
      weight *= evidence(start, at);
      start = at;
    }
    mass[n - start - 1] = (mass[n - start - 1] as number) + weight * evidence(start, n);
  }
  const total = mass.reduce((sum, one) => sum + one, 0);
  return mass.map((one) => one / total);
}

/** ln Γ of whole and half numbers, by its recursion. */
function lnGamma(x: number): number {
  let [log, at] = [0, x];
  for (; at > 1; at -= 1) log += Math.log(at - 1);
  return at === 0.5 ? log + 0.5 * Math.log(Math.PI) : log;
}

test('the run length posterior is that of all segmentations', () => {
  law(
    fc.property(
      fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      (series, hazard) => {
        const prior = { mu: 0, kappa: 1, alpha: 1, beta: 1 };
        const run = new RunLength({ hazard, prior, runMax: 8 });
        for (const x of series) run.add(x);
        posterior(series, hazard).forEach((chance, at) => {
          assert.ok(Math.abs(run.chanceOf(at + 1) - chance) < 1e-9);
        });
      },
    ),
  );
});

test('runs that are too long to tell apart keep their chance together', () => {
  const prior = { mu: 0, kappa: 1, alpha: 1, beta: 1 };
  const run = new RunLength({ hazard: 0.02, prior, runMax: 5 });
  for (let at = 0; at < 40; at += 1) run.add(at % 2 === 0 ? 0.1 : -0.1);
  assert.is(run.runs, 5);
  const all = [1, 2, 3, 4, 5].reduce((sum, length) => sum + run.chanceOf(length), 0);
  assert.ok(Math.abs(all - 1) < 1e-12);
  assert.is(run.likeliest, 5);
  for (const far of [30, 30.1, 29.9]) run.add(far);
  assert.is(run.likeliest, 3);
});

test('what is no number is no point of a run', () => {
  const prior = { mu: 0, kappa: 1, alpha: 1, beta: 1 };
  const run = new RunLength({ hazard: 0.02, prior, runMax: 5 });
  run.add(Number.NaN);
  assert.is(run.runs, 0);
  assert.is(run.likeliest, 0);
  assert.is(run.chanceOf(1), 0);
});

test('an alarm of the CUSUM resets both sides, and nonsense moves neither', () => {
  const watch = new Cusum({ mean: 10, deviation: 2, slack: 0.5, threshold: 3 });
  assert.is(watch.add(14), null);
  assert.is(watch.up, 1.5);
  assert.is(watch.add(Number.NaN), null);
  assert.is(watch.up, 1.5);
  assert.is(watch.add(16), 'up');
  assert.is(watch.up, 0);
  assert.is(watch.add(2), 'down');
  assert.is(watch.down, 0);
});

test('breaks of a mean are found where they are, and need points that vary', () => {
  const series = Array.from({ length: 60 }, (_, at) => (at < 25 ? 0 : 8) + Math.sin(at * 12.9898));
  const found = meanBreaks(series, 0.15);
  assert.ok(found.ok);
  if (found.ok) {
    assert.equal(found.value.breaks, [25]);
    assert.ok(found.value.ols.p < 1e-4 && found.value.recursive.p < 0.05);
  }
  assert.equal(meanBreaks([3, 3, 3, 3], 0.25), {
    ok: false,
    error: { kind: 'constant', value: 3 },
  });
  const few = { kind: 'too-few-points', found: 2, wanted: 3 };
  assert.equal(meanBreaks([1, 2], 0.4), { ok: false, error: few });
});

test('a mean without a break has none', () => {
  const series = Array.from({ length: 60 }, (_, at) => Math.sin(at * 12.9898) * 43.75);
  const found = meanBreaks(series, 0.15);
  assert.ok(found.ok && found.value.breaks.length === 0);
  assert.ok(found.ok && found.value.ols.p > 0.2 && found.value.recursive.p > 0.2);
});

test.run();
