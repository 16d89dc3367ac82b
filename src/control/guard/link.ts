import type { Mode } from '../gate.ts';

/** What the daemon's side of the guard tells with every beat. */
export interface Signs {
  /** Whether orders may rest from now on. */
  readonly isTrading: boolean;
  readonly isTripped: boolean;
  /** The last trip of the guard's that was taken note of. */
  readonly tripSeen: number;
  readonly epoch: number;
  readonly mode: Mode;
}

/** Where the guard stands, as far as it was heard. */
export interface GuardView {
  /** The guard's process; 0 when none is connected. */
  readonly pid: number;
  /** Whether it watches, nothing is being cancelled and its latch is not set. */
  readonly isArmed: boolean;
  /** How often it found the daemon silent. */
  readonly silences: number;
  /** Number of its last trip, and the cause while it stands. */
  readonly trip: number;
  readonly cause: string | null;
}

/** The daemon's end of the connection to its guard. */
export interface GuardLink {
  readonly view: GuardView;
  /**
   * Whether the guard surely does not take this daemon for silent yet: true until `silentMs` after
   * the sending of the last beat that it has answered as watching, so it ends before the guard
   * cancels. By the real clock, whatever time the market runs in.
   */
  readonly isLeased: boolean;
  /** Gives a sign of life. */
  beat(signs: Signs): void;
  /**
   * Calls back when a beat is due, and in the very callback that brings news. One listener, the
   * last one.
   */
  listen(told: (what: 'beat' | 'heard') => void): void;
  /** Tells the guard that nothing rests and ends the connection. Resolves when it has heard. */
  goodbye(): Promise<void>;
}
