import { assert } from '../../core/result.ts';
import { KalmanFilter } from '../../math/kalman.ts';

export interface ArrivalRateOptions {
  /** Length of a sample in milliseconds. */
  readonly sampleMs: number;
  /** Samples with too few messages, in a row, that make a gap. */
  readonly samplesMin: number;
  /** Samples before the rate counts as known. */
  readonly warmUp: number;
  /** Samples after which a lower rate is taken for what the market now is. */
  readonly acceptAfter: number;
}

/** Deviations of the innovation beyond which a sample does not fit. */
const SIGMAS = 4;
/** Variance of the log rate from one sample to the next, and of one sample around it. */
const STATE_NOISE = 0.01;
const OBSERVATION_NOISE = 0.25;
/** A sample without messages counts as half of one. */
const NOTHING = 0.5;

/**
 * Finds gaps in a feed that numbers nothing, by its rate of messages: a local level of the log rate
 * is filtered, and where messages are so few that the innovation is beyond 4 deviations for some
 * samples in a row, that is a gap. What does not fit is not learnt, or silence would soon be
 * normal; after `acceptAfter` samples it is, since a market may become quiet for good.
 *
 * A message is O(1) and allocates nothing.
 */
export class ArrivalRate {
  readonly #options: ArrivalRateOptions;
  #filter = newFilter(0);
  #count = 0;
  #samples = 0;
  #few = 0;
  #dueMs = Number.NaN;
  #fewSinceMs = Number.NaN;
  /** Since when messages have been missing, in the time of `sample`; NaN when none are. */
  gapSinceMs = Number.NaN;

  constructor(options: ArrivalRateOptions) {
    assert(options.sampleMs > 0 && options.samplesMin >= 1, 'samples of some length, at least one');
    assert(options.warmUp >= 2 && options.acceptAfter > options.samplesMin, 'a warm-up, patience');
    this.#options = options;
  }

  onMessage(): void {
    this.#count += 1;
  }

  /** Messages a second that are expected; NaN before the warm-up is over. */
  get expectedPerSecond(): number {
    if (this.#samples < this.#options.warmUp) return Number.NaN;
    return Math.exp(this.#filter.state[0] as number);
  }

  /**
   * To be called at least once a sample; earlier calls do nothing.
   *
   * @returns `opened` or `closed` when a gap was just found or ended, else null
   */
  sample(nowMs: number): 'opened' | 'closed' | null {
    const { sampleMs } = this.#options;
    if (Number.isNaN(this.#dueMs)) this.#dueMs = nowMs + sampleMs;
    if (nowMs < this.#dueMs) return null;
    const lastedMs = nowMs - this.#dueMs + sampleMs;
    const rate = Math.max(this.#count, NOTHING) / (lastedMs / 1000);
    this.#count = 0;
    this.#dueMs = nowMs + sampleMs;
    return this.#judge(Math.log(rate), nowMs, lastedMs);
  }

  #judge(logRate: number, nowMs: number, lastedMs: number): 'opened' | 'closed' | null {
    const { warmUp, samplesMin, acceptAfter } = this.#options;
    if (this.#samples === 0) this.#filter = newFilter(logRate);
    const isKnown = this.#samples >= warmUp;
    const isFew = isKnown && this.#isFarBelow(logRate);
    if (isFew && this.#few < acceptAfter) {
      if (this.#few === 0) this.#fewSinceMs = nowMs - lastedMs;
      this.#few += 1;
      if (this.#few !== samplesMin) return null;
      this.gapSinceMs = this.#fewSinceMs;
      return 'opened';
    }
    const wasGap = !Number.isNaN(this.gapSinceMs);
    // What went on for so long is the market now: it is learnt from the start.
    if (isFew) this.#filter = newFilter(logRate);
    this.#filter.step(logRate, LEVEL);
    this.#samples += 1;
    this.#few = 0;
    this.gapSinceMs = Number.NaN;
    return wasGap ? 'closed' : null;
  }

  #isFarBelow(logRate: number): boolean {
    const variance = (this.#filter.covariance[0] as number) + STATE_NOISE + OBSERVATION_NOISE;
    return logRate - (this.#filter.state[0] as number) < -SIGMAS * Math.sqrt(variance);
  }
}

const LEVEL = [1];

function newFilter(logRate: number): KalmanFilter {
  return new KalmanFilter({
    transition: LEVEL,
    stateNoise: [STATE_NOISE],
    observationNoise: OBSERVATION_NOISE,
    start: [logRate],
    startCovariance: [1],
  });
}
