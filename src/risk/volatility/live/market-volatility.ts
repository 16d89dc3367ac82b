import type { QuoteUpdated } from '../../../market/quote.ts';
import { ewmaParameters, SEED_RETURNS } from '../ewma.ts';
import { varianceOver } from '../forecast.ts';
import type { VolatilityModel, VolatilityParameters } from '../model.ts';
import type { VolatilityBoard } from './board.ts';
import type { Calibration, CalibrationJob } from './calibration.ts';
import { type JumpFound, JumpWatch } from './jump-watch.ts';
import { LiveVariance } from './live-variance.ts';
import { ReturnHistory } from './return-history.ts';
import { DAY_MS, factorAt, flatProfile, type IntradayProfile } from './seasonality.ts';
import type { WarmReturns } from './warm-start.ts';

export interface MarketVolatilityParts {
  readonly instrument: number;
  readonly model: VolatilityModel;
  readonly board: VolatilityBoard;
  readonly capacity: number;
  readonly bucketMs: number;
  readonly ewmaLambda: number;
  /** A return was no diffusion. */
  readonly jumped: (jump: MarketJump) => void;
}

/** A jump of the mid, over the period that ends at a time. */
export interface MarketJump extends JumpFound {
  readonly instrument: number;
  /** Log return, season included. */
  readonly value: number;
  readonly endMs: number;
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
  #jumps: JumpWatch;
  #profile: IntradayProfile;
  #live: LiveVariance | null = null;
  /** Of what `#live` goes by. */
  #parameters: VolatilityParameters;
  /** Half of the sum of bid and ask, in ticks; NaN where there is no book. */
  #mid = Number.NaN;
  /** The mid at the end of the period before; NaN where there was none. */
  #midBefore = Number.NaN;
  /** Number of the period of the wall clock that is running; NaN before the first. */
  #period = Number.NaN;
  #calibration = 0;
  #surprise = Number.NaN;
  #jumpsFound = 0;

  constructor(parts: MarketVolatilityParts) {
    this.#parts = parts;
    this.#history = new ReturnHistory(parts.capacity);
    this.#profile = flatProfile(parts.bucketMs);
    this.#jumps = new JumpWatch(parts.board.periodMs);
    this.#parameters = ewmaParameters(parts.ewmaLambda);
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

  /** The last return in deviations of what a fitted model expected; NaN where there is none. */
  get shock(): number {
    return this.#calibration > 0 ? this.#surprise : Number.NaN;
  }

  /**
   * Ends the periods that are over. One that this was not awake for has no return.
   *
   * @returns whether one ended
   */
  tick(wallMs: number, monoNs: number): boolean {
    const { periodMs } = this.#parts.board;
    const period = Math.floor(wallMs / periodMs);
    if (period === this.#period) return false;
    const isNext = period === this.#period + 1;
    const value = isNext ? Math.log(this.#mid / this.#midBefore) : Number.NaN;
    this.#period = period;
    this.#midBefore = this.#mid;
    this.#end(value, period * periodMs, monoNs);
    return true;
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
    const { instrument, model, bucketMs, board } = this.#parts;
    const { taken } = this.#history;
    const { periodMs } = board;
    return { instrument, turn, model, bucketMs, periodMs, taken, ...this.#history.copy() };
  }

  /** @param taken of the job that it answers: what came since is gone through again */
  adopt({ profile, parameters, next, jumps }: Calibration, taken: number): void {
    const { board, instrument } = this.#parts;
    const live = new LiveVariance(this.#parts.model, parameters, next);
    this.#history.eachSince(
      taken,
      (value, endMs) => void live.step(value / factorAt(profile, endMs)),
    );
    this.#profile = profile;
    this.#live = live;
    this.#parameters = parameters;
    this.#calibration += 1;
    board.tellLaw(instrument, { nu: parameters.nu, jumps });
  }

  summary() {
    const { instrument, board } = this.#parts;
    return {
      known: this.known,
      calibration: this.#calibration,
      annualVolatility: annual(this.#live?.next ?? Number.NaN, board.periodMs),
      /** The last return in standard deviations of what was expected of it. */
      surprise: finite(this.#surprise),
      jumps: this.#jumpsFound,
      isKnown: !Number.isNaN(board.calibration(instrument)),
    };
  }

  #end(value: number, endMs: number, monoNs: number): void {
    this.#history.take(Number.isFinite(value) ? value : Number.NaN, endMs);
    if (!Number.isFinite(value)) {
      // Nothing is known of the period, so that what the board says grows old.
      this.#live?.skip();
      this.#surprise = Number.NaN;
      return;
    }
    const plain = value / factorAt(this.#profile, endMs);
    this.#lookForJump(plain, value, endMs);
    if (this.#live === null) this.#live = this.#seeded();
    else this.#surprise = this.#live.step(plain);
    if (this.#live === null) return;
    this.#tell(this.#live.next, endMs, monoNs);
  }

  #lookForJump(plain: number, value: number, endMs: number): void {
    const jump = this.#jumps.take(plain);
    if (jump === null) return;
    this.#jumpsFound += 1;
    const { instrument, jumped } = this.#parts;
    jumped({ ...jump, instrument, value, endMs });
  }

  /** The season of a whole day is one, of the next period that of its time. */
  #tell(next: number, endMs: number, monoNs: number): void {
    const { board, instrument, model } = this.#parts;
    const factor = factorAt(this.#profile, endMs + board.periodMs);
    const isFitted = this.#calibration > 0;
    board.write(instrument, {
      variance: next * factor * factor,
      dayVariance: varianceOver(
        isFitted ? model : AVERAGE,
        this.#parameters,
        next,
        DAY_MS / board.periodMs,
      ),
      atNs: monoNs,
      calibration: this.#calibration,
    });
  }

  /** The average goes through all that is kept; the board is told of the last, at its age. */
  #followAnew({ wallMs, monoNs }: WallAndMono): void {
    const { returns, endsMs } = this.#history.copy();
    let count = 0;
    let squares = 0;
    let live: LiveVariance | null = null;
    this.#jumps = new JumpWatch(this.#parts.board.periodMs);
    for (const value of returns) {
      // Jumps of the past are nobody's news; they tell what is usual.
      if (!Number.isNaN(value)) this.#jumps.take(value);
      if (live !== null) live.step(value);
      else if (!Number.isNaN(value)) {
        count += 1;
        squares += value * value;
        if (count >= SEED_RETURNS && squares > 0) live = this.#averageFrom(squares / count);
      }
    }
    this.#live = live;
    if (live === null || Number.isNaN(returns.at(-1) as number)) return;
    const endMs = endsMs.at(-1) as number;
    this.#tell(live.next, endMs, monoNs - Math.max(0, wallMs - endMs) * 1e6);
  }

  #averageFrom(variance: number): LiveVariance {
    return new LiveVariance(AVERAGE, this.#parameters, variance);
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
