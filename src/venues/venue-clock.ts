import type { Clock } from '../core/env.ts';

/** Probes of one round; the one with the shortest round trip counts. */
const PROBES_KEPT = 5;

/**
 * The venue's clock as seen from here: offset at the midpoint of the probe with the least round
 * trip among the latest few. Before the first probe it is our own wall clock.
 */
export class VenueClock {
  readonly #clock: Clock;
  readonly #probes: { readonly roundTripMs: number; readonly offsetMs: number }[] = [];

  #isDoubted = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the answer of a probe. The offset is kept against the monotonic clock. */
  onProbe(serverMs: number, sentNs: number, receivedNs: number): void {
    if (this.#isDoubted) this.#probes.length = 0;
    this.#isDoubted = false;
    const roundTripMs = (receivedNs - sentNs) / 1e6;
    const midpointMs = (sentNs + receivedNs) / 2e6;
    this.#probes.push({ roundTripMs, offsetMs: serverMs - midpointMs });
    if (this.#probes.length > PROBES_KEPT) this.#probes.shift();
  }

  /** The venue does not share what we take for its time: the next probe counts alone. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Whole milliseconds of the venue's clock now. */
  nowMs(): number {
    const best = this.#best();
    return Math.round(best === null ? this.#clock.now() : this.#clock.mono() / 1e6 + best.offsetMs);
  }

  /** How far the venue's clock is ahead of our wall clock, in milliseconds; null before a probe. */
  aheadMs(): number | null {
    return this.#best() === null ? null : this.nowMs() - this.#clock.now();
  }

  /** Half of the round trip behind the offset, which is wrong by no more; NaN before a probe. */
  get errorMs(): number {
    const best = this.#best();
    return best === null ? Number.NaN : best.roundTripMs / 2;
  }

  #best() {
    let best: { readonly roundTripMs: number; readonly offsetMs: number } | null = null;
    for (const probe of this.#probes) {
      if (best === null || probe.roundTripMs < best.roundTripMs) best = probe;
    }
    return best;
  }
}
