import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  challengeOf,
  clientFrame,
  decodeFrame,
  FRAME_BYTES_MAX,
  helloOf,
  PROTOCOL_VERSION,
  serverFrame,
} from '../../src/remote/protocol.ts';
import { STRANGE } from '../support/binance/strange.ts';
import { law } from '../support/law.ts';

const hello = helloOf('1.0.0', (bytes) => new Uint8Array(bytes).fill(1));

test('frames of both ends survive the way', () => {
  const frames = [
    hello,
    { kind: 'welcome', user: 'operator', role: 'viewer' },
    { kind: 'refused', reason: 'idle' },
    { kind: 'result', id: 1, exitCode: 5, data: { mode: 'manual' }, error: 'no' },
  ];
  for (const frame of frames) {
    assert.equal(decodeFrame(serverFrame, JSON.stringify(frame)), { ok: true, value: frame });
  }
  const sent = [
    { kind: 'authenticate', protocol: 1, key: 'operator', signature: 'AA==' },
    { kind: 'run', id: 1, words: ['mode', 'full-auto'] },
  ];
  for (const frame of sent) {
    assert.equal(decodeFrame(clientFrame, JSON.stringify(frame)), { ok: true, value: frame });
  }
});

const malformed: [text: string, said: RegExp][] = [
  ['', /JSON/],
  ['{"kind":', /JSON/],
  ['null', /^frame: .*expected object/],
  ['[]', /^frame: /],
  ['{}', /^kind: /],
  ['{"kind":"hello"}', /^kind: /],
  ['{"kind":"run","id":-1,"words":["a"]}', /^id: /],
  ['{"kind":"run","id":1.5,"words":["a"]}', /^id: /],
  ['{"kind":"run","id":1,"words":[]}', /^words: /],
  ['{"kind":"run","id":1,"words":[5]}', /^words\.0: /],
  ['{"kind":"run","id":1,"words":["a"],"x":1}', /^frame: Unrecognized key: "x"/],
  ['{"kind":"authenticate","protocol":0,"key":"a","signature":"AA=="}', /^protocol: /],
  ['{"kind":"authenticate","protocol":1,"key":"a","signature":"*"}', /^signature: /],
];
for (const [text, said] of malformed) {
  test(`${text || 'an empty text'} is malformed, and the place is named`, () => {
    const decoded = decodeFrame(clientFrame, text);
    assert.ok(!decoded.ok);
    assert.match(decoded.error, said);
  });
}

test('the challenge covers nonce, version, protocol and transport', () => {
  const base = challengeOf(hello, '/run/a.sock');
  assert.equal(challengeOf({ ...hello }, '/run/a.sock'), base);
  const others = [
    challengeOf({ ...hello, nonce: 'AAAA' }, '/run/a.sock'),
    challengeOf({ ...hello, version: '1.0.1' }, '/run/a.sock'),
    challengeOf({ ...hello, protocol: PROTOCOL_VERSION + 1 }, '/run/a.sock'),
    challengeOf(hello, '/run/b.sock'),
  ];
  for (const other of others) assert.is(other.equals(base), false);
  assert.ok(base.includes('flyball-shell-v1\0'), 'a signature is good for nothing else');
});

test('a frame of the greatest command fits the limit of a frame', () => {
  const words = Array.from({ length: 64 }, () => '\\'.repeat(4096));
  const frame = { kind: 'run', id: Number.MAX_SAFE_INTEGER, words };
  assert.is(decodeFrame(clientFrame, JSON.stringify(frame)).ok, true);
  assert.ok(Buffer.byteLength(JSON.stringify(frame)) < FRAME_BYTES_MAX);
});

test('no text whatever makes it throw', () => {
  const run = { kind: 'run', id: 1, words: ['a'] };
  const spoiled = fc
    .tuple(fc.constantFrom(...Object.keys(run)), fc.constantFrom(...STRANGE))
    .map(([field, value]) => JSON.stringify({ ...run, [field]: value }));
  law(
    fc.property(fc.oneof(fc.string(), fc.json(), spoiled), (text) => {
      assert.type(decodeFrame(clientFrame, text).ok, 'boolean');
      assert.type(decodeFrame(serverFrame, text).ok, 'boolean');
    }),
  );
});

test.run();
