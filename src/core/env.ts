import type { Result } from './result.ts';
import type { Rng } from './rng.ts';
import type { Millis, Nanos } from './units.ts';

/**
 * Everything the desk takes from outside. Live, paper, replay and fault simulation run the same
 * code; they differ in this object and in the venue behind the port.
 */
export interface Env {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  /** Bytes for keys and identities; seeded in a rehearsal. */
  readonly entropy: (bytes: number) => Uint8Array;
  readonly files: Files;
  readonly net: Net;
}

export interface Clock {
  /** Wall clock, whole milliseconds since the Unix epoch. It may jump. */
  now(): Millis;
  /** Monotonic clock with an arbitrary origin. Durations and deadlines use this one only. */
  mono(): Nanos;
}

export interface Timer {
  /** After this call the callback does not run. Harmless when it has run already. */
  cancel(): void;
}

export interface Timers {
  /**
   * Runs once after at least `delayMs`. Delays beyond 2^31 ms are armed in steps.
   *
   * @throws RangeError for NaN, Infinity and negative delays: never shortened to 1 ms
   */
  after(delayMs: number, run: () => void): Timer;
  /** Runs in the next turn of the event loop, after pending I/O. */
  turn(run: () => void): void;
}

/** Delays are refused above ten years: a longer one is a unit mistake. */
export const DELAY_MS_MAX = 10 * 365 * 86_400_000;

export function assertDelay(delayMs: number): void {
  if (!(delayMs >= 0 && delayMs <= DELAY_MS_MAX)) {
    throw new RangeError(`timer delay ${delayMs} ms is not in 0 … ${DELAY_MS_MAX}`);
  }
}

/** Synchronous files. Every method throws the system's error; the caller is the edge. */
export interface Files {
  /** `create` truncates or makes, `update` opens for reading and writing, `read` for reading. */
  open(path: string, mode: 'create' | 'update' | 'read'): OpenFile;
  /** The whole file, or null when there is none. */
  read(path: string): Uint8Array | null;
  /** Replaces a file so that a crash leaves the old or the new one, durable on return. */
  replace(path: string, bytes: Uint8Array): void;
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(path: string): readonly string[];
  ensureFolder(path: string, mode: number): void;
  /** Renames at once, over whatever had the name; durable after `syncFolder`. */
  rename(from: string, to: string): void;
  /** Waits until the names in a folder are on the medium. */
  syncFolder(path: string): void;
  remove(path: string): void;
  /** How full the disk under a path is. */
  space(path: string): DiskSpace;
}

export interface DiskSpace {
  /** What an unprivileged process may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface OpenFile {
  /** Writes all of it or throws. */
  write(bytes: Uint8Array, offset: number, length: number, position: number): void;
  /** Reads up to `length` bytes; fewer only at the end of the file. */
  read(into: Uint8Array, offset: number, length: number, position: number): number;
  /** Waits until the data is on the medium (fdatasync). */
  sync(): void;
  size(): number;
  truncate(length: number): void;
  close(): void;
}

/** Sockets towards venues. */
export interface Net {
  webSocket(url: string, handlers: WebSocketHandlers, limits: WebSocketLimits): WebSocketLink;
  /** `done` is called exactly once, within the request's time-out. */
  http(request: HttpRequest, done: (outcome: Result<HttpReply, NetFault>) => void): void;
}

export interface WebSocketLimits {
  readonly openTimeoutMs: number;
  readonly frameBytesMax: number;
  /** More unsent bytes than this and `send` refuses. */
  readonly bufferedBytesMax: number;
}

/** Orders that the first frame of so many leads to wait 10 to 20 µs for the last. */
export const FRAMES_TOGETHER_MAX = 16;

export interface WebSocketHandlers {
  opened(): void;
  /** One whole frame. The bytes are the receiver's to keep. */
  message(frame: Uint8Array): void;
  /**
   * The same for frames that came together, oldest first, at most {@link FRAMES_TOGETHER_MAX}: for
   * whoever has less to do for many than for each. Left out: each comes as a `message`.
   */
  messages?(frames: readonly Uint8Array[]): void;
  /**
   * Called exactly once, also when the connection was never made.
   *
   * @param refused what the peer answered instead of opening a socket, where it did
   */
  closed(code: number, reason: string, refused?: HandshakeStatus): void;
}

/** A plain answer to the wish for a socket. */
export interface HandshakeStatus {
  readonly status: number;
  /** NaN where it does not say. */
  readonly retryAfterSeconds: number;
}

export interface WebSocketLink {
  /** @returns false when nothing was handed to the socket, so that nothing can have left */
  send(text: string): boolean;
  close(): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /**
   * Sends it on a connection that is kept for orders, with one request in flight on each.
   * `at-once`: its bytes are with the system when the call returns, or `done` has been called with
   * `refused` by then; `when-free`: as soon as a connection is free, within the time-out or not at
   * all. The first of them opens the connections. Left out: on any connection, at any time.
   */
  readonly line?: 'at-once' | 'when-free';
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `refused`: nothing can have arrived. Every other kind leaves the outcome unknown. */
export interface NetFault {
  readonly kind: 'refused' | 'timeout' | 'broken' | 'too-large';
  readonly url: string;
  readonly detail: string;
}
