import { assert } from '../../../core/result.ts';
import { MEAN_ABSOLUTE_NORMAL, type VolatilityModel, type VolatilityParameters } from '../model.ts';

/** A return counts as at most so many standard deviations: a wrong price does not stay for days. */
export const SHOCK_MAX = 20;

/**
 * The variance of what comes next, one return at a time: the same recursion as `VariancePath`, with
 * no history and no allocation. A calibration is swapped in between two returns.
 */
export class LiveVariance {
  /** mu, omega, alpha, gamma, beta, h. */
  readonly #cells = new Float64Array(6);
  #variance: VolatilityModel['variance'] = 'garch';

  /** @param next h of what comes next, above 0 and finite */
  constructor(
    model: Pick<VolatilityModel, 'variance'>,
    parameters: VolatilityParameters,
    next: number,
  ) {
    this.adopt(model, parameters, next);
  }

  /** Goes on with other parameters, from the variance that they see. */
  adopt(
    model: Pick<VolatilityModel, 'variance'>,
    { mu, omega, alpha, gamma, beta }: VolatilityParameters,
    next: number,
  ): void {
    assert(next > 0 && next < Number.POSITIVE_INFINITY, 'a variance above zero');
    this.#variance = model.variance;
    const cells = this.#cells;
    cells[0] = mu;
    cells[1] = omega;
    cells[2] = alpha;
    cells[3] = gamma;
    cells[4] = beta;
    cells[5] = next;
  }

  /** h of what comes next, in the unit of the returns squared. */
  get next(): number {
    return this.#cells[5] as number;
  }

  /**
   * Takes a return. One that is not a number is taken as missing, and one of more than 20 standard
   * deviations as 20: the variance rises to 400 times α, which is high enough to stop anything, and
   * comes down again.
   *
   * @returns how many standard deviations it was, before that; NaN where it was missing
   */
  step(value: number): number {
    const cells = this.#cells;
    const [h, alpha, gamma] = [cells[5] as number, cells[2] as number, cells[3] as number];
    const deviation = Math.sqrt(h);
    const z = (value - (cells[0] as number)) / deviation;
    if (!Number.isFinite(z)) {
      this.skip();
      return Number.NaN;
    }
    const held = Math.min(Math.max(z, -SHOCK_MAX), SHOCK_MAX);
    if (this.#variance === 'egarch') {
      this.#moveLog(alpha * (Math.abs(held) - MEAN_ABSOLUTE_NORMAL) + gamma * held);
    } else {
      // Within the bounds the shock itself, so that the numbers are those of the filter.
      const shock = z === held ? value - (cells[0] as number) : held * deviation;
      this.#move((alpha + (shock < 0 ? gamma : 0)) * shock * shock);
    }
    return z;
  }

  /** A period of which nothing is known: the variance goes where it is expected to go. */
  skip(): void {
    const [h, alpha, gamma] = [this.next, this.#cells[2] as number, this.#cells[3] as number];
    if (this.#variance === 'egarch') this.#moveLog(0);
    else this.#move((alpha + gamma / 2) * h);
  }

  #move(shock: number): void {
    const h = (this.#cells[1] as number) + shock + (this.#cells[4] as number) * this.next;
    this.#cells[5] = clamped(h);
  }

  #moveLog(shock: number): void {
    const log =
      (this.#cells[1] as number) + shock + (this.#cells[4] as number) * Math.log(this.next);
    this.#cells[5] = clamped(Math.exp(log));
  }
}

/** A recursion without a long run may leave the doubles after years: neither 0 nor infinite. */
function clamped(h: number): number {
  return Math.min(Math.max(h, 1e-300), 1e300);
}
