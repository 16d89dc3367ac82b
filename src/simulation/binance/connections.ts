import type { Clock, Timer, Timers } from '../../core/env.ts';
import type { Line } from './streams/line.ts';

/** Connections at the same time; further ones are refused. */
export const CONNECTIONS_MAX = 256;
const PING_EVERY_MS = 20_000;
/** A connection that answers no ping for this long is cut. */
const PONG_WITHIN_MS = 60_000;
const CONNECTION_LIFE_MS = 86_400_000;
/** The end of a connection's life is announced this long before. */
const SHUTDOWN_NOTICE_MS = 600_000;

export interface Connection {
  readonly line: Line;
  readonly openedMs: number;
  pongMs: number;
  isWarned: boolean;
}

/** All WebSocket connections to a façade, and what becomes of them in time: pings, and an end. */
export class Connections {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #all = new Set<Connection>();
  #heartbeat: Timer | null = null;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  get size(): number {
    return this.#all.size;
  }

  get isFull(): boolean {
    return this.#all.size >= CONNECTIONS_MAX;
  }

  add(line: Line): Connection {
    const nowMs = this.#clock.now();
    const connection = { line, openedMs: nowMs, pongMs: nowMs, isWarned: false };
    this.#all.add(connection);
    this.#beat();
    return connection;
  }

  onPong(connection: Connection): void {
    connection.pongMs = this.#clock.now();
  }

  delete(connection: Connection): void {
    this.#all.delete(connection);
  }

  /** Lets connections go dumb: the sockets stay open, nothing passes. */
  goDumb(): void {
    for (const { line } of this.#all) line.isDumb = true;
  }

  /** Cuts all connections. */
  dropAll(): void {
    for (const { line } of [...this.#all]) line.peer.drop();
  }

  /** Ends all connections with a word. */
  close(): void {
    for (const { line } of [...this.#all]) line.peer.close(1001, 'the venue closes');
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
  }

  #beat(): void {
    this.#heartbeat ??= this.#timers.after(PING_EVERY_MS, () => {
      this.#heartbeat = null;
      const nowMs = this.#clock.now();
      for (const connection of [...this.#all]) this.#check(connection, nowMs);
      if (this.#all.size > 0) this.#beat();
    });
  }

  #check(connection: Connection, nowMs: number): void {
    const { line, openedMs, pongMs, isWarned } = connection;
    // Nothing gets through to a half-open connection, its end included.
    if (line.isDumb) return;
    const ageMs = nowMs - openedMs;
    if (nowMs - pongMs > PONG_WITHIN_MS) {
      line.peer.drop();
      return;
    }
    if (ageMs >= CONNECTION_LIFE_MS) {
      line.peer.close(1001, 'a connection lives for 24 hours');
      return;
    }
    if (!isWarned && ageMs >= CONNECTION_LIFE_MS - SHUTDOWN_NOTICE_MS) {
      connection.isWarned = true;
      line.send(`{"event":{"e":"serverShutdown","E":${nowMs}}}`);
    }
    line.peer.ping();
  }
}
