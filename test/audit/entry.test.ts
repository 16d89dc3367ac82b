import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Canonical, DEPTH_MAX } from '../../src/audit/canonical.ts';
import {
  type AuditEntry,
  decodeEntry,
  encodeEntry,
  entryFaultText,
} from '../../src/audit/entry.ts';
import { EMPTY_ROOT } from '../../src/audit/tree/hash.ts';
import { anEntry, encoded } from '../support/audit/entries.ts';
import { law } from '../support/law.ts';

const text = (entry: AuditEntry): string => Buffer.from(encoded(entry)).toString();
const refusal = (entry: AuditEntry): string => {
  const result = encodeEntry(entry);
  return result.ok ? 'accepted' : entryFaultText(result.error);
};
const reading = (bytes: string | Uint8Array): string => {
  const result = decodeEntry(Buffer.from(bytes));
  return result.ok ? 'accepted' : entryFaultText(result.error);
};
const payloadText = (payload: AuditEntry['payload']): string =>
  /"payload":(.*),"prev"/.exec(text(anEntry({ payload })))?.[1] as string;

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
  fc.bigInt(),
);
const { payload: anyPayload } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('payload')),
  payload: fc.dictionary(fc.string({ unit: 'binary', maxLength: 9 }), tie('value'), { maxKeys: 4 }),
}));
const payload = anyPayload as fc.Arbitrary<AuditEntry['payload']>;

test('an entry is one line of JSON with sorted names and numbers as texts', () => {
  assert.is(
    text(anEntry()),
    '{"actor":"execution","boot":"1","epoch":"0","mono_ns":"1000000","payload":' +
      '{"clientId":"desk-1-mm-1","isPostOnly":true,"side":"buy","ticks":"6173763"},' +
      '"prev":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","seq":"1",' +
      '"type":"order-submitted","v":"1","wall_ns":"1767225600001000000"}',
  );
});

test('an entry comes back from its bytes, and to the same bytes', () => {
  const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const whole = fc.maxSafeInteger().map(Math.abs);
  const name = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' });
  const entry = fc.record({
    ...{ seq: whole, boot: whole, epoch: whole, monoNs: nanos, wallNs: nanos },
    ...{ actor: name, type: name, payload, prev: fc.constant(EMPTY_ROOT) },
  });
  law(
    fc.property(entry, (written) => {
      const bytes = encoded(written);
      const read = decodeEntry(bytes);
      assert.ok(read.ok);
      const { payload: inner, prev, ...rest } = read.value;
      assert.equal(
        { ...written, payload: inner, prev: EMPTY_ROOT },
        { ...rest, payload: inner, prev: EMPTY_ROOT },
      );
      assert.equal(prev, EMPTY_ROOT);
      assert.equal(encoded(read.value), bytes);
    }),
  );
});

test('the order in which the names of an event were set does not matter', () => {
  law(
    fc.property(payload, (one) => {
      const reversed = Object.fromEntries(Object.entries(one).reverse());
      assert.is(payloadText(reversed), payloadText(one));
    }),
  );
});

test('A18: no value can end a line, steer a terminal or turn a text around', () => {
  const nasty = '\n\r\u0000\u001b[2J\u007f\u009b\u2028\u202e\u2066\ud800"\\';
  assert.is(
    payloadText({ nasty }),
    '{"nasty":"\\n\\r\\u0000\\u001b[2J\\u007f\\u009b\\u2028\\u202e\\u2066\\ud800\\"\\\\"}',
  );
  law(
    fc.property(payload, fc.string({ unit: 'binary', minLength: 1 }), (inner, actor) => {
      const line = text(anEntry({ payload: inner, actor }));
      assert.not.match(line, /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test('A18: an entry of more than 64 KiB is refused, on writing and on reading', () => {
  const filled = (length: number) => anEntry({ payload: { text: 'x'.repeat(length) } });
  const room = 65_535 - encoded(filled(0)).length;
  assert.is(encoded(filled(room)).length, 65_535);
  assert.is(refusal(filled(room + 1)), 'entry: found 65536 bytes, expected at most 65535');
  assert.is(reading(new Uint8Array(65_536)), 'entry: found 65536 bytes, expected at most 65535');
});

test('nesting is bounded, also in bytes that somebody else has written', () => {
  let deep: Canonical = 'x';
  for (let depth = 0; depth < DEPTH_MAX - 1; depth += 1) deep = [deep];
  assert.is(refusal(anEntry({ payload: { deep } })), 'accepted');
  assert.match(
    refusal(anEntry({ payload: { deep: [deep] } })),
    /found depth 17, expected at most 16/,
  );
  const many = 30_000;
  const bytes = text(anEntry({ payload: { deep: '?' } })).replace(
    '"?"',
    '['.repeat(many) + ']'.repeat(many),
  );
  assert.match(reading(bytes), /found depth 17/);
});

test('what no entry can hold is refused with its place', () => {
  const of = (value: unknown) =>
    refusal(anEntry({ payload: { order: { value: value as Canonical } } }));
  assert.is(of(Number.NaN), 'payload.order.value: found NaN, expected a finite number');
  assert.is(
    of(2 ** 53),
    'payload.order.value: found 9007199254740992, expected a safe integer; larger ones as bigint',
  );
  assert.is(of(undefined), 'payload.order.value: found undefined, expected a JSON value');
  assert.is(of([1, () => 1]), 'payload.order.value.1: found function, expected a JSON value');
  assert.is(of(2n ** 70n), 'accepted');
  assert.is(
    payloadText({ tick: 0.01, minusZero: -0, none: null }),
    '{"minusZero":"0","none":null,"tick":"0.01"}',
  );
  assert.match(refusal(anEntry({ seq: -1 })), /^seq: found -1/);
  assert.match(refusal(anEntry({ boot: 1.5 })), /^boot: found 1.5/);
  assert.match(refusal(anEntry({ epoch: 2 ** 53 })), /^epoch: found 9007199254740992/);
  assert.match(refusal(anEntry({ monoNs: -1n })), /^monoNs: found -1/);
  assert.match(refusal(anEntry({ wallNs: 2n ** 64n })), /^wallNs: found 18446744073709551616/);
  assert.match(refusal(anEntry({ actor: '' })), /^actor: found 0 characters, expected 1 … 320/);
  assert.match(refusal(anEntry({ type: 'x'.repeat(321) })), /^type: found 321 characters/);
  assert.match(refusal(anEntry({ prev: new Uint8Array(31) })), /^prev: found 31 bytes/);
});

test('only the bytes that would be written are an entry', () => {
  const good = text(anEntry());
  assert.is(reading(good), 'accepted');
  const other = /another spelling of it, expected sorted names, no spaces, numbers as texts/;
  assert.match(reading(good.replace('{"actor"', '{ "actor"')), other);
  assert.match(reading(`${good}\n`), other);
  assert.match(reading(good.replace('"6173763"', '6173763.0')), other);
  assert.match(reading(good.replace('"ticks"', '"ticks":"1","ticks"')), other);
  assert.match(
    reading(good.replace('"isPostOnly":true,', '').replace('}', ',"isPostOnly":true}')),
    other,
  );
  assert.match(reading(good.replace('{"actor"', '{"a":"b","actor"')), other);
  assert.match(reading(good.replace('buy', 'b\\u0075y')), other);
});

test('a field that is missing or of another kind is named', () => {
  const good = text(anEntry());
  assert.match(reading('nothing'), /bytes that are no JSON object/);
  assert.match(reading('[]'), /bytes that are no JSON object/);
  assert.match(reading(Uint8Array.of(0xff)), /bytes that are no JSON object/);
  assert.is(reading(good.replace('"v":"1"', '"v":"2"')), 'v: found "2", expected "1"');
  assert.is(reading(good.replace('"v":"1",', '')), 'v: found "nothing", expected "1"');
  assert.match(reading(good.replace('"seq":"1"', '"seq":1')), /^seq: found "1", expected a text/);
  assert.match(
    reading(good.replace('"seq":"1"', '"seq":"01"')),
    /^seq: found "01", expected a whole/,
  );
  assert.match(reading(good.replace('"seq":"1"', `"seq":"${'9'.repeat(20)}"`)), /^seq: found 1000/);
  assert.match(reading(good.replace(/"payload":{[^}]*}/, '"payload":[]')), /^payload: found/);
  assert.match(reading(good.replace('47DEQpj8', '47DEQ')), /^prev: found 0 bytes/);
  const long = reading(good.replace('"v":"1"', `"v":"\\u001b${'x'.repeat(900)}"`));
  assert.match(long, /^v: found "\\u001bxx/);
  assert.ok(long.length < 250);
});

test('whatever the bytes are, reading answers and does not throw', () => {
  law(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.not(decodeEntry(bytes).ok)));
  law(
    fc.property(
      fc.json(),
      fc.constantFrom('payload', 'actor', 'seq', 'prev', 'v'),
      (json, name) => {
        const value = JSON.parse(text(anEntry())) as Record<string, unknown>;
        value[name] = JSON.parse(json);
        decodeEntry(Buffer.from(JSON.stringify(value)));
      },
    ),
    200,
  );
});

test.run();
