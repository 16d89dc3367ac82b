import { assert, ok, type Result } from '../../core/result.ts';
import { at, type Matrix, put, zeros } from '../../math/matrix.ts';
import {
  jumpTail,
  larger,
  STANDING_TAIL,
  studentTail,
  type TailFactors,
} from '../value-at-risk/tail-factors.ts';
import type { VolatilityBoard } from '../volatility/live/board.ts';
import { correlationOf, EwmaCovariance, type RowFault } from './ewma-covariance.ts';
import { oracleIntensity } from './shrinkage.ts';

/** Returns are over a minute, the covariance is of a day of them. */
export const PERIOD_MS = 60_000;
const PERIODS_A_DAY = 86_400_000 / PERIOD_MS;
/** Memory of some six hours: (1 + λ)/(1 − λ) minutes. */
const LAMBDA = 0.995;
/** Minutes after which what was seen counts for more than what was assumed. */
const SEED_ROWS = 30;
/** A price that is off by more than half within a minute is broken. */
const RETURN_MAX = 0.5;
/** Daily deviation of a market of which nothing is known yet. */
const ASSUMED_SD = 0.04;
/** No market is quieter than this for long, whatever it showed of late. */
const SD_MIN = 0.01;
/** Of a day: a forecast beyond is a fit that exploded, and stops every order as it is. */
const SD_MAX = 10;
/** A fit that sees less than this share of what the last hours showed is not believed. */
const FITTED_SHARE_MIN = 0.5;

/** What the risk of a book is computed from. */
export interface CovarianceSummary {
  /** Minutes that have been seen; before `isSeeded` the covariance is assumed. */
  readonly minutes: number;
  readonly isSeeded: boolean;
  /** Markets whose deviation is that of a fitted model, of now. */
  readonly fitted: number;
  /** Share of the identity in the correlations; 1 while they are assumed. */
  readonly shrinkage: number;
  /** Whether the correlations are those of a fitted model, of now. */
  readonly isDynamic: boolean;
}

/**
 * The covariance of a day of returns, D R D, and the tail that goes with it. D has the deviation
 * that a fitted model forecasts for each market where the board knows one of now, and that of an
 * exponential average else. R is that of a fitted model where the board knows one of now, and the
 * correlation of the average else, shrunk towards the identity: positive definite either way. Until
 * half an hour of returns is seen every market counts as a wild one, and they move together: n σ²
 * on the diagonal is no less than what any correlation makes of n positions (Cauchy and Schwarz).
 *
 * A minute costs O(n²). What it answers with stays its own, and is written anew by the next minute.
 */
export class CovarianceSource {
  readonly #average: EwmaCovariance;
  readonly #board: VolatilityBoard | null;
  readonly #daily: Matrix;
  readonly #shrunk: Matrix;
  readonly #correlations: Float64Array;
  readonly #deviations: Float64Array;
  #tail = STANDING_TAIL;
  #lawsSeen = 0;
  #fitted = 0;
  #shrinkage = 1;
  #isDynamic = false;

  /** @param board null where no volatility is followed */
  constructor(assets: number, board: VolatilityBoard | null) {
    this.#board = board;
    this.#average = new EwmaCovariance({
      assets,
      lambda: LAMBDA,
      seedRows: SEED_ROWS,
      returnMax: RETURN_MAX,
    });
    this.#daily = zeros(assets, assets);
    this.#shrunk = zeros(assets, assets);
    this.#correlations = new Float64Array(assets * assets).fill(Number.NaN);
    this.#deviations = new Float64Array(assets);
    for (let asset = 0; asset < assets; asset += 1) {
      put(this.#daily, asset, asset, assets * ASSUMED_SD * ASSUMED_SD);
    }
  }

  /**
   * Takes the log return of each market over the last minute; 0 of one that is halted.
   *
   * @param nowMs monotonic
   * @returns the fault of a row that was not taken: everything is as it was, and grows old
   */
  take(returns: ArrayLike<number>, nowMs: number): Result<null, RowFault> {
    const taken = this.#average.update(returns);
    if (!taken.ok) return taken;
    this.#takeTail();
    if (this.#average.isSeeded) {
      this.#correlate(nowMs);
      this.#compose(nowMs);
    }
    return ok(null);
  }

  /** Of log returns over a day; positive definite. */
  get daily(): Matrix {
    return this.#daily;
  }

  /** Of each pair, row after row, as it was measured; NaN where one of both has not moved. */
  get correlations(): Float64Array {
    return this.#correlations;
  }

  /** Deviations that a loss is: the largest that the normal, the stress and any fitted law say. */
  get tail(): TailFactors {
    return this.#tail;
  }

  summary(): CovarianceSummary {
    const { rows, isSeeded } = this.#average;
    const [shrinkage, isDynamic] = [this.#shrinkage, this.#isDynamic];
    return { minutes: rows, isSeeded, fitted: this.#fitted, shrinkage, isDynamic };
  }

  #correlate(nowMs: number): void {
    const { matrix } = this.#average;
    const size = matrix.rows;
    const { cells } = this.#shrunk;
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const found = correlationOf(matrix, row, column);
        const place = row * size + column;
        this.#correlations[place] = found ?? Number.NaN;
        // What has not moved is not known to move with anything.
        cells[place] = row === column ? 1 : (found ?? 0);
      }
    }
    const fitted = this.#board?.correlations(nowMs * 1e6) ?? null;
    this.#isDynamic = fitted !== null;
    if (fitted !== null) {
      // Of a model that is positive definite as it is.
      this.#shrinkage = 0;
      cells.set(fitted);
      this.#correlations.set(fitted);
      return;
    }
    const rows = Math.min(this.#average.rows, this.#average.effectiveRows);
    const intensity = size === 1 ? 0 : oracleIntensity(this.#shrunk, rows);
    this.#shrinkage = intensity;
    for (let place = 0; place < cells.length; place += 1) {
      if (place % (size + 1) !== 0) cells[place] = (1 - intensity) * (cells[place] as number);
    }
  }

  #compose(nowMs: number): void {
    const size = this.#daily.rows;
    this.#fitted = 0;
    const deviations = this.#deviations;
    for (let asset = 0; asset < size; asset += 1) deviations[asset] = this.#deviation(asset, nowMs);
    for (let row = 0; row < size; row += 1) {
      const own = deviations[row] as number;
      for (let column = 0; column < row; column += 1) {
        const cell = at(this.#shrunk, row, column) * own * (deviations[column] as number);
        put(this.#daily, row, column, cell);
        put(this.#daily, column, row, cell);
      }
      // The floor is noise of the market's own: it makes no hedge better.
      put(this.#daily, row, row, Math.max(own, SD_MIN) ** 2);
    }
  }

  #deviation(asset: number, nowMs: number): number {
    const average = Math.sqrt(at(this.#average.matrix, asset, asset) * PERIODS_A_DAY);
    const fitted = this.#board?.dayDeviation(asset, nowMs * 1e6) ?? Number.NaN;
    if (Number.isNaN(fitted)) return Math.min(average, SD_MAX);
    this.#fitted += 1;
    return Math.min(Math.max(fitted, FITTED_SHARE_MIN * average), SD_MAX);
  }

  /** Quantiles are computed when a law was told, and not every minute. */
  #takeTail(): void {
    const board = this.#board;
    if (board === null || board.lawsTold === this.#lawsSeen) return;
    this.#lawsSeen = board.lawsTold;
    let tail = STANDING_TAIL;
    for (let asset = 0; asset < this.#daily.rows; asset += 1) {
      const law = board.law(asset);
      if (law === null) continue;
      if (law.nu !== null) tail = larger(tail, studentTail(law.nu));
      if (law.jumps !== null) tail = larger(tail, jumpTail(law.jumps));
    }
    assert(tail.at95 > 0 && tail.at99 > tail.at95, 'a tail that is beyond the middle');
    this.#tail = tail;
  }
}
