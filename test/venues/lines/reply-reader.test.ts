import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Reading, ReplyReader } from '../../../src/venues/lines/reply-reader.ts';
import { law } from '../../support/law.ts';

const LIMITS = { headBytesMax: 512, bodyBytesMax: 1_000 };

/** Reads a text in pieces of so many bytes; what comes after the end is not given. */
function read(text: string, { size = 1_000_000, ends = false } = {}): Reading {
  const reader = new ReplyReader(LIMITS);
  const bytes = Buffer.from(text);
  let reading: Reading = { kind: 'more' };
  for (let at = 0; at < bytes.length && reading.kind === 'more'; at += size) {
    reading = reader.push(bytes.subarray(at, at + size));
  }
  return ends && reading.kind === 'more' ? reader.end() : reading;
}

const head = (...lines: string[]): string => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;

function bodyOf(reading: Reading): string {
  assert.is(reading.kind, 'reply', JSON.stringify(reading));
  return reading.kind === 'reply' ? reading.reply.body : '';
}

test('a reply of known length has status, headers in lower case and body', () => {
  const reading = read(
    'HTTP/1.1 418 I am a teapot\r\nContent-Length: 5\r\nX-A:  b c \t\r\nx-a: d\r\n\r\nhello',
  );
  assert.equal(reading, {
    kind: 'reply',
    reply: { status: 418, headers: { 'content-length': '5', 'x-a': 'b c,d' }, body: 'hello' },
    rest: { isKept: true, idleMs: null },
  });
});

test('chunks are put together, extensions and trailers passed over', () => {
  const chunks = '5;x=1\r\nhello\r\nA \r\n big world\r\n0\r\nx-t: 1\r\n\r\n';
  assert.is(bodyOf(read(head('Transfer-Encoding: Chunked') + chunks)), 'hello big world');
});

test('however a reply is cut into pieces, it reads the same', () => {
  const replies = [
    `${head('content-length: 11')}hello world`,
    `${head('transfer-encoding: chunked')}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`,
    `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${head('content-length: 11')}hello world`,
  ];
  law(
    fc.property(fc.constantFrom(...replies), fc.integer({ min: 1, max: 90 }), (text, size) => {
      assert.is(bodyOf(read(text, { size })), 'hello world');
    }),
  );
});

test('a reply that is cut off is never whole', () => {
  const text = `${head('transfer-encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`;
  for (let length = 0; length < text.length; length += 1) {
    const reading = read(text.slice(0, length), { ends: true });
    assert.equal(reading, { ...reading, kind: 'fault', fault: 'broken' });
  }
});

test('without a length the end of the connection ends the body', () => {
  const reading = read(`${head('x: y')}all of it`, { ends: true });
  assert.is(bodyOf(reading), 'all of it');
  assert.equal(reading.kind === 'reply' && reading.rest.isKept, false);
  assert.is(read(`${head('x: y')}all of it`).kind, 'more');
});

test('what has no body ends with its head', () => {
  for (const status of ['204 No Content', '304 Not Modified']) {
    assert.is(bodyOf(read(`HTTP/1.1 ${status}\r\ncontent-length: 7\r\n\r\n`)), '');
  }
  assert.is(bodyOf(read(head('content-length: 0'))), '');
});

test('the connection is kept as the peer says, and never with bytes that answer to nothing', () => {
  const isKept = (text: string): boolean => {
    const reading = read(text);
    return reading.kind === 'reply' && reading.rest.isKept;
  };
  assert.ok(isKept(head('content-length: 0')));
  assert.not.ok(isKept(head('content-length: 0', 'Connection: Close')));
  assert.not.ok(isKept(`${head('content-length: 0')}HTTP/1.1 408 Late\r\n`));
  assert.not.ok(isKept('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'));
  assert.ok(isKept('HTTP/1.0 200 OK\r\nconnection: x , keep-alive\r\ncontent-length: 0\r\n\r\n'));
});

test('the peer tells how long it keeps an idle connection', () => {
  const idle = (value: string) => {
    const reading = read(head('content-length: 0', `keep-alive: ${value}`));
    return reading.kind === 'reply' ? reading.rest.idleMs : undefined;
  };
  assert.equal(['timeout=5', 'max=3, timeout=65', 'max=3'].map(idle), [5_000, 65_000, null]);
});

const faults: [name: string, text: string, detail: RegExp][] = [
  ['another protocol', '220 mail.example ESMTP\r\n\r\n', /found "220 mail.*status line/],
  ['a status that is none', 'HTTP/1.1 999 Odd\r\n\r\n', /status line/],
  ['a switch of protocols', 'HTTP/1.1 101 Switching\r\n\r\n', /nobody asked/],
  ['a header without a name', head(': x'), /wanted a header/],
  ['a folded header', head('a: b', ' c'), /wanted a header/],
  ['two lengths', head('content-length: 1', 'content-length: 2'), /both "1" and "2"/],
  ['a length that is no number', head('content-length: 1e3'), /whole number/],
  ['a length beside chunks', head('content-length: 1', 'transfer-encoding: chunked'), /both/],
  ['another coding', head('transfer-encoding: gzip, chunked'), /wanted chunked/],
  ['a chunk without a size', `${head('transfer-encoding: chunked')}x\r\n`, /size of a chunk/],
  [
    'a chunk that is longer than it says',
    `${head('transfer-encoding: chunked')}1\r\nabcd`,
    /longer than its size/,
  ],
  [
    'a size without an end',
    `${head('transfer-encoding: chunked')}${'1'.repeat(300)}`,
    /without its size/,
  ],
  ['a head without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(600)}`, /head of more than 512/],
  ['a head that is too long', head(`x: ${'y'.repeat(600)}`), /head of more than 512/],
  [
    'trailers without an end',
    `${head('transfer-encoding: chunked')}0\r\n${'x: y\r\n'.repeat(200)}`,
    /trailers without an end/,
  ],
  [
    'a trailer without an end',
    `${head('transfer-encoding: chunked')}0\r\n${'x'.repeat(600)}`,
    /trailers without an end/,
  ],
];
for (const [name, text, detail] of faults) {
  test(`${name} is no reply`, () => {
    const reading = read(text);
    assert.is(reading.kind === 'fault' ? reading.fault : reading.kind, 'broken');
    assert.match(reading.kind === 'fault' ? reading.detail : '', detail);
  });
}

test('a length that is said twice alike is one', () => {
  assert.is(bodyOf(read(`${head('content-length: 2', 'content-length: 2')}ab`)), 'ab');
});

test('a body that is too large is told as that, whichever way it comes', () => {
  const x = 'x'.repeat(1_001);
  for (const text of [
    head('content-length: 1001'),
    `${head('transfer-encoding: chunked')}3E9\r\n`,
    `${head('a: b')}${x}`,
  ]) {
    const reading = read(text);
    assert.is(reading.kind === 'fault' ? reading.fault : reading.kind, 'too-large');
  }
});

test.run();
