import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { cholesky } from '../../../src/math/linear/cholesky.ts';
import { CorrelationPath } from '../../../src/risk/volatility/correlation-path.ts';
import { filterDcc, fitCorrelations, fitDcc } from '../../../src/risk/volatility/dcc.ts';
import { law } from '../../support/law.ts';
import { aModel, simulated } from './series.ts';

/** Shocks of so many assets, T × N, that have something in common. */
function shocksOf(assets: number, length: number, seed: number): Float64Array {
  const random = rngOf(seed);
  const shocks = new Float64Array(assets * length);
  for (let time = 0; time < length; time += 1) {
    const shared = random.normal();
    for (let asset = 0; asset < assets; asset += 1) {
      shocks[time * assets + asset] = 0.6 * shared + 0.8 * random.normal();
    }
  }
  return shocks;
}

/** Returns of so many assets whose correlation moves with a and b. */
function moving(how: {
  readonly a: number;
  readonly b: number;
  readonly seed: number;
}): number[][] {
  const { a, b, seed } = how;
  const random = rngOf(seed);
  const series: number[][] = [[], []];
  const h = [1, 1];
  let [one, other, cross] = [1, 1, 0.5];
  for (let time = 0; time < 3_000; time += 1) {
    const correlation = cross / Math.sqrt(one * other);
    const z0 = random.normal();
    const z1 = correlation * z0 + Math.sqrt(1 - correlation ** 2) * random.normal();
    [z0, z1].forEach((z, asset) => {
      const shock = Math.sqrt(h[asset] as number) * z;
      series[asset]?.push(shock);
      h[asset] = 0.05 + 0.08 * shock ** 2 + 0.87 * (h[asset] as number);
    });
    one = 1 - a - b + a * z0 * z0 + b * one;
    other = 1 - a - b + a * z1 * z1 + b * other;
    cross = (1 - a - b) * 0.5 + a * z0 * z1 + b * cross;
  }
  return series;
}

test('derivatives of the correlations are those of differences', () => {
  const share = fc.double({ min: 0.01, max: 0.45, noNaN: true });
  law(
    fc.property(share, share, fc.integer({ min: 2, max: 5 }), (a, b, assets) => {
      const path = new CorrelationPath(shocksOf(assets, 60, assets), assets);
      const gradient = new Float64Array(2);
      const scratch = new Float64Array(2);
      path.fill(a, b, gradient);
      const by = 1e-6;
      const slopes = [
        (path.fill(a + by, b, scratch) - path.fill(a - by, b, scratch)) / (2 * by),
        (path.fill(a, b + by, scratch) - path.fill(a, b - by, scratch)) / (2 * by),
      ];
      slopes.forEach((slope, at) => {
        const off = Math.abs(slope - (gradient[at] as number));
        assert.ok(off < 1e-5 * (1 + Math.abs(slope)), `${gradient[at]} for ${slope}`);
      });
    }),
    40,
  );
});

test('every correlation matrix is positive definite with ones on its diagonal', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  law(
    fc.property(
      share,
      share,
      fc.integer({ min: 2, max: 6 }),
      fc.nat(),
      (memory, part, assets, seed) => {
        const path = new CorrelationPath(shocksOf(assets, 80, seed), assets);
        const a = 0.999 * memory * part;
        assert.ok(Number.isFinite(path.fill(a, 0.999 * memory - a, new Float64Array(2))));
        for (const matrix of [path.last, path.next]) {
          assert.ok(cholesky({ rows: assets, columns: assets, cells: matrix }).ok);
          for (let at = 0; at < assets; at += 1) assert.is(matrix[at * assets + at], 1);
        }
      },
    ),
    60,
  );
});

test('a fit finds the a and b that moved the correlations', () => {
  const fit = fitDcc(moving({ a: 0.05, b: 0.9, seed: 3 }));
  assert.ok(fit.ok, JSON.stringify(fit));
  const { a, b } = fit.value.parameters;
  assert.ok(Math.abs(a - 0.05) < 0.02 && Math.abs(b - 0.9) < 0.05, `${a} ${b}`);
  assert.ok(fit.value.nextVariances.every((h) => h > 0));
  // The filter at what was found says the same.
  const path = filterDcc(moving({ a: 0.05, b: 0.9, seed: 3 }), fit.value.parameters);
  assert.ok(path.ok);
  assert.ok(Math.abs(path.value.logLikelihood - fit.value.logLikelihood) < 1e-6);
  path.value.next.forEach((cell, at) => {
    assert.ok(Math.abs(cell - (fit.value.next[at] as number)) < 1e-9);
  });
});

test('correlations that only the last shock moves are found as well', () => {
  const fit = fitDcc(moving({ a: 0.3, b: 0, seed: 5 }));
  assert.ok(fit.ok, JSON.stringify(fit));
  const { a, b } = fit.value.parameters;
  assert.ok(Math.abs(a - 0.3) < 0.06 && b < 0.1, `${a} ${b}`);
});

test('two series that are nearly one are fitted or refused, however near', () => {
  const one = simulated(aModel({ mean: 'zero' }), 300, 1);
  const random = rngOf(2);
  const kinds = new Set<string>();
  for (let power = -8; power <= -7; power += 0.05) {
    const other = one.map((value) => value + 10 ** power * random.normal());
    const fit = fitDcc([one, other]);
    kinds.add(fit.ok ? 'ok' : fit.error.kind);
  }
  assert.equal([...kinds].sort(), ['correlations', 'ok', 'singular']);
});

test('what cannot be correlated is a tagged error', () => {
  const one = simulated(aModel(), 300, 1);
  const kindOf = (series: readonly ArrayLike<number>[]): string => {
    const fit = fitDcc(series);
    return fit.ok ? 'ok' : fit.error.kind;
  };
  assert.is(kindOf([one]), 'bad-shape');
  assert.is(kindOf([one, one.slice(1)]), 'bad-shape');
  assert.is(kindOf([one, one]), 'singular');
  const flat = fitDcc([one, new Float64Array(300)]);
  assert.ok(!flat.ok && flat.error.kind === 'series' && flat.error.series === 1);
  const parameters = { mu: 0, omega: 0.1, alpha: 0.1, gamma: 0, beta: 0.8, nu: null };
  const alike = filterDcc([one, one], { variances: [parameters, parameters], a: 0, b: 0 });
  assert.ok(!alike.ok && alike.error.kind === 'singular');
  assert.not(filterDcc([one], { variances: [parameters], a: 0, b: 0 }).ok);
});

test('a and b that leave no correlation have no likelihood', () => {
  const path = new CorrelationPath(shocksOf(2, 30, 1), 2);
  assert.ok(Number.isNaN(path.fill(-5, 0, new Float64Array(2))));
});

test('shocks so small that their products vanish have no correlations to fit', () => {
  const shocks = Float64Array.from(
    { length: 12 },
    (_, at) => 1e-160 * (((at * 7) % 5) - 2 + at / 9),
  );
  const found = fitCorrelations(shocks, 2);
  assert.is(!found.ok && found.error.kind, 'correlations');
});

test.run();
