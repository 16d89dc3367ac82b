import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import * as assert from 'uvu/assert';
import type { HandshakeStatus, WebSocketLimits, WebSocketLink } from '../../../src/core/env.ts';
import { nodeTimers } from '../../../src/core/node-env.ts';
import { nodeNet } from '../../../src/venues/net.ts';
import { type Loopback, tcpServer } from '../edge/loopback.ts';

/** Bounds of a socket under test. */
export const LIMITS: WebSocketLimits = {
  openTimeoutMs: 10_000,
  frameBytesMax: 64 * 1024,
  bufferedBytesMax: 256 * 1024,
};

/** What the handlers of one link were told so far. */
export class HeardSocket {
  readonly link: WebSocketLink;
  readonly frames: Uint8Array[] = [];
  /** How many came with each call of the handler. */
  readonly together: number[] = [];
  opens = 0;
  closes = 0;
  #last: { code: number; reason: string; refused: HandshakeStatus | null } = {
    ...{ code: 0, reason: '', refused: null },
  };
  #waiting: { isSo: () => boolean; resolve: () => void }[] = [];

  /** @param wanted other limits, and whether it takes frames one by one */
  constructor(
    port: number,
    { isOneByOne = false, ...limits }: Partial<WebSocketLimits> & { isOneByOne?: boolean } = {},
  ) {
    const messages = (frames: readonly Uint8Array[]): void =>
      this.#hear(() => {
        this.together.push(frames.length);
        this.frames.push(...frames);
      });
    const handlers = {
      opened: () => this.#hear(() => (this.opens += 1)),
      message: (frame: Uint8Array) => this.#hear(() => this.frames.push(frame)),
      ...(isOneByOne ? {} : { messages }),
      closed: (code: number, reason: string, refused?: HandshakeStatus) =>
        this.#hear(() => {
          this.closes += 1;
          this.#last = { code, reason, refused: refused ?? null };
        }),
    };
    const net = nodeNet(nodeTimers);
    this.link = net.webSocket(`ws://127.0.0.1:${port}/ws`, handlers, { ...LIMITS, ...limits });
  }

  get opened(): Promise<void> {
    return this.#until(() => this.opens > 0);
  }

  heard(frames: number): Promise<void> {
    return this.#until(() => this.frames.length >= frames);
  }

  /** The one report of the end; anything that comes after it would be heard by then. */
  async end() {
    await this.#until(() => this.closes > 0);
    for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done));
    assert.is(this.closes, 1, 'closed is called exactly once');
    assert.not.ok(this.link.send('late'), 'a closed link sends nothing');
    return this.#last;
  }

  #hear(take: () => void): void {
    take();
    for (const { isSo, resolve } of this.#waiting) if (isSo()) resolve();
    this.#waiting = this.#waiting.filter(({ isSo }) => !isSo());
  }

  #until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isSo, resolve }));
  }
}

/** Shakes hands as a venue does and then does as it is told with the bare socket. */
export function shakingHands(then: (socket: Socket) => void): Promise<Loopback> {
  return tcpServer((socket) => {
    socket.once('data', (request) => {
      const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(request.toString())?.[1];
      const accept = createHash('sha1')
        .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64');
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      then(socket);
    });
  });
}

/** Ends the server however the test ends. */
export async function withServer(
  starting: Promise<Loopback>,
  use: (venue: Loopback) => Promise<void>,
) {
  const venue = await starting;
  try {
    await use(venue);
  } finally {
    await venue.stop();
  }
}
