import type { Rng } from '../../core/rng.ts';
import type { CrowdPrice } from './fair-price.ts';

/** How far venues stray from one another by themselves, as a fraction, and for how long. */
const BASIS_DEVIATION = 0.000_15;
const BASIS_SECONDS = 5;
/** Share of what a trade here tells that the whole market learns from. */
const SHARED_SHARE = 0.5;

/**
 * The price of an asset at one more venue: that of the venue that leads, and a basis of its own
 * that comes back to 0 as fast as those who trade on both bring it back. What trades here tell
 * moves the basis at once and the leader in part.
 *
 * The basis is an Ornstein-Uhlenbeck process, stepped exactly.
 */
export class FollowingPrice implements CrowdPrice {
  readonly #leader: CrowdPrice;
  readonly #random: Rng;
  #basis: number;

  constructor(leader: CrowdPrice, random: Rng) {
    this.#leader = leader;
    this.#random = random;
    this.#basis = BASIS_DEVIATION * random.normal();
  }

  get price(): number {
    return this.#leader.price * Math.exp(this.#basis);
  }

  get volatility(): number {
    return this.#leader.volatility;
  }

  /** The leader's own market takes the common price forward; here only the basis moves. */
  advance(seconds: number): void {
    const kept = Math.exp(-seconds / BASIS_SECONDS);
    const shock = BASIS_DEVIATION * Math.sqrt(1 - kept * kept) * this.#random.normal();
    this.#basis = this.#basis * kept + shock;
  }

  push(fraction: number): void {
    this.#leader.push(fraction * SHARED_SHARE);
    this.#basis += fraction * (1 - SHARED_SHARE);
  }
}
