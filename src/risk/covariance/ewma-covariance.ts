import { assert, err, ok, type Result } from '../../core/result.ts';
import type { Matrix } from '../../math/matrix.ts';
import { effectiveCount, fadingMean } from '../../math/statistics/fading.ts';

export const ASSETS_MAX = 256;

export interface EwmaSettings {
  readonly assets: number;
  /** Weight of the past, above 0 and below 1; 0.94 for days (RiskMetrics 1996). */
  readonly lambda: number;
  /** Rows whose mean outer product the recursion begins with, at least 1. */
  readonly seedRows: number;
  /** A return beyond this, either way, is a broken price and not a move. */
  readonly returnMax: number;
}

/** A row that was not taken: the covariance is as it was. */
export type RowFault =
  | { readonly kind: 'not-finite'; readonly asset: number; readonly value: number }
  | { readonly kind: 'implausible-return'; readonly asset: number; readonly value: number };

const TAKEN: Result<null, RowFault> = ok(null);

/**
 * Covariance by exponential weights around a mean of zero, Σ' = λ Σ + (1 − λ) r rᵀ, begun with the
 * mean outer product of the first rows. A row costs O(n²) and allocates nothing unless it is
 * refused; what comes out is positive semidefinite by construction, and no more than that with
 * fewer than n rows in memory: shrink it before anything is inverted.
 *
 * @see J.P. Morgan, RiskMetrics technical document 1996, section 5.2
 */
export class EwmaCovariance {
  readonly #settings: EwmaSettings;
  readonly #cells: Float64Array;
  #rows = 0;

  constructor(settings: EwmaSettings) {
    const { assets, lambda, seedRows, returnMax } = settings;
    assert(Number.isInteger(assets) && assets >= 1 && assets <= ASSETS_MAX, '1 … 256 assets');
    assert(lambda > 0 && lambda < 1, 'a weight between 0 and 1');
    assert(Number.isInteger(seedRows) && seedRows >= 1, 'at least one row to begin with');
    assert(returnMax > 0, 'some returns are plausible');
    this.#settings = settings;
    this.#cells = new Float64Array(assets * assets);
  }

  /** Rows taken so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether as many rows have come as the recursion begins with. */
  get isSeeded(): boolean {
    return this.#rows >= this.#settings.seedRows;
  }

  /** Rows of equal weight that would be as uncertain: (1 + λ)/(1 − λ). */
  get effectiveRows(): number {
    return effectiveCount(this.#settings.lambda);
  }

  /** Takes one return of each asset, all of the same moment. A halted asset has a return of 0. */
  update(returns: ArrayLike<number>): Result<null, RowFault> {
    const { assets, lambda, seedRows, returnMax } = this.#settings;
    assert(returns.length === assets, 'a return of each asset');
    for (let asset = 0; asset < assets; asset += 1) {
      const value = returns[asset] as number;
      if (!(Math.abs(value) <= returnMax)) return rowFault(asset, value);
    }
    const isSeeding = this.#rows < seedRows;
    const keep = isSeeding ? this.#rows / (this.#rows + 1) : lambda;
    const cells = this.#cells;
    for (let row = 0; row < assets; row += 1) {
      const own = returns[row] as number;
      for (let column = 0; column <= row; column += 1) {
        const place = row * assets + column;
        const both = own * (returns[column] as number);
        const value = fadingMean(cells[place] as number, both, keep);
        cells[place] = value;
        cells[column * assets + row] = value;
      }
    }
    this.#rows += 1;
    return TAKEN;
  }

  /** The covariance of the period of the rows; all 0 before the first. The cells stay its own. */
  get matrix(): Matrix {
    const { assets } = this.#settings;
    return { rows: assets, columns: assets, cells: this.#cells };
  }

  /** Between −1 and 1; null while one of the two has not moved. */
  correlation(one: number, other: number): number | null {
    return correlationOf(this.matrix, one, other);
  }
}

/** The correlation of two assets of a covariance; null where one of them does not vary. */
export function correlationOf({ rows, cells }: Matrix, one: number, other: number): number | null {
  const left = cells[one * rows + one] as number;
  const right = cells[other * rows + other] as number;
  if (!(left > 0 && right > 0)) return null;
  const found = (cells[one * rows + other] as number) / (Math.sqrt(left) * Math.sqrt(right));
  // Rounding takes the correlation of an asset with its twin a hair beyond one.
  return Math.max(-1, Math.min(1, found));
}

function rowFault(asset: number, value: number): Result<null, RowFault> {
  return err({ kind: Number.isFinite(value) ? 'implausible-return' : 'not-finite', asset, value });
}
