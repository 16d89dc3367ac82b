import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  batchOf,
  decodeBatch,
  decodeOpening,
  encodeLinkFrame,
  encodeOpening,
  LINK_FRAME_BYTES_MAX,
  type LinkFrame,
  type LinkHello,
  shapeFault,
} from '../../../src/remote/link/frame.ts';
import { law } from '../../support/law.ts';

const HELLO: LinkHello = {
  kind: 'hello',
  protocol: 1,
  node: 'london',
  to: 'tokyo',
  life: { incarnation: '00000000000000aa', link: 1 },
  exports: { 'edge/desk': 1 },
  imports: {},
  received: null,
};
const answer = (message: unknown): LinkFrame => ({ kind: 'answer', ask: 1, message });
const packr = new Packr({ useRecords: false });

function bytesOf(message: unknown): Uint8Array {
  const encoded = encodeLinkFrame(answer(message));
  if (!encoded.ok) throw new Error(encoded.error);
  return encoded.value;
}

/** msgpackr renames this one, so that no frame can set a prototype. */
const aKey = fc.string().filter((key) => key !== '__proto__');

test('a batch of any plain data comes back as it was', () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.double(),
      fc.integer(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.array(tie('value'), { maxLength: 20 }),
      fc.dictionary(aKey, tie('value'), { noNullPrototype: true }),
    ),
  })).value;
  law(
    fc.property(fc.array(plain, { maxLength: 40 }), fc.nat(), (messages, ack) => {
      const decoded = decodeBatch(batchOf(7, ack, messages.map(bytesOf)));
      assert.ok(decoded.ok);
      if (decoded.ok) assert.equal(decoded.value, [7, ack, ...messages.map(answer)]);
    }),
  );
});

test('the deepest message that may leave is one that may arrive', () => {
  let message: unknown = 1;
  let levels = 0;
  for (; encodeLinkFrame(answer([message])).ok; levels += 1) message = [message];
  assert.ok(levels >= 20, `${levels} levels`);
  assert.ok(decodeBatch(batchOf(1, 0, [bytesOf(message)])).ok);
});

test('any bytes whatever are either a batch or refused in words, and never throw', () => {
  law(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoded = decodeBatch(bytes);
      const opening = decodeOpening(bytes);
      assert.ok(!decoded.ok && decoded.error.length > 0);
      assert.ok(!opening.ok && opening.error.length > 0);
    }),
    2_000,
  );
});

test('a batch that is cut anywhere, or has a changed byte, is refused or still a batch', () => {
  const whole = batchOf(1, 0, [bytesOf({ a: [1, 'two', 3.5] }), bytesOf('x'.repeat(300))]);
  for (let length = 0; length < whole.length; length += 1) {
    assert.not(decodeBatch(whole.subarray(0, length)).ok);
  }
  law(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
      const changed = Buffer.from(whole);
      changed[at] = value;
      const decoded = decodeBatch(changed);
      assert.ok(decoded.ok || decoded.error.length > 0);
    }),
    2_000,
  );
});

test('a length that cannot be true takes no room', () => {
  for (const token of [0xdd, 0xdf, 0xc6, 0xdb]) {
    assert.match(
      shapeFault(Uint8Array.of(token, 0x7f, 255, 255, 255)) ?? '',
      /cannot follow|ends|follow/,
    );
  }
});

test('what is not plain data does not leave', () => {
  class Thing {
    readonly a = 1;
  }
  const strange = [
    new Date(0),
    new Map(),
    new Set(),
    /x/,
    new Thing(),
    new Float64Array(2),
    () => 1,
    Symbol('x'),
    2n ** 70n,
    [{ deep: new Error('x') }],
    Object.create({}),
    Object.create(Object.create(null)),
  ];
  for (const message of strange) {
    const encoded = encodeLinkFrame(answer(message));
    assert.ok(!encoded.ok && /only plain data/.test(encoded.error), String(encoded.ok));
  }
  const circle: unknown[] = [];
  circle.push(circle);
  const deep = encodeLinkFrame(answer(circle));
  assert.match(deep.ok ? '' : deep.error, /levels/);
  const large = encodeLinkFrame(answer('x'.repeat(LINK_FRAME_BYTES_MAX)));
  assert.match(large.ok ? '' : large.error, /wanted at most/);
});

test('extensions, records and deep nesting are refused before anything is decoded', () => {
  const records = new Packr({ useRecords: true });
  assert.match(shapeFault(records.pack({ a: 1 })) ?? '', /extension/);
  assert.match(shapeFault(packr.pack(new Date(0))) ?? '', /extension/);
  assert.match(shapeFault(Uint8Array.of(0xc1)) ?? '', /wanted plain data/);
  assert.match(shapeFault(new Uint8Array(40).fill(0x91)) ?? '', /deeper/);
  assert.match(shapeFault(Uint8Array.of(1, 2)) ?? '', /1 bytes follow/);
  assert.is(
    shapeFault(packr.pack({ bytes: new Uint8Array(70_000), text: 'x'.repeat(70_000) })),
    null,
  );
  const wide = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`k${at}`, at]));
  assert.is(shapeFault(packr.pack([wide, Array.from({ length: 70_000 }, () => -200)])), null);
});

test('a greeting of another protocol is told as such, whatever else it says', () => {
  const future = decodeOpening(packr.pack({ kind: 'salve', protocol: 9 }));
  assert.match(future.ok ? '' : future.error, /speaks link protocol 9, this node 1/);
  assert.equal(decodeOpening(encodeOpening(HELLO)), { ok: true, value: HELLO });
  assert.ok(decodeOpening(packr.pack({ ...HELLO, more: true })).ok, 'new keys are let pass');
  const wrong = decodeOpening(packr.pack({ ...HELLO, node: 'a/b' }));
  assert.match(wrong.ok ? '' : wrong.error, /node/);
});

test.run();
