import { type BackoffPolicy, backoffMs } from '../core/backoff.ts';
import type { Clock, WebSocketLimits } from '../core/env.ts';
import type { Rng } from '../core/rng.ts';

/** Full jitter up to half a minute; a connection that lasted so long starts afresh. */
const RECONNECT: BackoffPolicy = {
  minMs: 250,
  maxMs: 30_000,
  jitterFraction: 0.5,
  resetAfterMs: 30_000,
};

/** Bounds of every socket to a venue. */
export const SOCKET_LIMITS: WebSocketLimits = {
  openTimeoutMs: 5_000,
  // A snapshot of all levels of a busy market of Coinbase is 5 MB of text.
  frameBytesMax: 16 * 1024 * 1024,
  bufferedBytesMax: 64 * 1024,
};

/** How long a peer may say nothing, in milliseconds. */
export interface Patience {
  /** It is asked for a sign of life then, again and again. */
  readonly askAfterMs: number;
  /** It is taken to be dead then. */
  readonly deadAfterMs: number;
}

/**
 * What is known of one connection over its lives: whether it is open, when it was last heard of,
 * and how long to wait before the next attempt. It owns no socket and no timer.
 */
export class Connection {
  isOpen = false;
  /** How often it was lost or never made. */
  losses = 0;
  readonly #clock: Clock;
  readonly #random: Rng;
  readonly #patience: Patience;
  #attempts = 0;
  #openedNs = 0;
  #heardNs = 0;
  #askedNs = 0;

  constructor(clock: Clock, random: Rng, patience: Patience) {
    this.#clock = clock;
    this.#random = random;
    this.#patience = patience;
  }

  onOpened(): void {
    this.isOpen = true;
    this.#openedNs = this.#clock.mono();
    this.#heardNs = this.#openedNs;
    this.#askedNs = this.#openedNs;
  }

  onHeard(atNs: number): void {
    this.#heardNs = atNs;
  }

  /** What an inspector sees of it. */
  summary() {
    return { isOpen: this.isOpen, losses: this.losses };
  }

  /** @returns how long to wait before the next attempt, in milliseconds */
  onClosed(): number {
    const lastedMs = this.isOpen ? (this.#clock.mono() - this.#openedNs) / 1e6 : 0;
    if (lastedMs > RECONNECT.resetAfterMs) this.#attempts = 0;
    this.isOpen = false;
    this.losses += 1;
    const delayMs = backoffMs(RECONNECT, this.#attempts, this.#random);
    this.#attempts += 1;
    return delayMs;
  }

  /**
   * What to do about silence, asked a few times a second: a quiet market says nothing for minutes,
   * a dead socket does not answer either.
   */
  pulse(): 'fine' | 'ask' | 'dead' {
    if (!this.isOpen) return 'fine';
    const nowNs = this.#clock.mono();
    const { askAfterMs, deadAfterMs } = this.#patience;
    if ((nowNs - this.#heardNs) / 1e6 >= deadAfterMs) return 'dead';
    if ((nowNs - Math.max(this.#heardNs, this.#askedNs)) / 1e6 < askAfterMs) return 'fine';
    this.#askedNs = nowNs;
    return 'ask';
  }
}
