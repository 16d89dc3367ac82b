import { ok, type Result } from '../../../core/result.ts';
import { type CorrelationFit, type DccFault, fitCorrelations, SERIES_MAX } from '../dcc.ts';
import type { VolatilityBoard } from './board.ts';
import { SHOCK_MAX } from './live-variance.ts';

/** Rows of shocks that are kept: a fit takes time in proportion, and in the cube of the markets. */
const ROWS_MAX = 2_000;
/** Fewer say nothing of how correlations change. */
const ROWS_MIN = 500;
/** A fit of more would take longer than anybody waits for it. */
export const MARKETS_MAX = 16;

/** What a fit of correlations is made of. It crosses threads, so that it is plain numbers. */
export interface CorrelationJob {
  readonly turn: number;
  readonly markets: number;
  /** Standardised shocks of all markets at the end of each period, row after row, oldest first. */
  readonly shocks: Float64Array;
}

export interface CorrelationAnswer {
  readonly kind: 'correlations';
  readonly turn: number;
  readonly outcome: Result<CorrelationFit, CorrelationFault>;
}

/** `no-answer`: whoever fits did not say anything in time. */
export type CorrelationFault = DccFault | { readonly kind: 'no-answer'; readonly waitedMs: number };

/** Milliseconds to seconds: never on the lane. */
export function calibrateCorrelations({
  turn,
  markets,
  shocks,
}: CorrelationJob): CorrelationAnswer {
  const fit = fitCorrelations(shocks, markets);
  return { kind: 'correlations', turn, outcome: fit.ok ? ok(fit.value) : fit };
}

/** What is written down of it, so that its history can be read. */
export interface CorrelationsCalibrated {
  readonly kind: 'correlations-calibrated';
  readonly turn: number;
  /** `refused`: what was there before goes on. */
  readonly verdict: 'adopted' | 'refused';
  readonly markets: number;
  readonly observations: number;
  /** a, b, the mean correlations and the likelihood, or the fault, as JSON. */
  readonly detail: string;
}

export function correlationsEvent(
  { turn, outcome }: CorrelationAnswer,
  markets: number,
): CorrelationsCalibrated {
  const told = { kind: 'correlations-calibrated', turn, markets } as const;
  if (!outcome.ok) {
    return { ...told, verdict: 'refused', observations: 0, detail: JSON.stringify(outcome.error) };
  }
  const { a, b, mean, observations, logLikelihood } = outcome.value;
  const detail = JSON.stringify({ a, b, mean: Array.from(mean), logLikelihood });
  return { ...told, verdict: 'adopted', observations, detail };
}

/**
 * The correlations of the markets as they change, Q' = (1 − a − b) Q̄ + a zz' + b Q, of the shocks
 * that the model of each left: one step a period, O(n²), between fits of a and b elsewhere.
 */
export class MarketCorrelations {
  readonly #size: number;
  readonly #board: VolatilityBoard;
  /** Complete rows, a ring. */
  readonly #rows: Float64Array;
  readonly #row: Float64Array;
  #taken = 0;
  #fit: CorrelationFit | null = null;
  /** Q of what comes next. */
  #level: Float64Array;

  constructor(markets: number, board: VolatilityBoard) {
    this.#size = markets;
    this.#board = board;
    this.#rows = new Float64Array(ROWS_MAX * markets);
    this.#row = new Float64Array(markets);
    this.#level = new Float64Array(markets * markets);
  }

  /** Whether there are enough rows for a fit. */
  get isReady(): boolean {
    return this.#taken >= ROWS_MIN;
  }

  /** @param shockOf in standard deviations; NaN of a market that has none, and no row is told */
  end(shockOf: (market: number) => number, atNs: number): void {
    const [size, row] = [this.#size, this.#row];
    for (let market = 0; market < size; market += 1) {
      const shock = shockOf(market);
      // A market that is not there leaves what was known to grow old.
      if (!Number.isFinite(shock)) return;
      row[market] = Math.min(Math.max(shock, -SHOCK_MAX), SHOCK_MAX);
    }
    this.#rows.set(row, (this.#taken % ROWS_MAX) * size);
    this.#taken += 1;
    if (this.#fit === null) return;
    this.#step(this.#fit, row);
    this.#board.tellCorrelations(correlationsOf(this.#level, size), atNs);
  }

  /** A copy, since it leaves the lane. */
  job(turn: number): CorrelationJob & { readonly taken: number } {
    const count = Math.min(this.#taken, ROWS_MAX);
    const shocks = new Float64Array(count * this.#size);
    for (let at = 0; at < count; at += 1) {
      shocks.set(this.#rowAt(this.#taken - count + at), at * this.#size);
    }
    return { turn, markets: this.#size, shocks, taken: this.#taken };
  }

  /** @param taken of the job that it answers: what came since is gone through again */
  adopt(fit: CorrelationFit, taken: number): void {
    this.#fit = fit;
    this.#level = Float64Array.from(fit.next);
    for (let at = Math.max(taken, this.#taken - ROWS_MAX); at < this.#taken; at += 1) {
      this.#step(fit, this.#rowAt(at));
    }
  }

  #rowAt(at: number): Float64Array {
    const start = (at % ROWS_MAX) * this.#size;
    return this.#rows.subarray(start, start + this.#size);
  }

  #step({ a, b, mean }: CorrelationFit, shocks: Float64Array): void {
    const [size, level] = [this.#size, this.#level];
    for (let row = 0; row < size; row += 1) {
      const own = shocks[row] as number;
      for (let column = 0; column < size; column += 1) {
        const cell = row * size + column;
        const cross = own * (shocks[column] as number);
        level[cell] =
          (1 - a - b) * (mean[cell] as number) + a * cross + b * (level[cell] as number);
      }
    }
  }
}

/** Whether so many markets can be followed together. */
export function areFewEnough(markets: number): boolean {
  return markets >= 2 && markets <= Math.min(MARKETS_MAX, SERIES_MAX);
}

function correlationsOf(level: Float64Array, size: number): Float64Array {
  return level.map((cell, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    if (row === column) return 1;
    const [own, other] = [level[row * (size + 1)], level[column * (size + 1)]] as [number, number];
    return Math.max(-1, Math.min(1, cell / Math.sqrt(own * other)));
  });
}
