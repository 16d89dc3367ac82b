/**
 * A venue in a process of its own that knows one recording: it answers for the book, begins a
 * socket with snapshots and, told so by a byte on another, sends all updates as fast as they are
 * taken to whoever has connected last.
 * Frames are made beforehand and written many at a time, so that it is never the one waited for.
 */
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { RECORDED, type RecordedName } from '../recorded-market.ts';

/** Bytes of a write. */
const WRITE_BYTES = 65_536;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
/** A whole text frame. */
const FINAL_TEXT = 0x81;

const market = RECORDED[process.argv[2] as RecordedName]();
const writes = writesOf(market.updates);
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
let newest: Duplex | null = null;

const server = createServer((request, reply) => {
  const isDepth = market.depth !== null && request.url?.includes('/depth?') === true;
  reply.statusCode = isDepth ? 200 : 404;
  reply.setHeader('content-type', 'application/json');
  reply.end(isDepth ? market.depth : '{}');
});
server.on('upgrade', (request, socket, head) => {
  newest = socket;
  sockets.handleUpgrade(request, socket, head, (client) => {
    let isTold = false;
    client.on('message', (data) => {
      const text = String(data);
      const id = /"id":(\d+)/.exec(text)?.[1];
      if (text.includes('"SUBSCRIBE"')) client.send(`{"result":null,"id":${id}}`);
      if (isTold || !/"book"|"level2"/.test(text)) return;
      isTold = true;
      for (const snapshot of market.snapshots) client.send(snapshot, { binary: false });
    });
  });
});
const control = createTcpServer((line) => {
  line.on('data', () => {
    if (newest !== null) pour(newest, 0);
  });
  // Whoever asks may end at any time.
  line.on('error', () => line.destroy());
});
const LOOPBACK = '127.0.0.1';
control.listen(0, LOOPBACK, () => {
  server.listen(0, LOOPBACK, () => {
    const ports = [server, control].map((each) => (each.address() as AddressInfo).port);
    process.send?.(ports.map((port) => `${LOOPBACK}:${port}`));
  });
});
process.on('disconnect', () => process.exit());

function pour(socket: Duplex, from: number): void {
  for (let at = from; at < writes.length; at += 1) {
    if (socket.write(writes[at])) continue;
    socket.once('drain', () => pour(socket, at + 1));
    return;
  }
}

function writesOf(frames: readonly Uint8Array[]): Buffer[] {
  const all: Buffer[] = [];
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for (const frame of frames) {
    const head = headOf(frame.length);
    parts.push(head, frame);
    bytes += head.length + frame.length;
    if (bytes < WRITE_BYTES) continue;
    all.push(Buffer.concat(parts));
    parts = [];
    bytes = 0;
  }
  return [...all, Buffer.concat(parts)];
}

/** RFC 6455, section 5.2; a server does not mask. */
function headOf(length: number): Uint8Array {
  if (length < LENGTH_16) return Uint8Array.of(FINAL_TEXT, length);
  if (length < 65_536) return Uint8Array.of(FINAL_TEXT, LENGTH_16, length >> 8, length & 255);
  const head = Buffer.alloc(10);
  head.set([FINAL_TEXT, LENGTH_64]);
  head.writeUInt32BE(length, 6);
  return head;
}
