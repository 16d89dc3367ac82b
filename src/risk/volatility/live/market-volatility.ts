import type { QuoteUpdated } from '../../../market/quote.ts';
import { ewmaParameters, SEED_RETURNS } from '../ewma.ts';
import type { VolatilityModel } from '../model.ts';
import type { VolatilityBoard } from './board.ts';
import type { Calibration, CalibrationJob } from './calibration.ts';
import { LiveVariance } from './live-variance.ts';
import { ReturnHistory } from './return-history.ts';
import { factorAt, flatProfile, type IntradayProfile } from './seasonality.ts';
import type { WarmReturns } from './warm-start.ts';

export interface MarketVolatilityParts {
  readonly instrument: number;
  readonly model: VolatilityModel;
  readonly board: VolatilityBoard;
  readonly capacity: number;
  readonly bucketMs: number;
  readonly ewmaLambda: number;
}

/** One moment on both clocks. */
export interface WallAndMono {
  readonly wallMs: number;
  readonly monoNs: number;
}

const AVERAGE = { variance: 'garch' } as const;

/**
 * The volatility of one market: mid prices on a grid of the wall clock, their returns without the
 * season of the day, and the variance that follows them. Until the first calibration it is an
 * exponential average; a calibration takes over between two returns, from the state that it would
 * have had all along.
 */
export class MarketVolatility {
  readonly #parts: MarketVolatilityParts;
  #history: ReturnHistory;
  #profile: IntradayProfile;
  #live: LiveVariance | null = null;
  /** Half of the sum of bid and ask, in ticks; NaN where there is no book. */
  #mid = Number.NaN;
  /** The mid at the end of the period before; NaN where there was none. */
  #midBefore = Number.NaN;
  /** Number of the period of the wall clock that is running; NaN before the first. */
  #period = Number.NaN;
  #calibration = 0;
  #surprise = Number.NaN;

  constructor(parts: MarketVolatilityParts) {
    this.#parts = parts;
    this.#history = new ReturnHistory(parts.capacity);
    this.#profile = flatProfile(parts.bucketMs);
    parts.board.forget(parts.instrument);
  }

  /** Returns that a fit can use. */
  get known(): number {
    return this.#history.known;
  }

  onQuote({ bidTicks, askTicks }: QuoteUpdated): void {
    const mid = (bidTicks + askTicks) / 2;
    this.#mid = mid > 0 && Number.isFinite(mid) ? mid : Number.NaN;
  }

  onQuoteLost(): void {
    this.#mid = Number.NaN;
  }

  /** Ends the periods that are over. One that this was not awake for has no return. */
  tick(wallMs: number, monoNs: number): void {
    const { periodMs } = this.#parts.board;
    const period = Math.floor(wallMs / periodMs);
    if (period === this.#period) return;
    const isNext = period === this.#period + 1;
    const value = isNext ? Math.log(this.#mid / this.#midBefore) : Number.NaN;
    this.#period = period;
    this.#midBefore = this.#mid;
    this.#end(value, period * periodMs, monoNs);
  }

  /**
   * Begins with returns from before the first quote: the average has seen them all at once, and a
   * fit need not wait. Live returns up to the last of them are told by them.
   *
   * @returns false, and nothing changes, after a calibration or without returns
   */
  warm({ returns, endsMs }: WarmReturns, clocks: WallAndMono): boolean {
    const lastMs = endsMs.at(-1);
    if (this.#calibration > 0 || lastMs === undefined) return false;
    const { capacity, board } = this.#parts;
    const live = this.#history.copy();
    const history = new ReturnHistory(capacity);
    returns.forEach((value, at) => void history.take(value, endsMs[at] as number));
    let knownMs = lastMs;
    live.endsMs.forEach((endMs, at) => {
      if (endMs <= lastMs) return;
      const missing = Math.min((endMs - knownMs) / board.periodMs - 1, capacity);
      for (let each = 1; each <= missing; each += 1) {
        history.take(Number.NaN, knownMs + each * board.periodMs);
      }
      history.take(live.returns[at] as number, endMs);
      knownMs = endMs;
    });
    this.#history = history;
    this.#followAnew(clocks);
    return true;
  }

  /** What a fit needs; a copy, since it leaves the lane. */
  job(turn: number): CalibrationJob & { readonly taken: number } {
    const { instrument, model, bucketMs } = this.#parts;
    const { taken } = this.#history;
    return { instrument, turn, model, bucketMs, taken, ...this.#history.copy() };
  }

  /** @param taken of the job that it answers: what came since is gone through again */
  adopt({ profile, parameters, next }: Calibration, taken: number): void {
    const live = new LiveVariance(this.#parts.model, parameters, next);
    this.#history.eachSince(
      taken,
      (value, endMs) => void live.step(value / factorAt(profile, endMs)),
    );
    this.#profile = profile;
    this.#live = live;
    this.#calibration += 1;
  }

  summary() {
    const { instrument, board } = this.#parts;
    return {
      known: this.known,
      calibration: this.#calibration,
      annualVolatility: annual(this.#live?.next ?? Number.NaN, board.periodMs),
      /** The last return in standard deviations of what was expected of it. */
      surprise: finite(this.#surprise),
      isKnown: !Number.isNaN(board.calibration(instrument)),
    };
  }

  #end(value: number, endMs: number, monoNs: number): void {
    this.#history.take(Number.isFinite(value) ? value : Number.NaN, endMs);
    if (!Number.isFinite(value)) {
      // Nothing is known of the period, so that what the board says grows old.
      this.#live?.skip();
      return;
    }
    if (this.#live === null) this.#live = this.#seeded();
    else this.#surprise = this.#live.step(value / factorAt(this.#profile, endMs));
    if (this.#live === null) return;
    const { board, instrument } = this.#parts;
    const factor = factorAt(this.#profile, endMs + board.periodMs);
    board.write(instrument, this.#live.next * factor * factor, monoNs, this.#calibration);
  }

  /** The average goes through all that is kept; the board is told of the last, at its age. */
  #followAnew({ wallMs, monoNs }: WallAndMono): void {
    const { returns, endsMs } = this.#history.copy();
    let count = 0;
    let squares = 0;
    let live: LiveVariance | null = null;
    for (const value of returns) {
      if (live !== null) live.step(value);
      else if (!Number.isNaN(value)) {
        count += 1;
        squares += value * value;
        if (count >= SEED_RETURNS && squares > 0) live = this.#averageFrom(squares / count);
      }
    }
    this.#live = live;
    if (live === null || Number.isNaN(returns.at(-1) as number)) return;
    const { board, instrument } = this.#parts;
    const ageMs = Math.max(0, wallMs - (endsMs.at(-1) as number));
    board.write(instrument, live.next, monoNs - ageMs * 1e6, this.#calibration);
  }

  #averageFrom(variance: number): LiveVariance {
    return new LiveVariance(AVERAGE, ewmaParameters(this.#parts.ewmaLambda), variance);
  }

  /** An average of the first returns; null while they are too few, or none of them moved. */
  #seeded(): LiveVariance | null {
    if (this.known < SEED_RETURNS) return null;
    let squares = 0;
    this.#history.eachSince(0, (value) => {
      if (!Number.isNaN(value)) squares += value * value;
    });
    if (!(squares > 0)) return null;
    return this.#averageFrom(squares / this.known);
  }
}

const YEAR_MS = 365 * 86_400_000;

/** As a fraction of a year of days without an end, as markets of this kind have. */
function annual(variance: number, periodMs: number): number | null {
  return finite(Math.sqrt((variance * YEAR_MS) / periodMs));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
