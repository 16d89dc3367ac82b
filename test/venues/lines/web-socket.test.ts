import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { FRAMES_TOGETHER_MAX } from '../../../src/core/env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { SocketIntake } from '../../../src/venues/lines/socket-intake.ts';
import { closeFrame, messageLine, OP, wireFrame } from '../../support/wire/frames.ts';
import { HeardSocket, LIMITS, shakingHands, withServer } from '../../support/wire/heard-socket.ts';

/** A venue that writes these bytes, each in a turn of its own, and then hangs up. */
const writing = (writes: readonly Buffer[]) =>
  shakingHands(async (socket: Socket) => {
    socket.setNoDelay(true);
    for (const bytes of writes) {
      socket.write(bytes);
      await new Promise((done) => setImmediate(done));
    }
    socket.end();
  });

const textOf = (frame: Uint8Array | undefined): string => new TextDecoder().decode(frame);
const texts = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, at) => wireFrame(OP.text, `frame ${at}`));

test('frames of one read are told together, and never more than the limit', async () => {
  const count = 3 * FRAMES_TOGETHER_MAX + 5;
  await withServer(writing([Buffer.concat(texts(count))]), async ({ port }) => {
    const heard = new HeardSocket(port);
    await heard.end();
    assert.equal(
      heard.frames.map(textOf),
      texts(count).map((_, at) => `frame ${at}`),
    );
    const full = Array.from({ length: 3 }, () => FRAMES_TOGETHER_MAX);
    assert.equal(heard.together, [...full, 5]);
  });
});

test('whoever takes frames one by one gets them one by one', async () => {
  await withServer(writing([Buffer.concat(texts(40))]), async ({ port }) => {
    const heard = new HeardSocket(port, { isOneByOne: true });
    await heard.end();
    assert.is(heard.frames.length, 40);
    assert.equal(heard.together, []);
  });
});

test('what ws has read keeps its place among the frames of a read', async () => {
  const [first, second, third] = texts(3) as [Buffer, Buffer, Buffer];
  const half = Math.floor(second.length / 2);
  const parts = [
    Buffer.concat([first, second.subarray(0, half)]),
    Buffer.concat([second.subarray(half), third]),
  ];
  await withServer(writing(parts), async ({ port }) => {
    const heard = new HeardSocket(port);
    await heard.end();
    assert.equal(heard.frames.map(textOf), ['frame 0', 'frame 1', 'frame 2']);
  });
});

test('a ping among frames is answered', async () => {
  const answers: Buffer[] = [];
  const asking = shakingHands((socket) => {
    socket.on('data', (bytes: Buffer) => answers.push(bytes));
    socket.write(Buffer.concat([...texts(2), wireFrame(OP.ping, ''), ...texts(2)]));
  });
  await withServer(asking, async ({ port }) => {
    const heard = new HeardSocket(port);
    await heard.heard(4);
    heard.link.close();
    heard.link.close();
    await heard.end();
    const [first] = Buffer.concat(answers);
    assert.is(first, 0x80 | OP.pong);
  });
});

test('after a close nothing is heard, and its reason is told', async () => {
  const bytes = Buffer.concat([...texts(1), closeFrame(4001, 'maintenance'), ...texts(3)]);
  await withServer(writing([bytes, ...texts(2)]), async ({ port }) => {
    const heard = new HeardSocket(port);
    assert.equal(await heard.end(), { code: 4001, reason: 'maintenance', refused: null });
    assert.is(heard.frames.length, 1);
  });
});

test('after what is no frame nothing is heard', async () => {
  const masked = wireFrame(OP.text, 'masked', { isMasked: true });
  const bytes = Buffer.concat([...texts(1), masked, ...texts(3)]);
  await withServer(writing([bytes, ...texts(2)]), async ({ port }) => {
    const heard = new HeardSocket(port);
    assert.match((await heard.end()).reason, /MASK must be clear/);
    assert.is(heard.frames.length, 1);
  });
});

test('what a closed socket still holds is read by ws alone, a head held back with it', () => {
  const read: string[] = [];
  const tcp = new PassThrough();
  tcp.on('data', (bytes: Buffer) => void read.push(`ws ${bytes.toString('hex')}`));
  const frames: string[] = [];
  const handlers = {
    opened() {},
    closed() {},
    message: (frame: Uint8Array) => void frames.push(textOf(frame)),
  };
  const intake = new SocketIntake(handlers, LIMITS);
  intake.standBefore(tcp as unknown as Socket);
  tcp.emit('data', Buffer.concat([...texts(1), Buffer.of(0x81)]));
  tcp.emit('close');
  tcp.emit('data', Buffer.of(1, 0x78));
  assert.equal(frames, ['frame 0']);
  assert.equal(read, ['ws 81']);
});

test('a socket that ws reads in another way than we know is not taken from it', () => {
  const tcp = new PassThrough();
  const intake = new SocketIntake({ opened() {}, closed() {}, message() {} }, LIMITS);
  assert.throws(() => intake.standBefore(tcp as unknown as Socket), /one listener/);
});

/** What ws alone tells of the same. */
function heardByWs(port: number): Promise<{ lines: string[]; code: number }> {
  const options = { perMessageDeflate: false, maxPayload: LIMITS.frameBytesMax };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, options);
  const lines: string[] = [];
  socket.on('message', (data) => void lines.push(messageLine(data as Buffer)));
  socket.on('error', () => {});
  return new Promise((resolve) => socket.on('close', (code) => resolve({ lines, code })));
}

test('over a real socket, cut anywhere, it hears what ws alone hears', async () => {
  const random = rngOf(20_261_124);
  const below = (most: number): number => Math.floor(random.next() * most);
  for (let round = 0; round < 12; round += 1) {
    const frames = Array.from({ length: 60 }, (_, at) => {
      if (at === 30 && round % 4 === 1) return wireFrame(OP.text, 'begun ', { isFinal: false });
      if (at === 31 && round % 4 === 1) return wireFrame(OP.more, 'and ended');
      if (at === 50 && round % 4 === 2) return wireFrame(below(16), 'x');
      if (at === 40 && round % 4 === 3) return wireFrame(OP.text, 'y'.repeat(60_000));
      return wireFrame(at % 7 === 0 ? OP.ping : OP.text, `${at} ${'x'.repeat(below(120))}`);
    });
    const bytes = Buffer.concat(frames);
    const writes: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const next = at + 1 + below(1_500);
      writes.push(bytes.subarray(at, next));
      at = next;
    }
    await withServer(writing(writes), async ({ port }) => {
      const heard = new HeardSocket(port);
      const [{ code }, theirs] = await Promise.all([heard.end(), heardByWs(port)]);
      assert.equal(heard.frames.map(messageLine), theirs.lines, `round ${round}`);
      assert.is(code, theirs.code, `round ${round}`);
    });
  }
});

test.run();
