import type { BackoffPolicy } from '../../core/backoff.ts';
import type { Clock } from '../../core/env.ts';

/** Jitter up to half of half a minute; a connection that lasted so long starts afresh. */
export const RECONNECT: BackoffPolicy = {
  minMs: 250,
  maxMs: 30_000,
  jitterFraction: 0.5,
  resetAfterMs: 30_000,
};

/** How long a peer may say nothing, in milliseconds. */
export interface Patience {
  /** It is asked for a sign of life then, again and again. */
  readonly askAfterMs: number;
  /** It is taken to be dead then. */
  readonly deadAfterMs: number;
}

/** How long an open connection has been silent. Every frame passes here: `hear` is one write. */
export class Silence {
  /** Monotonic time of the last frame, or of the opening. */
  heardNs = 0;
  readonly #clock: Clock;
  readonly #patience: Patience;
  #askedNs = 0;

  constructor(clock: Clock, patience: Patience) {
    this.#clock = clock;
    this.#patience = patience;
  }

  onOpened(): void {
    this.heardNs = this.#clock.mono();
    this.#askedNs = this.heardNs;
  }

  /**
   * What to do about silence, asked a few times a second: a quiet market says nothing for minutes,
   * a dead socket does not answer either.
   */
  pulse(): 'fine' | 'ask' | 'dead' {
    const nowNs = this.#clock.mono();
    const { askAfterMs, deadAfterMs } = this.#patience;
    if ((nowNs - this.heardNs) / 1e6 >= deadAfterMs) return 'dead';
    if ((nowNs - Math.max(this.heardNs, this.#askedNs)) / 1e6 < askAfterMs) return 'fine';
    this.#askedNs = nowNs;
    return 'ask';
  }
}
