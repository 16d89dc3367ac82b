import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  detrendedFluctuation,
  laggedDeviationSlope,
  rescaledRange,
} from '../../../src/math/time-series/hurst.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { errorIn, normalReturns, valueIn } from '../../support/risk/samples.ts';

const noise = normalReturns(2_048, 4);
const walk: number[] = [0];
for (const each of noise) walk.push((walk.at(-1) as number) + each);

test('independent numbers have exponents around a half, and their sums one more', () => {
  const { corrected, halving, theoretical } = valueIn(rescaledRange(noise));
  near(corrected, 0.5, 0, 0.12);
  near(halving, 0.55, 0, 0.12);
  near(theoretical, 0.53, 0, 0.03);
  near(valueIn(detrendedFluctuation(noise)).alpha, 0.5, 0, 0.08);
  near(valueIn(detrendedFluctuation(walk)).alpha, 1.5, 0, 0.12);
  near(valueIn(laggedDeviationSlope(walk)), 0.5, 0, 0.06);
});

test('no exponent knows the unit of the numbers or their place', () => {
  law(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (seed, by) => {
        const series = normalReturns(301, seed);
        const moved = series.map((each) => by * each + 1);
        const [plain, other] = [valueIn(rescaledRange(series)), valueIn(rescaledRange(moved))];
        near(other.halving, plain.halving, 1e-7);
        near(other.empirical, plain.empirical, 1e-7);
        near(other.corrected, plain.corrected, 1e-7);
        const { alpha } = valueIn(detrendedFluctuation(series));
        near(valueIn(detrendedFluctuation(moved)).alpha, alpha, 1e-7);
        near(
          valueIn(laggedDeviationSlope(moved)),
          valueIn(laggedDeviationSlope(series)),
          1e-7,
          1e-9,
        );
      },
    ),
    20,
  );
});

test('series that are short, still or broken have no exponent', () => {
  assert.equal(errorIn(rescaledRange(noise.slice(0, 99))), {
    kind: 'too-few',
    found: 99,
    wanted: 100,
  });
  assert.is(errorIn(detrendedFluctuation(noise.slice(0, 127))).kind, 'too-few');
  assert.is(errorIn(laggedDeviationSlope([1, 2, 3])).kind, 'too-few');
  assert.is(errorIn(rescaledRange(noise.map(() => 1))).kind, 'no-variance');
  const stuck = noise.map((each, at) => (at < 512 ? 0 : each));
  assert.is(errorIn(rescaledRange(stuck)).kind, 'still');
  const straight = noise.map((_, at) => (at < 1_024 ? 1 : -1));
  assert.is(errorIn(detrendedFluctuation(straight)).kind, 'still');
  assert.is(errorIn(laggedDeviationSlope(noise.map((_, at) => at))).kind, 'no-variance');
  assert.is(errorIn(rescaledRange([...noise, Number.NaN])).kind, 'not-finite');
  assert.is(errorIn(rescaledRange(noise.slice(0, 106))).kind, 'no-boxes');
});

test.run();
