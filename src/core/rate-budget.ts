/** Tokens that flow in, and how many are kept at most. */
export interface RateLimits {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/**
 * A token bucket over injected time: `ratePerSecond` tokens flow in, at most `burst` are kept.
 * A share may be reserved, so that cancels still pass when orders have used up the rest.
 */
export class RateBudget {
  readonly #ratePerMs: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(limits: RateLimits, nowMs: number) {
    this.#ratePerMs = limits.ratePerSecond / 1000;
    this.#burst = limits.burst;
    this.#tokens = limits.burst;
    this.#atMs = nowMs;
  }

  /**
   * Takes `tokens` when at least `reserve` would be left.
   *
   * @returns false, and takes nothing, when the budget does not allow it
   */
  take(nowMs: number, tokens = 1, reserve = 0): boolean {
    this.#refill(nowMs);
    if (this.#tokens - tokens < reserve) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** @returns how long until a token can be taken, in milliseconds; 0 = now */
  waitMs(nowMs: number): number {
    return Math.max(0, (1 - this.available(nowMs)) / this.#ratePerMs);
  }

  available(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens;
  }

  #refill(nowMs: number): void {
    const elapsedMs = nowMs - this.#atMs;
    if (elapsedMs <= 0) return;
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#ratePerMs);
  }
}
