import type { VenueStatus } from '../fact.ts';
import type { VenueSigns } from '../latency/venue-health.ts';

const MINUTE_MS = 60_000;
/** Parts of the minute that is looked back over. */
const PARTS = 12;
const PART_MS = MINUTE_MS / PARTS;

/**
 * What one venue has shown of itself lately: when it was heard, how many of its books were lost,
 * how its requests ended. Bounded, and nothing here allocates. Times are monotonic.
 */
export class VenuePulse {
  readonly #faults = new Int32Array(PARTS);
  readonly #failed = new Int32Array(PARTS);
  readonly #asked = new Int32Array(PARTS);
  /** Number of the part that is being counted; all parts of the last minute are after it. */
  #part = Number.NaN;
  #heardMs = Number.NEGATIVE_INFINITY;
  #announced: VenueStatus = 'online';
  #roundTripMs = Number.NaN;

  onHeard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /** A book was given up, or found to be none. */
  onFault(nowMs: number): void {
    this.#count(this.#faults, nowMs);
  }

  /** A request was answered, or not. A refusal is an answer. */
  onAnswer(isAnswered: boolean, nowMs: number): void {
    this.#count(this.#asked, nowMs);
    if (!isAnswered) this.#count(this.#failed, nowMs);
  }

  onAnnounced(status: VenueStatus): void {
    this.#announced = status;
  }

  onRoundTrip(roundTripMs: number): void {
    this.#roundTripMs = roundTripMs;
  }

  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** @param markets, liveMarkets markets that are followed there, and of them the live ones */
  signs(nowMs: number, markets: number, liveMarkets: number): VenueSigns {
    this.#turn(nowMs);
    const asked = sum(this.#asked);
    return {
      silentMs: Math.round(nowMs - this.#heardMs),
      markets,
      liveMarkets,
      faultsPerMinute: sum(this.#faults),
      errorFraction: asked === 0 ? 0 : sum(this.#failed) / asked,
      roundTripMs: this.#roundTripMs,
      announced: this.#announced,
    };
  }

  #count(parts: Int32Array, nowMs: number): void {
    this.#turn(nowMs);
    const at = this.#part % PARTS;
    parts[at] = (parts[at] as number) + 1;
  }

  /** Forgets the parts that are more than a minute old. */
  #turn(nowMs: number): void {
    const part = Math.floor(nowMs / PART_MS);
    const stale = Number.isNaN(this.#part) ? 0 : Math.min(part - this.#part, PARTS);
    for (let step = 0; step < stale; step += 1) {
      const at = (part - step) % PARTS;
      this.#faults[at] = 0;
      this.#failed[at] = 0;
      this.#asked[at] = 0;
    }
    this.#part = part;
  }
}

function sum(parts: Int32Array): number {
  let total = 0;
  for (const part of parts) total += part;
  return total;
}
