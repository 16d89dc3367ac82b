import { assert } from '../../core/result.ts';
import { edgeShrinkage } from './kelly.ts';

/** Periods that count before anything is said of an edge. */
const PERIODS_MIN = 30;
/** Standard errors at which a loss is proven; below it may be chance. */
const LOSS_ERRORS = 2;

export interface Edge {
  /** Mean return of a period, as measured; 0 before anything was. */
  readonly mean: number;
  /** Standard deviation of a period's return. */
  readonly deviation: number;
  /** Periods that it rests on, each by what it still counts. */
  readonly periods: number;
  /** What of the mean the data support, 0 … 1. */
  readonly share: number;
  /** What may be counted with: mean times share. */
  readonly supported: number;
}

/**
 * The edge of one strategy from what it earned: mean and variance of its returns, period by period,
 * with exponentially fading weights. Periods without a stake say nothing, but time goes on: what is
 * not renewed fades, and with it a verdict, so that none is for ever.
 *
 * A gain counts beyond one standard error, a loss beyond two: see `edgeShrinkage` for the first.
 * What is between them is no edge and no proof of none.
 */
export class EdgeEstimate {
  #weight = 0;
  #sum = 0;
  #squares = 0;

  /** A period has passed. @param keep 0 … 1, what the past still counts after it */
  fade(keep: number): void {
    assert(keep >= 0 && keep <= 1, 'a share of the past');
    this.#weight *= keep;
    this.#sum *= keep;
    this.#squares *= keep;
  }

  /** @param gain of the period, over the notional that was given to it */
  take(gain: number): void {
    assert(Number.isFinite(gain), 'a return is a number');
    this.#weight += 1;
    this.#sum += gain;
    this.#squares += gain * gain;
  }

  get edge(): Edge {
    const periods = this.#weight;
    if (periods < PERIODS_MIN) {
      return { mean: 0, deviation: 0, periods, share: 0, supported: 0 };
    }
    const mean = this.#sum / periods;
    const variance = Math.max(0, this.#squares / periods - mean * mean);
    const deviation = Math.sqrt(variance);
    // Nothing earned and nothing lost has no ratio; without any chance all of a mean is supported.
    const squaredSharpe = mean === 0 ? 0 : mean ** 2 / variance;
    const shrunk = edgeShrinkage({
      squaredSharpe,
      assets: mean < 0 ? LOSS_ERRORS ** 2 : 1,
      trials: periods,
    });
    assert(shrunk.ok, 'a squared ratio over thirty periods or more');
    const share = shrunk.value;
    return { mean, deviation, periods, share, supported: mean * share };
  }
}
