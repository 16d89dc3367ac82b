import type { Socket } from 'node:net';
import type { HttpReply, NetFault, Timer, Timers } from '../../core/env.ts';
import type { Dial } from './dial.ts';
import { type Reading, ReplyReader } from './reply-reader.ts';

/** A venue that does not take a connection within this time has none for us. */
const OPEN_TIMEOUT_MS = 5_000;
const HUNG_UP = 'closed by the peer';
const LIMITS = { headBytesMax: 64 * 1024, bodyBytesMax: 32 * 1024 * 1024 };

/** How one request on a line ended. */
export type LineEnd =
  | { readonly kind: 'reply'; readonly reply: HttpReply }
  | { readonly kind: NetFault['kind']; readonly detail: string };

export interface LineOptions {
  readonly dial: Dial;
  readonly timers: Timers;
  /** It can carry a request: it has opened, or the reply to the one before was read. */
  readonly free: (line: HttpLine) => void;
  /** Told once, after the request that it carried, if any, has been told its end. */
  readonly closed: (line: HttpLine, why: string, hadOpened: boolean) => void;
}

/**
 * One connection that carries one request at a time (RFC 9112 without pipelining). What is given
 * to it is handed to the system in the same call: nothing waits inside.
 */
export class HttpLine {
  /** How often its owner has found it idle in a row. */
  idleTicks = 0;
  /** How long the peer keeps it when it is idle, in milliseconds; null when it has not said. */
  idleMs: number | null = null;
  /** Whether it has brought a reply. */
  hasAnswered = false;
  readonly #options: LineOptions;
  readonly #socket: Socket;
  readonly #opening: Timer;
  #state: 'opening' | 'free' | 'busy' | 'closed' = 'opening';
  #hadOpened = false;
  #reader = new ReplyReader(LIMITS);
  #done: ((end: LineEnd) => void) | null = null;

  constructor(options: LineOptions) {
    this.#options = options;
    const { socket, opened } = options.dial();
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#opening = options.timers.after(OPEN_TIMEOUT_MS, () =>
      this.close(`no connection within ${OPEN_TIMEOUT_MS} ms`),
    );
    socket.once(opened, () => this.#onOpened());
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error) => this.#close(error.message));
    socket.on('close', () => this.#close(HUNG_UP));
  }

  get isFree(): boolean {
    return this.#state === 'free' && this.#socket.writable;
  }

  /**
   * Hands a request to the system. The line must be free.
   *
   * @param done called once, never before this returns
   */
  send(text: string, done: (end: LineEnd) => void): void {
    this.#state = 'busy';
    this.idleTicks = 0;
    this.#reader = new ReplyReader(LIMITS);
    this.#done = done;
    this.#socket.write(text);
  }

  /** Ends it at once; the request that it carries is `broken`. */
  close(why: string): void {
    this.#socket.destroy();
    this.#close(why);
  }

  #onOpened(): void {
    this.#opening.cancel();
    this.#hadOpened = true;
    this.#beFree();
  }

  #beFree(): void {
    this.#state = 'free';
    this.#options.free(this);
  }

  #onData(bytes: Buffer): void {
    if (this.#state === 'busy') this.#heed(this.#reader.push(bytes));
    // An answer to nothing, such as 408 before a server hangs up, must not be taken for one.
    else this.close('bytes that nobody asked for');
  }

  #onEnd(): void {
    if (this.#state === 'busy') this.#heed(this.#reader.end());
    else this.close(HUNG_UP);
  }

  #heed(reading: Reading): void {
    if (reading.kind === 'more') return;
    if (reading.kind === 'fault') {
      this.#finish({ kind: reading.fault, detail: reading.detail });
      this.close(reading.detail);
      return;
    }
    const { reply, rest } = reading;
    this.idleMs = rest.idleMs;
    this.hasAnswered = true;
    const done = this.#done;
    this.#done = null;
    // What waits for a line leaves before anybody looks at the answer.
    if (rest.isKept) this.#beFree();
    else this.close('the last reply of the connection');
    done?.({ kind: 'reply', reply });
  }

  #finish(end: LineEnd): void {
    const done = this.#done;
    this.#done = null;
    done?.(end);
  }

  #close(why: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#opening.cancel();
    this.#finish({ kind: 'broken', detail: why });
    this.#options.closed(this, why, this.#hadOpened);
  }
}
