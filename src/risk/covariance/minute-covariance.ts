import type { Matrix } from '../../math/matrix.ts';
import { type CovarianceSource, STRESS_TAIL } from './covariance-source.ts';
import { correlationOf, EwmaCovariance } from './ewma-covariance.ts';

/** Minutes of a day: the covariance of one is that of the other so many times. */
const PERIODS_A_DAY = 1_440;
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

/**
 * The covariance of minutes by exponential weights, under the stress law. Until half an hour of
 * returns is seen every market counts as a wild one, and they move together: n σ² on the diagonal
 * is no less than what any correlation makes of n positions (Cauchy and Schwarz).
 */
export class MinuteCovariance implements CovarianceSource {
  readonly tail = STRESS_TAIL;
  readonly daily: Matrix;
  readonly correlations: Float64Array;
  readonly #ewma: EwmaCovariance;
  readonly #cells: Float64Array;

  /** @param assets count of markets, 1 … 256 */
  constructor(assets: number) {
    this.#ewma = new EwmaCovariance({
      assets,
      lambda: LAMBDA,
      seedRows: SEED_ROWS,
      returnMax: RETURN_MAX,
    });
    this.#cells = new Float64Array(assets * assets);
    this.daily = { rows: assets, columns: assets, cells: this.#cells };
    this.correlations = new Float64Array(assets * assets).fill(Number.NaN);
    this.#accept();
  }

  get minutes(): number {
    return this.#ewma.rows;
  }

  get isSeeded(): boolean {
    return this.#ewma.isSeeded;
  }

  update(returns: Float64Array): boolean {
    if (!this.#ewma.update(returns).ok) return false;
    this.#accept();
    return true;
  }

  #accept(): void {
    const { rows } = this.daily;
    const { isSeeded, matrix } = this.#ewma;
    const cells = this.#cells;
    for (let at = 0; at < cells.length; at += 1) {
      cells[at] = isSeeded ? (matrix.cells[at] as number) * PERIODS_A_DAY : 0;
    }
    for (let at = 0; at < rows; at += 1) {
      const place = at * (rows + 1);
      const least = isSeeded ? SD_MIN * SD_MIN : rows * ASSUMED_SD * ASSUMED_SD;
      cells[place] = Math.max(cells[place] as number, least);
    }
    if (!isSeeded) return;
    for (let at = 0; at < cells.length; at += 1) {
      // What has not moved is not known to move on its own.
      const found = correlationOf(matrix, Math.floor(at / rows), at % rows);
      this.correlations[at] = found ?? Number.NaN;
    }
  }
}
