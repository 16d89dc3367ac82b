import { cholesky, choleskyInverse } from '../../math/linear/cholesky.ts';
import { at, type Matrix } from '../../math/matrix.ts';

/**
 * The correlations of standardised shocks at given a and b, with their likelihood and its
 * derivatives. One is made for a series and filled anew for each pair; a step is O(N³).
 */
export class CorrelationPath {
  readonly length: number;
  /** Q̄, N × N. */
  readonly mean: Float64Array;
  /** R of the last shock of the series. */
  readonly last: Float64Array;
  /** R of what comes next. */
  readonly next: Float64Array;
  readonly #size: number;
  readonly #shocks: Float64Array;
  readonly #level: Float64Array;
  readonly #byA: Float64Array;
  readonly #byB: Float64Array;
  readonly #weights: Float64Array;

  /** @param shocks T × N, row after row */
  constructor(shocks: Float64Array, size: number) {
    this.#size = size;
    this.#shocks = shocks;
    this.length = shocks.length / size;
    const square = size * size;
    this.mean = new Float64Array(square);
    this.last = new Float64Array(square);
    this.next = new Float64Array(square);
    this.#level = new Float64Array(square);
    this.#byA = new Float64Array(square);
    this.#byB = new Float64Array(square);
    this.#weights = new Float64Array(square);
    for (let time = 0; time < this.length; time += 1) {
      for (let row = 0; row < size; row += 1) {
        for (let column = 0; column < size; column += 1) {
          const cell = row * size + column;
          const cross = this.#shock(time, row) * this.#shock(time, column);
          this.mean[cell] = (this.mean[cell] as number) + cross / this.length;
        }
      }
    }
  }

  /** Q of what comes next. */
  get nextLevel(): Float64Array {
    return this.#level;
  }

  get isDefinite(): boolean {
    return cholesky(this.#square(this.mean)).ok;
  }

  /**
   * @param gradient by a and by b, which is written
   * @returns what the correlations add to the likelihood, −½ Σ (ln|R| + z'R⁻¹z − z'z); NaN where a
   *   correlation matrix is not positive definite
   */
  fill(a: number, b: number, gradient: Float64Array): number {
    gradient.fill(0);
    this.#level.set(this.mean);
    this.#byA.fill(0);
    this.#byB.fill(0);
    let sum = 0;
    for (let time = 0; time < this.length; time += 1) {
      if (time > 0) this.#move(time - 1, a, b);
      correlationsOf(this.#level, this.#size, this.last);
      const added = this.#weigh(time);
      if (!Number.isFinite(added)) return Number.NaN;
      sum += added;
      gradient[0] = (gradient[0] as number) + this.#slopeAlong(this.#byA);
      gradient[1] = (gradient[1] as number) + this.#slopeAlong(this.#byB);
    }
    this.#move(this.length - 1, a, b);
    correlationsOf(this.#level, this.#size, this.next);
    return sum;
  }

  #square(cells: Float64Array): Matrix {
    return { rows: this.#size, columns: this.#size, cells };
  }

  #shock(time: number, asset: number): number {
    return this.#shocks[time * this.#size + asset] as number;
  }

  /** Q and its derivatives from one shock to the next. */
  #move(time: number, a: number, b: number): void {
    const size = this.#size;
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const cell = row * size + column;
        const mean = this.mean[cell] as number;
        const level = this.#level[cell] as number;
        const cross = this.#shock(time, row) * this.#shock(time, column);
        this.#byA[cell] = cross - mean + b * (this.#byA[cell] as number);
        this.#byB[cell] = level - mean + b * (this.#byB[cell] as number);
        this.#level[cell] = (1 - a - b) * mean + a * cross + b * level;
      }
    }
  }

  /** The likelihood of one shock, and with it ∂/∂R = −½ (R⁻¹ − R⁻¹zz'R⁻¹). */
  #weigh(time: number): number {
    const size = this.#size;
    const factor = cholesky(this.#square(this.last));
    if (!factor.ok) return Number.NaN;
    const inverse = choleskyInverse(factor.value).cells;
    const turned = new Float64Array(size);
    let logDeterminant = 0;
    let form = 0;
    let squares = 0;
    for (let row = 0; row < size; row += 1) {
      let sum = 0;
      for (let column = 0; column < size; column += 1) {
        sum += (inverse[row * size + column] as number) * this.#shock(time, column);
      }
      turned[row] = sum;
      logDeterminant += 2 * Math.log(at(factor.value, row, row));
      form += sum * this.#shock(time, row);
      squares += this.#shock(time, row) ** 2;
    }
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const outer = (turned[row] as number) * (turned[column] as number);
        const cell = row * size + column;
        this.#weights[cell] = -0.5 * ((inverse[cell] as number) - outer);
      }
    }
    return -0.5 * (logDeterminant + form - squares);
  }

  /** Σ ∂l/∂R_ij dR_ij, with dR_ij = dQ_ij/√(Q_ii Q_jj) − ½ R_ij (dQ_ii/Q_ii + dQ_jj/Q_jj). */
  #slopeAlong(change: Float64Array): number {
    const size = this.#size;
    let sum = 0;
    for (let row = 0; row < size; row += 1) {
      const own = this.#level[row * size + row] as number;
      const ownChange = (change[row * size + row] as number) / own;
      for (let column = 0; column < row; column += 1) {
        const other = this.#level[column * size + column] as number;
        const otherChange = (change[column * size + column] as number) / other;
        const cell = row * size + column;
        const moved =
          (change[cell] as number) / Math.sqrt(own * other) -
          0.5 * (this.last[cell] as number) * (ownChange + otherChange);
        sum += 2 * (this.#weights[cell] as number) * moved;
      }
    }
    return sum;
  }
}

function correlationsOf(level: Float64Array, size: number, into: Float64Array): void {
  for (let row = 0; row < size; row += 1) {
    const own = level[row * size + row] as number;
    for (let column = 0; column < size; column += 1) {
      const other = level[column * size + column] as number;
      const cell = row * size + column;
      into[cell] = row === column ? 1 : (level[cell] as number) / Math.sqrt(own * other);
    }
  }
}
