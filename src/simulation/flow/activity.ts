import type { Rng } from '../../core/rng.ts';

/**
 * How events excite further ones: two exponential kernels, a fast and a slow. `children` is the
 * mean number of events that one event brings; together they stay below 1, or it would explode.
 */
const KERNELS = [
  { children: 0.35, perSecond: 5 },
  { children: 0.25, perSecond: 0.1 },
] as const;
const CHILDREN = KERNELS.reduce((sum, { children }) => sum + children, 0);
/** Bursts stay below this multiple of the mean. */
const BURST_MAX = 40;

/**
 * A self-exciting point process (Hawkes 1971) with exponential kernels, sampled by thinning
 * (Ogata 1981): between two events the intensity only falls, so its value after the last event is
 * a bound for the next.
 */
export class Activity {
  readonly #random: Rng;
  readonly #perSecond: number;
  readonly #excited = KERNELS.map(() => 0);

  /** @param perSecond mean number of events per second in the long run */
  constructor(perSecond: number, random: Rng) {
    this.#perSecond = perSecond;
    this.#random = random;
  }

  /** Seconds to the next event, which then excites the ones after it. */
  next(pace: number): number {
    const base = this.#perSecond * (1 - CHILDREN) * pace;
    let seconds = 0;
    for (;;) {
      const bound = base + this.#sum();
      const wait = this.#random.exponential() / bound;
      seconds += wait;
      KERNELS.forEach(({ perSecond }, at) => {
        this.#excited[at] = (this.#excited[at] ?? 0) * Math.exp(-perSecond * wait);
      });
      if (this.#random.next() * bound <= base + this.#sum()) break;
    }
    const isBurst = this.#sum() > this.#perSecond * BURST_MAX;
    KERNELS.forEach(({ children, perSecond }, at) => {
      if (!isBurst) this.#excited[at] = (this.#excited[at] ?? 0) + children * perSecond;
    });
    return seconds;
  }

  #sum(): number {
    let sum = 0;
    for (const excited of this.#excited) sum += excited;
    return sum;
  }
}
