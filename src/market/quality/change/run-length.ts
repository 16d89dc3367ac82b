import { assert } from '../../../core/result.ts';
import { logGamma } from '../../../math/gamma.ts';

export interface RunLengthOptions {
  /** Chance of a change between two points, inside 0 … 1. */
  readonly hazard: number;
  /** Normal-gamma prior of a segment's mean and precision; all but μ₀ above 0. */
  readonly prior: {
    readonly mu: number;
    readonly kappa: number;
    readonly alpha: number;
    readonly beta: number;
  };
  /** Longest run that is told apart, at least 2; longer ones count as this long. */
  readonly runMax: number;
}

/**
 * Bayesian online change point detection: the posterior of how many points the current segment
 * holds, the newest included. The first point starts a segment with probability 1. A point is
 * O(min(n, runMax)) and allocates nothing.
 *
 * @see Adams, MacKay 2007, "Bayesian online changepoint detection"; r here is theirs plus 1 at the
 *   same point, so no mass waits at 0 for a change after the newest point
 */
export class RunLength {
  readonly #hazard: number;
  readonly #prior: RunLengthOptions['prior'];
  /** Log of the joint mass, by run length − 1. */
  readonly #mass: Float64Array;
  readonly #mu: Float64Array;
  readonly #kappa: Float64Array;
  readonly #alpha: Float64Array;
  readonly #beta: Float64Array;
  /** Run lengths that have mass. */
  runs = 0;
  /** Log of the evidence of all points so far. */
  logEvidence = 0;

  constructor({ hazard, prior, runMax }: RunLengthOptions) {
    assert(hazard > 0 && hazard < 1, 'a hazard inside 0 … 1');
    assert(prior.kappa > 0 && prior.alpha > 0 && prior.beta > 0, 'a proper prior');
    assert(Number.isInteger(runMax) && runMax >= 2, 'runs of at least 2');
    this.#hazard = hazard;
    this.#prior = prior;
    this.#mass = new Float64Array(runMax);
    this.#mu = new Float64Array(runMax);
    this.#kappa = new Float64Array(runMax);
    this.#alpha = new Float64Array(runMax);
    this.#beta = new Float64Array(runMax);
  }

  /** Takes a finite number; another is left out. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    const { mu, kappa, alpha, beta } = this.#prior;
    const fresh = logStudent(value, mu, kappa, alpha, beta);
    let started = this.runs === 0 ? 0 : Number.NEGATIVE_INFINITY;
    const most = this.#mass.length;
    for (let run = Math.min(this.runs, most) - 1; run >= 0; run -= 1) {
      const before = this.#mass[run] as number;
      started = logSum(started, before + Math.log(this.#hazard));
      const stays =
        before +
        Math.log1p(-this.#hazard) +
        logStudent(
          value,
          this.#mu[run] as number,
          this.#kappa[run] as number,
          this.#alpha[run] as number,
          this.#beta[run] as number,
        );
      this.#lengthen(run, stays, value);
    }
    this.#mass[0] = started + fresh;
    this.#learn(0, value, mu, kappa, alpha, beta);
    this.runs = Math.min(this.runs + 1, most);
    this.#normalise();
  }

  /** P(the current segment holds `run` points), run ≥ 1. */
  chanceOf(run: number): number {
    return run >= 1 && run <= this.runs ? Math.exp(this.#mass[run - 1] as number) : 0;
  }

  /** The most likely length of the current segment; 0 before the first point. */
  get likeliest(): number {
    let best = 0;
    for (let run = 1; run <= this.runs; run += 1) {
      if (best === 0 || (this.#mass[run - 1] as number) > (this.#mass[best - 1] as number))
        best = run;
    }
    return best;
  }

  /** What is longer than can be told apart joins the longest run, whose segment goes on. */
  #lengthen(run: number, mass: number, value: number): void {
    const last = this.#mass.length - 1;
    const isJoining = run === last - 1 && this.runs > last;
    const into = Math.min(run + 1, last);
    this.#mass[into] = isJoining ? logSum(mass, this.#mass[last] as number) : mass;
    if (isJoining) return;
    this.#learn(
      into,
      value,
      this.#mu[run] as number,
      this.#kappa[run] as number,
      this.#alpha[run] as number,
      this.#beta[run] as number,
    );
  }

  #learn(
    into: number,
    value: number,
    mu: number,
    kappa: number,
    alpha: number,
    beta: number,
  ): void {
    this.#mu[into] = (kappa * mu + value) / (kappa + 1);
    this.#kappa[into] = kappa + 1;
    this.#alpha[into] = alpha + 0.5;
    this.#beta[into] = beta + (kappa * (value - mu) ** 2) / (2 * (kappa + 1));
  }

  #normalise(): void {
    let total = Number.NEGATIVE_INFINITY;
    for (let run = 0; run < this.runs; run += 1) total = logSum(total, this.#mass[run] as number);
    this.logEvidence += total;
    for (let run = 0; run < this.runs; run += 1) {
      this.#mass[run] = (this.#mass[run] as number) - total;
    }
  }
}

/** Log density of the predictive Student-t with 2α degrees, centre μ, scale² β(κ + 1)/(ακ). */
function logStudent(x: number, mu: number, kappa: number, alpha: number, beta: number): number {
  const spread = (beta * (kappa + 1)) / kappa;
  const off = (x - mu) ** 2 / (2 * spread);
  return (
    logGamma(alpha + 0.5) -
    logGamma(alpha) -
    0.5 * Math.log(2 * Math.PI * spread) -
    (alpha + 0.5) * Math.log1p(off)
  );
}

function logSum(left: number, right: number): number {
  const most = Math.max(left, right);
  if (most === Number.NEGATIVE_INFINITY) return most;
  return most + Math.log1p(Math.exp(Math.min(left, right) - most));
}
