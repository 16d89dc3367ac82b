import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import {
  type DaemonFrame,
  frameText,
  type GuardFrame,
  LineCutter,
  readDaemonFrame,
} from '../control/guard/wire.ts';
import { err, ok, type Result } from '../core/result.ts';

export interface PeerHandlers {
  readonly frame: (frame: DaemonFrame) => void;
  /** The connection that had said hello, or any other in its place, has ended. */
  readonly closed: () => void;
  readonly fault: (detail: string) => void;
}

/** What waits for a daemon that does not read may take so much. */
const BUFFERED_BYTES_MAX = 256 * 1024;
/** A daemon, and a successor before the guard has seen the end of the first. */
const CONNECTIONS_MAX = 4;

/**
 * The guard's end of the socket. It talks with one daemon, the one that connected last: the lock of
 * the data directory sees to it that there are no two.
 */
export class PeerSocket {
  readonly #server: Server;
  readonly #handlers: PeerHandlers;
  #peer: Socket | null = null;

  constructor(handlers: PeerHandlers) {
    this.#handlers = handlers;
    this.#server = createServer((socket) => this.#welcome(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** The lock of the guard is held, so a socket that is there is an earlier guard's. */
  listen(path: string): Promise<Result<void, string>> {
    rmSync(path, { force: true });
    const mask = process.umask(0o177);
    const listening = new Promise<Result<void, string>>((resolve) => {
      this.#server.once('error', (error) => resolve(err(`${path}: ${error.message}`)));
      this.#server.listen(path, () => resolve(ok(undefined)));
    });
    process.umask(mask);
    return listening;
  }

  /** Nobody to send to, or somebody who does not read, is no error: the next beat tells it all. */
  send(frame: GuardFrame): void {
    const peer = this.#peer;
    if (peer === null || peer.writableLength > BUFFERED_BYTES_MAX) return;
    peer.write(frameText(frame));
  }

  close(): void {
    this.#peer?.end();
    this.#server.close();
  }

  #welcome(socket: Socket): void {
    const cutter = new LineCutter();
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = cutter.push(text);
      if (!lines.ok) this.#refuse(socket, lines.error);
      else for (const line of lines.value) this.#read(socket, line);
    });
    socket.on('error', (error) => this.#handlers.fault(error.message));
    socket.on('close', () => {
      if (socket !== this.#peer) return;
      this.#peer = null;
      this.#handlers.closed();
    });
  }

  #read(socket: Socket, line: string): void {
    if (socket.destroyed) return;
    const frame = readDaemonFrame(line);
    if (!frame.ok) {
      this.#refuse(socket, frame.error);
      return;
    }
    if (frame.value.kind === 'hello') this.#adopt(socket);
    if (socket === this.#peer) this.#handlers.frame(frame.value);
  }

  #adopt(socket: Socket): void {
    const before = this.#peer;
    this.#peer = socket;
    if (before === null || before === socket) return;
    this.#handlers.closed();
    before.destroy();
  }

  #refuse(socket: Socket, reason: string): void {
    this.#handlers.fault(reason);
    socket.end(frameText({ kind: 'refused', reason: reason.slice(0, 1_024) }));
    socket.destroySoon();
  }
}
