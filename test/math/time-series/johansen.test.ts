import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { at } from '../../../src/math/matrix.ts';
import { johansen, johansenDetrended } from '../../../src/math/time-series/johansen.ts';
import {
  MACKINNON_HAUG_MICHELIS,
  OSTERWALD_LENUM,
} from '../../../src/math/time-series/johansen-tables.ts';

/** Two series tied to one walk, and a walk of its own. */
function three(count: number, seed: number): Float64Array[] {
  const random = rngOf(seed);
  let [common, own] = [0, 0];
  const columns = [0, 1, 2].map(() => new Float64Array(count));
  for (let time = 0; time < count; time += 1) {
    common += random.normal();
    own += random.normal();
    const [x, y, z] = columns as [Float64Array, Float64Array, Float64Array];
    x[time] = common + random.normal();
    y[time] = 2 * common + random.normal();
    z[time] = own;
  }
  return columns;
}

const near = (one: ArrayLike<number>, other: ArrayLike<number>, share = 1e-7): void => {
  for (let place = 0; place < one.length; place += 1) {
    const [found, wanted] = [one[place] as number, other[place] as number];
    assert.ok(Math.abs(found - wanted) <= share * (1 + Math.abs(wanted)), `${found} ${wanted}`);
  }
};

test('one relation among three series is found, with its vector', () => {
  for (const restricted of ['none', 'constant', 'trend'] as const) {
    const found = johansen(three(600, 1), { lags: 2, restricted });
    assert.ok(found.ok);
    const { trace, maximum, vectors, table } = found.value;
    const at5 = (rank: number): number => trace.critical[rank]?.[1] as number;
    assert.ok((trace.statistics[0] as number) > at5(0), restricted);
    assert.ok((trace.statistics[1] as number) < at5(1), restricted);
    assert.ok((maximum.statistics[0] as number) > (maximum.critical[0]?.[2] as number));
    assert.is(at(vectors, 0, 0), 1);
    assert.ok(Math.abs(at(vectors, 1, 0) + 0.5) < 0.05, String(at(vectors, 1, 0)));
    assert.match(table, /^Osterwald-Lenum/);
  }
});

test('what is inside of the differences and what is detrended agree on an outer constant', () => {
  const series = three(300, 2);
  const one = johansen(series, { lags: 2, restricted: 'none' });
  const other = johansenDetrended(series, { degree: 0, differences: 1 });
  assert.ok(one.ok && other.ok);
  near(one.value.eigenvalues, other.value.eigenvalues);
  near(one.value.vectors.cells, other.value.vectors.cells, 1e-5);
  near(one.value.loadings.cells, other.value.loadings.cells, 1e-5);
  assert.match(other.value.table, /^MacKinnon, Haug, Michelis/);
});

test('units and the order of series leave the eigenvalues as they are', () => {
  const [x, y, z] = three(300, 3) as [Float64Array, Float64Array, Float64Array];
  for (const degree of [-1, 0, 1] as const) {
    const one = johansenDetrended([x, y, z], { degree, differences: 2 });
    const turned = [z, x.map((value) => 1e3 * value), y];
    const other = johansenDetrended(turned, { degree, differences: 2 });
    assert.ok(one.ok && other.ok);
    near(one.value.eigenvalues, other.value.eigenvalues, 1e-6);
  }
});

test('centred dummies take a season out, and change no mean', () => {
  const series = three(400, 4);
  const seasonal = series.map((values) => values.map((value, time) => value + 9 * (time % 4)));
  const plain = johansen(series, { lags: 2, restricted: 'constant', season: 4 });
  const found = johansen(seasonal, { lags: 2, restricted: 'constant', season: 4 });
  assert.ok(plain.ok && found.ok);
  near(found.value.eigenvalues, plain.value.eigenvalues, 1e-3);
});

test('series that cannot be tested are refused with the reason', () => {
  const [x, y] = three(100, 5) as [Float64Array, Float64Array];
  const how = { lags: 2, restricted: 'none' } as const;
  const kindOf = (series: ArrayLike<number>[], more: object = {}): string => {
    const found = johansen(series, { ...how, ...more });
    return found.ok ? 'ok' : found.error.kind;
  };
  assert.is(kindOf([x]), 'bad-variables');
  assert.is(kindOf([x, y], { lags: 1 }), 'bad-lags');
  assert.is(kindOf([x, y.slice(1)]), 'ragged');
  assert.is(kindOf([x.slice(0, 8), y.slice(0, 8)]), 'too-few-rows');
  assert.is(kindOf([x, y.map((value, time) => (time === 9 ? Number.NaN : value))]), 'not-finite');
  assert.is(kindOf([x, x]), 'singular');
  assert.is(kindOf([x, new Float64Array(100)]), 'singular');
  const detrended = (series: ArrayLike<number>[], differences: number): string => {
    const found = johansenDetrended(series, { degree: 0, differences });
    return found.ok ? 'ok' : found.error.kind;
  };
  assert.is(detrended([x, y], -1), 'bad-lags');
  assert.is(detrended([x], 1), 'bad-variables');
  assert.is(detrended([x, y], 0), 'ok');
  assert.is(detrended([x, new Float64Array(100)], 1), 'singular');
});

test('critical values rise with the count of variables and with the level', () => {
  const tables = [...Object.values(OSTERWALD_LENUM), ...Object.values(MACKINNON_HAUG_MICHELIS)];
  assert.is(tables.length, 6);
  for (const { trace, maximum, name } of tables) {
    for (const rows of [trace, maximum]) {
      assert.ok(rows.length >= 11, name);
      rows.forEach(([at10, at5, at1], place) => {
        assert.ok(at10 < at5 && at5 < at1, `${name} ${place}`);
        const before = rows[place - 1]?.[0] ?? 0;
        assert.ok(at10 > before, `${name} ${place}`);
      });
    }
  }
});

test.run();
