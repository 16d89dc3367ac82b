import type { Rng } from '../../core/rng.ts';

const SECONDS_PER_YEAR = 365 * 86_400;
/** The volatility factors take a step after this much time. */
const FACTOR_STEP_SECONDS = 1;
/**
 * Log-volatility is a sum of mean-reverting factors of these time scales and stationary standard
 * deviations: together they forget slowly, as volatility does.
 */
const FACTORS = [
  { seconds: 30, deviation: 0.35 },
  { seconds: 600, deviation: 0.35 },
  { seconds: 7_200, deviation: 0.35 },
] as const;
/** Volatility is multiplied by this in a storm. */
const STORM_FACTOR = 2.5;
const CALM_SECONDS = 1_020;
const STORM_SECONDS = 180;
/** News: jumps an hour, and the standard deviation of one as a multiple of one second's move. */
const JUMPS_PER_HOUR = 10;
const JUMP_DEVIATIONS = 5;

/** The price that the crowd of one market believes in. */
export interface CrowdPrice {
  readonly price: number;
  /** Volatility now, relative to its long-run root mean square. */
  readonly volatility: number;
  advance(seconds: number): void;
  /** Moves by a fraction: what a trade told the crowd. */
  push(fraction: number): void;
}

/**
 * The price that the crowd believes in: a random walk with slow stochastic volatility, storms and
 * jumps, pushed by trades. All in logarithms, so that it stays above 0.
 */
export class FairPrice implements CrowdPrice {
  readonly #random: Rng;
  /** Standard deviation of one second's log return, before the factors and without news. */
  readonly #sigma: number;
  readonly #factors = FACTORS.map(() => 0);
  readonly #unit: number;
  #log: number;
  #isStorm = false;
  #waitSeconds = 0;
  #activity = 1;

  constructor(price: number, volatilityAnnual: number, random: Rng) {
    this.#random = random;
    this.#log = Math.log(price);
    const jumpVariance = (JUMPS_PER_HOUR / 3_600) * JUMP_DEVIATIONS ** 2;
    this.#sigma = volatilityAnnual / Math.sqrt(SECONDS_PER_YEAR * (1 + jumpVariance));
    const stormShare = STORM_SECONDS / (STORM_SECONDS + CALM_SECONDS);
    let variance = 1 + stormShare * (STORM_FACTOR ** 2 - 1);
    for (const { deviation } of FACTORS) variance *= Math.exp(2 * deviation ** 2);
    this.#unit = 1 / Math.sqrt(variance);
    FACTORS.forEach(({ deviation }, at) => {
      this.#factors[at] = deviation * random.normal();
    });
    this.#step(0);
  }

  get price(): number {
    return Math.exp(this.#log);
  }

  /** Volatility now, relative to its long-run root mean square. */
  get volatility(): number {
    return this.#activity;
  }

  /** Standard deviation of the log return of one second without news, now. */
  get sigma(): number {
    return this.#sigma * this.#activity;
  }

  advance(seconds: number): void {
    this.#waitSeconds += seconds;
    if (this.#waitSeconds >= FACTOR_STEP_SECONDS) {
      this.#step(this.#waitSeconds);
      this.#waitSeconds = 0;
    }
    this.#log += this.sigma * Math.sqrt(seconds) * this.#random.normal();
    if (this.#random.next() < (seconds * JUMPS_PER_HOUR) / 3_600) {
      this.#log += this.sigma * JUMP_DEVIATIONS * this.#random.normal();
    }
  }

  /** Moves by a fraction: what a trade told the crowd. */
  push(fraction: number): void {
    this.#log += fraction;
  }

  #step(seconds: number): void {
    let log = 0;
    FACTORS.forEach((factor, at) => {
      const kept = Math.exp(-seconds / factor.seconds);
      const shock = factor.deviation * Math.sqrt(1 - kept * kept) * this.#random.normal();
      this.#factors[at] = (this.#factors[at] ?? 0) * kept + shock;
      log += this.#factors[at];
    });
    const stay = this.#isStorm ? STORM_SECONDS : CALM_SECONDS;
    if (this.#random.next() > Math.exp(-seconds / stay)) this.#isStorm = !this.#isStorm;
    this.#activity = this.#unit * Math.exp(log) * (this.#isStorm ? STORM_FACTOR : 1);
  }
}
