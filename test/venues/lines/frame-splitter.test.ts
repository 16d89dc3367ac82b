import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FrameSplitter } from '../../../src/venues/lines/frame-splitter.ts';
import { asyncLaw } from '../../support/law.ts';
import {
  aReceiver,
  closeFrame,
  type FrameForm,
  messageLine,
  OP,
  wireFrame,
} from '../../support/wire/frames.ts';

const FRAME_BYTES_MAX = 70_000;

/** What is heard of these chunks, and how many messages the splitter took out by itself. */
async function heard(chunks: readonly Buffer[]) {
  const told: string[] = [];
  const receive = aReceiver(FRAME_BYTES_MAX, told);
  let taken = 0;
  let hasLeft = false;
  const splitter = new FrameSplitter(FRAME_BYTES_MAX, {
    whole(frame) {
      taken += 1;
      told.push(messageLine(frame));
    },
    other: receive,
    left() {
      hasLeft = true;
    },
  });
  for (const chunk of chunks) {
    if (hasLeft) receive(chunk);
    else splitter.take(chunk);
  }
  splitter.release();
  // Errors are told in a later turn.
  await new Promise((done) => setImmediate(done));
  return { told, taken, hasLeft };
}

async function heardByWs(chunks: readonly Buffer[]): Promise<string[]> {
  const told: string[] = [];
  const receive = aReceiver(FRAME_BYTES_MAX, told);
  for (const chunk of chunks) receive(chunk);
  await new Promise((done) => setImmediate(done));
  return told;
}

/** Cuts bytes at these places, as a network does. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set([0, ...places, bytes.length])].sort((one, other) => one - other);
  return sorted.slice(1).map((end, at) => bytes.subarray(sorted[at], end));
}

const messages = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, at) => wireFrame(OP.text, `message ${at}`));

test('whole messages of a chunk are taken out of it', async () => {
  const chunk = Buffer.concat([...messages(3), wireFrame(OP.bytes, ''), wireFrame(OP.text, 'x')]);
  const { told, taken, hasLeft } = await heard([chunk]);
  assert.equal(told, [
    'message message 0',
    'message message 1',
    'message message 2',
    'message ',
    'message x',
  ]);
  assert.is(taken, 5);
  assert.not.ok(hasLeft);
});

test('a message of each form of length is taken, up to the limit', async () => {
  const frames = [0, 125, 126, 127, 65_535, 65_536, FRAME_BYTES_MAX].map((length) =>
    wireFrame(OP.text, 'x'.repeat(length)),
  );
  const long = wireFrame(OP.text, 'long form', { lengthBytes: 8 });
  const { taken, hasLeft, told } = await heard([Buffer.concat([...frames, long])]);
  assert.is(taken, frames.length + 1);
  assert.is(told[frames.length], 'message long form');
  assert.not.ok(hasLeft);
});

test('a message is read in place, not copied', () => {
  const chunk = Buffer.concat(messages(2));
  const frames: Buffer[] = [];
  const nothing = (): void => {};
  const takers = { whole: (frame: Buffer) => frames.push(frame), other: nothing, left: nothing };
  new FrameSplitter(FRAME_BYTES_MAX, takers).take(chunk);
  assert.equal(
    frames.map(({ buffer }) => buffer === chunk.buffer),
    [true, true],
  );
});

test('a message that goes on in the next chunk is the receiver’s, and no other is', async () => {
  const bytes = Buffer.concat(messages(3));
  const first = wireFrame(OP.text, 'message 0').length;
  for (let cut = first; cut < 2 * first; cut += 1) {
    const { told, taken } = await heard(cutAt(bytes, [cut]));
    assert.equal(told, ['message message 0', 'message message 1', 'message message 2']);
    // A cut in or before the head leaves nothing with the receiver.
    assert.is(taken, cut < first + 2 ? 3 : 2, `cut at ${cut}`);
  }
});

test('a message that takes many chunks leaves the splitter in step', async () => {
  const bytes = Buffer.concat([wireFrame(OP.text, 'x'.repeat(66_000)), ...messages(2)]);
  const chunks = cutAt(
    bytes,
    Array.from({ length: 60 }, (_, at) => at * 1_000),
  );
  const { told, taken, hasLeft } = await heard(chunks);
  assert.is(told.length, 3);
  assert.is(taken, 2);
  assert.not.ok(hasLeft);
});

test('pings and pongs keep their place among the messages', async () => {
  const frames = [...messages(1), wireFrame(OP.ping, 'a'), wireFrame(OP.text, 'b')];
  const { told, taken } = await heard([Buffer.concat([...frames, wireFrame(OP.pong, '')])]);
  assert.equal(told, ['message message 0', 'ping a', 'message b', 'pong ']);
  assert.is(taken, 2);
});

test('a head that is held back is released in the end', async () => {
  const { told, taken } = await heard([Buffer.of(0x81)]);
  assert.equal([told, taken], [[], 0]);
  const others: Buffer[] = [];
  const splitter = new FrameSplitter(FRAME_BYTES_MAX, {
    whole() {},
    other: (bytes) => others.push(bytes),
    left() {},
  });
  splitter.take(Buffer.of(0x81, 126, 1));
  splitter.release();
  splitter.release();
  assert.equal(
    others.map((bytes) => [...bytes]),
    [[0x81, 126, 1]],
  );
});

/** What a splitter does not judge, and what the receiver makes of it. */
const JUDGED: readonly (readonly [what: string, bytes: Buffer, ...told: string[]])[] = [
  [
    'a message in fragments with a ping between them',
    Buffer.concat([
      wireFrame(OP.text, 'in ', { isFinal: false }),
      wireFrame(OP.ping, 'p'),
      wireFrame(OP.more, 'two', { isFinal: true }),
    ]),
    'ping p',
    'message in two',
    'message after',
  ],
  ['a close without a code', wireFrame(OP.close, ''), 'close 1005 '],
  ['a close with a reason', closeFrame(4001, 'maintenance'), 'close 4001 maintenance'],
  [
    'a close with a code of nobody',
    closeFrame(1004),
    'error Invalid WebSocket frame: invalid status code 1004',
  ],
  [
    'a close of one byte',
    wireFrame(OP.close, 'x'),
    'error Invalid WebSocket frame: invalid payload length 1',
  ],
  [
    'a continuation of nothing',
    wireFrame(OP.more, 'x'),
    'error Invalid WebSocket frame: invalid opcode 0',
  ],
  ['an opcode of nobody', wireFrame(3, 'x'), 'error Invalid WebSocket frame: invalid opcode 3'],
  [
    'a compressed message',
    wireFrame(OP.text, 'x', { reserved: 4 }),
    'error Invalid WebSocket frame: RSV1 must be clear',
  ],
  [
    'a reserved bit',
    wireFrame(OP.text, 'x', { reserved: 1 }),
    'error Invalid WebSocket frame: RSV2 and RSV3 must be clear',
  ],
  [
    'a masked message',
    wireFrame(OP.text, 'x', { isMasked: true }),
    'error Invalid WebSocket frame: MASK must be clear',
  ],
  [
    // Were the bit for the mask a part of the length, these zeros would be the rest of it.
    'a masked message of zeros',
    wireFrame(OP.text, Buffer.alloc(12), { isMasked: true }),
    'error Invalid WebSocket frame: MASK must be clear',
  ],
  [
    'a ping in fragments',
    wireFrame(OP.ping, 'x', { isFinal: false }),
    'error Invalid WebSocket frame: FIN must be set',
  ],
  [
    'a long ping',
    wireFrame(OP.ping, 'x'.repeat(126)),
    'error Invalid WebSocket frame: invalid payload length 126',
  ],
  [
    'a message beyond the limit',
    wireFrame(OP.text, 'x'.repeat(FRAME_BYTES_MAX + 1)),
    'error Max payload size exceeded',
  ],
  [
    'a length beyond every number',
    Buffer.from([0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255]),
    'error Unsupported WebSocket frame: payload length > 2^53 - 1',
  ],
];

for (const [what, bytes, ...expected] of JUDGED) {
  test(`${what} is the receiver’s, and so is all that follows`, async () => {
    const chunk = Buffer.concat([wireFrame(OP.text, 'before'), bytes, wireFrame(OP.text, 'after')]);
    const { told, taken, hasLeft } = await heard([chunk]);
    assert.equal(told, ['message before', ...expected]);
    assert.is(taken, 1);
    assert.ok(hasLeft);
  });
}

/** What is generated is small, so that a counterexample can be read; its bytes are made of it. */
type Piece =
  | { readonly opcode: number; readonly text: string; readonly form: FrameForm }
  | { readonly opcode: number; readonly bytes: number }
  | { readonly closes: number }
  | { readonly raw: readonly number[] };

function bytesOf(piece: Piece): Buffer {
  if ('raw' in piece) return Buffer.from(piece.raw);
  if ('closes' in piece) return closeFrame(piece.closes, 'why');
  if ('bytes' in piece) return wireFrame(piece.opcode, 'z'.repeat(piece.bytes));
  return wireFrame(piece.opcode, Buffer.from(piece.text, 'latin1'), piece.form);
}

const data = fc.constantFrom(OP.text, OP.bytes);
const text = fc.string({ maxLength: 20 });
const plain = fc.constant<FrameForm>({});
const small = fc.record({ opcode: data, text, form: plain });
const control = fc.record({ opcode: fc.constantFrom(OP.ping, OP.pong), text, form: plain });
const long = fc.record({ opcode: data, bytes: fc.nat(400) });
const huge = fc.record({ opcode: data, bytes: fc.integer({ min: 65_500, max: 70_100 }) });
const form = fc.record({
  isFinal: fc.boolean(),
  isMasked: fc.boolean(),
  reserved: fc.constantFrom(0, 0, 0, 1, 4),
  lengthBytes: fc.constantFrom<(0 | 2 | 8)[]>(0, 2, 8),
});
const rare = fc.oneof(
  fc.record({ opcode: fc.nat(15), text, form }),
  fc.record({ closes: fc.integer({ min: 999, max: 5_000 }) }),
  fc.record({ raw: fc.array(fc.nat(255), { minLength: 1, maxLength: 12 }) }),
);
const traffic = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: small },
    { weight: 4, arbitrary: long },
    { weight: 1, arbitrary: huge },
    { weight: 4, arbitrary: control },
    { weight: 1, arbitrary: rare },
  ),
  { maxLength: 30 },
);
const places = fc.array(fc.nat(1_000_000), { maxLength: 40 });

test('whatever comes, however it is cut, is heard as the receiver alone hears it', async () => {
  await asyncLaw(
    fc.asyncProperty(traffic, places, async (pieces, cuts) => {
      const bytes = Buffer.concat(pieces.map(bytesOf));
      const chunks = cutAt(
        bytes,
        cuts.map((place) => place % (bytes.length + 1)),
      );
      assert.equal((await heard(chunks)).told, await heardByWs(chunks));
    }),
    600,
  );
});

test('byte by byte it hears the same', async () => {
  const pieces = fc.array(fc.oneof(small, control, rare), { maxLength: 9 });
  await asyncLaw(
    fc.asyncProperty(pieces, async (some) => {
      const chunks = [...Buffer.concat(some.map(bytesOf))].map((byte) => Buffer.of(byte));
      assert.equal((await heard(chunks)).told, await heardByWs(chunks));
    }),
    150,
  );
});

test.run();
