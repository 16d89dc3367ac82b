import { backoffMs } from '../core/backoff.ts';
import type { Clock, WebSocketLimits } from '../core/env.ts';
import type { Rng } from '../core/rng.ts';
import { type Patience, RECONNECT, Silence } from './connection/silence.ts';

/** Bounds of every socket to a venue. */
export const SOCKET_LIMITS: WebSocketLimits = {
  openTimeoutMs: 5_000,
  // A snapshot of all levels of a busy market of Coinbase is 5 MB of text.
  frameBytesMax: 16 * 1024 * 1024,
  bufferedBytesMax: 64 * 1024,
};

/**
 * What is known of one connection for orders over its lives: whether it is open, when it was last
 * heard of, and how long to wait before the next attempt. It owns no socket and no timer.
 */
export class Connection {
  isOpen = false;
  /** How often it was lost or never made. */
  losses = 0;
  readonly #clock: Clock;
  readonly #random: Rng;
  readonly #silence: Silence;
  #attempts = 0;
  #openedNs = 0;

  constructor(clock: Clock, random: Rng, patience: Patience) {
    this.#clock = clock;
    this.#random = random;
    this.#silence = new Silence(clock, patience);
  }

  onOpened(): void {
    this.isOpen = true;
    this.#openedNs = this.#clock.mono();
    this.#silence.onOpened();
  }

  onHeard(atNs: number): void {
    this.#silence.heardNs = atNs;
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

  /** What to do about silence, asked a few times a second. */
  pulse(): 'fine' | 'ask' | 'dead' {
    return this.isOpen ? this.#silence.pulse() : 'fine';
  }
}
