import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Canonical, DEPTH_MAX, quoted } from '../../src/audit/canonical.ts';
import { CanonicalWriter } from '../../src/audit/canonical-writer.ts';
import { law } from '../support/law.ts';

/** Small, so that it has to grow. */
const writer = new CanonicalWriter(1);

function written(value: Canonical, out = writer): string {
  out.at = 0;
  const fault = out.value(value, 'it');
  assert.is(fault, null);
  return out.bytes.toString('utf8', 0, out.at);
}

/** The same the slow way: a text of each part, joined. */
function textOf(value: Canonical): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' || typeof value === 'bigint') return `"${value}"`;
  if (value === null || typeof value === 'boolean') return String(value);
  if (value instanceof Float64Array) {
    const bytes = new DataView(new ArrayBuffer(8 * value.length));
    value.forEach((double, at) => void bytes.setFloat64(8 * at, double, true));
    return `"${Buffer.from(bytes.buffer).toString('base64')}"`;
  }
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  const named = value as { readonly [name: string]: Canonical };
  const fields = Object.keys(named)
    .sort()
    .map((name) => `${quoted(name)}:${textOf(named[name] as Canonical)}`);
  return `{${fields.join(',')}}`;
}

const name = fc.oneof(fc.string({ maxLength: 5 }), fc.string({ unit: 'binary', maxLength: 5 }));
const leaf = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.maxSafeInteger(),
  fc.integer(),
  fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
  fc.bigInt(),
  fc.float64Array({ maxLength: 200 }),
);
const { value: anything } = fc.letrec<{ value: Canonical }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 6, noNullPrototype: false }),
  ) as fc.Arbitrary<Canonical>,
}));

test('bytes are written as a text joined from its parts would be', () => {
  law(fc.property(anything, (value) => assert.is(written(value), textOf(value))));
});

test('whole numbers have the digits of JavaScript, up to the last safe one', () => {
  const bounds = Array.from({ length: 16 }, (_, power) => 10 ** power);
  const near = [...bounds, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER].flatMap((n) => [n - 1, n]);
  for (const whole of [0, -0, ...near, ...near.map((n) => -n)]) {
    assert.is(written(whole), `"${whole}"`);
    assert.is(written(BigInt(whole)), `"${whole}"`);
  }
  for (const large of [2n ** 53n, 2n ** 64n, -(2n ** 70n), 2n ** 64n]) {
    assert.is(written(large), `"${large}"`);
  }
});

test('bytes come as base64 of every length, or of their beginning', () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, at) => (at * 37) & 0xff);
  for (let length = 0; length <= bytes.length; length += 1) {
    writer.at = 0;
    writer.base64(bytes, length);
    const text = Buffer.from(bytes.subarray(0, length)).toString('base64');
    assert.is(writer.bytes.toString('utf8', 0, writer.at), `"${text}"`);
  }
});

test('more kinds of objects than are remembered are written all the same', () => {
  const out = new CanonicalWriter(64);
  for (let round = 0; round < 2; round += 1) {
    for (let at = 0; at < 600; at += 1) {
      assert.is(written({ [`n${at}`]: true, a: null }, out), `{"a":null,"n${at}":true}`);
    }
  }
  // The same first name and another second one, or one more, is another kind.
  assert.is(written({ b: 1, c: 2 }, out), '{"b":"1","c":"2"}');
  assert.is(written({ b: 1, a: 2 }, out), '{"a":"2","b":"1"}');
  assert.is(written({ b: 1 }, out), '{"b":"1"}');
  assert.is(written({}, out), '{}');
});

test('what cannot be said is refused, with the place where it stands', () => {
  const refusal = (value: unknown): string => {
    const fault = writer.value(value as Canonical, 'it');
    return fault === null ? 'written' : `${fault.where}: ${fault.found}, ${fault.expected}`;
  };
  assert.is(refusal({ a: [1, Number.NaN] }), 'it.a.1: NaN, a finite number');
  assert.is(refusal([{ b: 2 ** 53 }]), `it.0.b: ${2 ** 53}, a safe integer; larger ones as bigint`);
  assert.is(refusal({ a: undefined }), 'it.a: undefined, a JSON value');
  let deep: Canonical = [];
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) deep = [deep];
  assert.match(refusal(deep), /: depth 17, at most 16$/);
});

test.run();
