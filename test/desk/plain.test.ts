import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plainOf } from '../../src/desk/plain.ts';
import { law } from '../support/law.ts';

test('amounts are texts, maps objects, sets lists', () => {
  const value = { amount: 5n, map: new Map([['BTC', 1n]]), set: new Set([1, 2]), none: null };
  assert.equal(plainOf(value), { amount: '5', map: { BTC: '1' }, set: [1, 2], none: null });
});

test('what is no data is cut', () => {
  assert.equal(plainOf({ act: () => {}, name: Symbol('x') }), { act: '…', name: '…' });
});

test('what is too deep, too long or too wide is cut, and says so', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < 10; level += 1) deep = { deep };
  assert.match(JSON.stringify(plainOf(deep)), /^(\{"deep":){6}"…"\}{6}$/);
  const long = plainOf(Array.from({ length: 300 }, (_, at) => at)) as unknown[];
  assert.equal([long.length, long.at(-1)], [201, '…']);
  const wide = plainOf(new Map(Array.from({ length: 300 }, (_, at) => [at, at]))) as object;
  assert.equal([Object.keys(wide).length, Object.keys(wide).at(-1)], [201, '…']);
});

test('a circle ends', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  assert.ok(JSON.stringify(plainOf(circle)).length < 100);
});

test('whatever it is given, JSON can carry it', () => {
  law(
    fc.property(fc.anything({ withBigInt: true, withMap: true, withSet: true }), (value) => {
      JSON.stringify(plainOf(value));
    }),
  );
});

test.run();
