import { assert } from '../../core/result.ts';

const EXCESS = 3;
const EXCESSES_TO_HALT = 3;
const EXCESSES_MS = 600_000;
const POINTS_MIN = 3;

/**
 * Kyle's lambda: ordinary least squares with intercept of price changes on signed volume over the
 * last so many points, `dp = alpha + lambda q`. Adding is O(1), a fit O(points); neither allocates.
 *
 * @see Kyle 1985, "Continuous auctions and insider trading"
 */
export class KyleLambda {
  readonly #volumes: Float64Array;
  readonly #changes: Float64Array;
  #next = 0;
  #size = 0;
  /** From the last fit; all NaN when there are fewer than three points or the volumes are equal. */
  lambda = Number.NaN;
  alpha = Number.NaN;
  /** Of lambda, with n − 2 degrees of freedom. */
  standardError = Number.NaN;
  /** 0 … 1; NaN when the price never changed. */
  r2 = Number.NaN;

  /** @param points at least 3 */
  constructor(points: number) {
    assert(Number.isInteger(points) && points >= POINTS_MIN, 'a line with error needs 3 points');
    this.#volumes = new Float64Array(points);
    this.#changes = new Float64Array(points);
  }

  /** @param volume signed, base units  @param change of price, quote currency */
  add(volume: number, change: number): void {
    if (!Number.isFinite(volume) || !Number.isFinite(change)) return;
    this.#volumes[this.#next] = volume;
    this.#changes[this.#next] = change;
    this.#next = (this.#next + 1) % this.#volumes.length;
    this.#size = Math.min(this.#size + 1, this.#volumes.length);
  }

  fit(): void {
    const size = this.#size;
    const volumeMean = meanOf(this.#volumes, size);
    const changeMean = meanOf(this.#changes, size);
    let volumes = 0;
    let changes = 0;
    let products = 0;
    for (let at = 0; at < size; at += 1) {
      const volume = (this.#volumes[at] as number) - volumeMean;
      const change = (this.#changes[at] as number) - changeMean;
      volumes += volume * volume;
      changes += change * change;
      products += volume * change;
    }
    const isLine = size >= POINTS_MIN && volumes > 0;
    this.lambda = isLine ? products / volumes : Number.NaN;
    this.alpha = changeMean - this.lambda * volumeMean;
    let residuals = 0;
    for (let at = 0; at < size; at += 1) {
      const expected = this.alpha + this.lambda * (this.#volumes[at] as number);
      residuals += ((this.#changes[at] as number) - expected) ** 2;
    }
    this.standardError = Math.sqrt(residuals / (size - 2) / volumes);
    this.r2 = 1 - residuals / changes;
  }
}

function meanOf(values: Float64Array, size: number): number {
  let sum = 0;
  for (let at = 0; at < size; at += 1) sum += values[at] as number;
  return sum / size;
}

export type SlippageState = 'ok' | 'excess' | 'halt';

/** All in the quote currency, per unit of base but for the size. */
export interface TakenFill {
  /** How much worse than the mid at the decision; negative when it was better. */
  readonly realised: number;
  readonly halfSpread: number;
  /** Base units. */
  readonly size: number;
  readonly lambda: number;
  /** Milliseconds of one monotonic clock, not falling. */
  readonly atMs: number;
}

/**
 * Control C19: a fill that slipped more than three times what the half spread and Kyle's lambda
 * make of its size; the third within ten minutes is a halt, which stands until `close`. A lambda
 * that is unknown or negative counts as 0, so that the limit is never wider than what is known.
 */
export class Slippage {
  readonly #excessesMs = new Float64Array(EXCESSES_TO_HALT).fill(Number.NEGATIVE_INFINITY);
  #next = 0;
  #isHalted = false;

  onFill({ realised, halfSpread, size, lambda, atMs }: TakenFill): SlippageState {
    const impact = lambda > 0 ? lambda * Math.abs(size) : 0;
    // Written so that NaN anywhere is an excess.
    const isWithin = realised <= EXCESS * (halfSpread + impact);
    if (!isWithin) this.#onExcess(atMs);
    if (this.#isHalted) return 'halt';
    return isWithin ? 'ok' : 'excess';
  }

  close(): void {
    this.#excessesMs.fill(Number.NEGATIVE_INFINITY);
    this.#isHalted = false;
  }

  #onExcess(atMs: number): void {
    this.#excessesMs[this.#next] = atMs;
    this.#next = (this.#next + 1) % EXCESSES_TO_HALT;
    // The place after the newest holds the oldest of the last three.
    const oldestMs = this.#excessesMs[this.#next] as number;
    if (atMs - oldestMs <= EXCESSES_MS) this.#isHalted = true;
  }
}
