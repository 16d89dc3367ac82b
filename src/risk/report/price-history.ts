import { assert, err, ok, type Result, reasonOf } from '../../core/result.ts';

/** Prices of all markets at the ends of periods, oldest first; plain numbers, to cross threads. */
export interface PriceRows {
  readonly periodMs: number;
  /** `venue symbol` of each column. */
  readonly markets: readonly string[];
  /** Wall clock of each row, a multiple of the period; rows may be missing in between. */
  readonly endsMs: Float64Array;
  /** Row after row; NaN where a market had no price. */
  readonly prices: Float64Array;
}

/**
 * A price that is so far from the one before, as a log return over one period, is broken: −78 % or
 * +348 %.
 */
const RETURN_MAX = 1.5;
/** Raised when the file could not be read by the program before. */
const FILE_VERSION = 1;

/** The last rows of prices: a ring that overwrites its oldest. */
export class PriceHistory {
  readonly #periodMs: number;
  readonly #markets: readonly string[];
  readonly #capacity: number;
  readonly #endsMs: Float64Array;
  readonly #prices: Float64Array;
  #taken = 0;

  /** @param capacity rows, at least 2 */
  constructor(periodMs: number, markets: readonly string[], capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 2, 'room for a return');
    this.#periodMs = periodMs;
    this.#markets = markets;
    this.#capacity = capacity;
    this.#endsMs = new Float64Array(capacity);
    this.#prices = new Float64Array(capacity * markets.length);
  }

  get rows(): number {
    return Math.min(this.#taken, this.#capacity);
  }

  /** Wall clock of the last row; NaN before the first. */
  get lastMs(): number {
    return this.#taken === 0
      ? Number.NaN
      : (this.#endsMs[(this.#taken - 1) % this.#capacity] as number);
  }

  /** A row that is not newer than the last is left out: the wall clock may jump. */
  take(endMs: number, prices: ArrayLike<number>): void {
    assert(prices.length === this.#markets.length, 'a price for each market');
    if (endMs <= this.lastMs) return;
    const slot = this.#taken % this.#capacity;
    this.#endsMs[slot] = endMs;
    this.#prices.set(prices, slot * this.#markets.length);
    this.#taken += 1;
  }

  /** Takes over what was kept before; a market that was not followed then had no price. */
  restore({ markets, endsMs, prices }: PriceRows): void {
    const from = this.#markets.map((market) => markets.indexOf(market));
    endsMs.forEach((endMs, row) => {
      const start = row * markets.length;
      this.take(
        endMs,
        from.map((column) => (column === -1 ? Number.NaN : (prices[start + column] as number))),
      );
    });
  }

  /** What is kept, oldest first; a copy, since it leaves the lane. */
  copy(): PriceRows {
    const { rows } = this;
    const width = this.#markets.length;
    const endsMs = new Float64Array(rows);
    const prices = new Float64Array(rows * width);
    for (let row = 0; row < rows; row += 1) {
      const slot = (this.#taken - rows + row) % this.#capacity;
      endsMs[row] = this.#endsMs[slot] as number;
      prices.set(this.#prices.subarray(slot * width, (slot + 1) * width), row * width);
    }
    return { periodMs: this.#periodMs, markets: this.#markets, endsMs, prices };
  }
}

/** Log returns of one market, one a pair of rows; NaN where one is missing or broken. */
export function marketReturns(rows: PriceRows, column: number): Float64Array {
  const { periodMs, markets, endsMs, prices } = rows;
  const width = markets.length;
  const returns = new Float64Array(Math.max(0, endsMs.length - 1));
  for (let at = 0; at < returns.length; at += 1) {
    const isNext = (endsMs[at + 1] as number) - (endsMs[at] as number) === periodMs;
    const before = prices[at * width + column] as number;
    const after = prices[(at + 1) * width + column] as number;
    const value = Math.log(after / before);
    returns[at] = isNext && Math.abs(value) <= RETURN_MAX ? value : Number.NaN;
  }
  return returns;
}

/** Returns of some markets over the periods in which all of them have one. */
export interface JointReturns {
  /** Wall clock at the end of each. */
  readonly endsMs: Float64Array;
  readonly columns: readonly Float64Array[];
}

/** @param columns places of the markets, at least one */
export function jointReturns(rows: PriceRows, columns: readonly number[]): JointReturns {
  const all = columns.map((column) => marketReturns(rows, column));
  const kept: number[] = [];
  for (let at = 0; at < rows.endsMs.length - 1; at += 1) {
    if (all.every((returns) => !Number.isNaN(returns[at] as number))) kept.push(at);
  }
  return {
    endsMs: Float64Array.from(kept, (at) => rows.endsMs[at + 1] as number),
    columns: all.map((returns) => Float64Array.from(kept, (at) => returns[at] as number)),
  };
}

/** The rows as they are kept on disk. */
export function historyText({ periodMs, markets, endsMs, prices }: PriceRows): string {
  const width = markets.length;
  const rows = Array.from(endsMs, (endMs, row) => [
    endMs,
    // JSON has no NaN: null stands for it.
    ...Array.from(prices.subarray(row * width, (row + 1) * width)),
  ]);
  return JSON.stringify({ version: FILE_VERSION, periodMs, markets, rows });
}

/**
 * Reads what `historyText` wrote. An error says what was found; a file of another period is one,
 * since returns over an hour say nothing of those over a minute.
 */
export function historyIn(text: string, periodMs: number): Result<PriceRows, string> {
  let found: Readonly<Record<string, unknown>> | null;
  try {
    found = JSON.parse(text);
  } catch (thrown) {
    return err(`found no JSON: ${reasonOf(thrown)}`);
  }
  if (found?.['version'] !== FILE_VERSION) {
    return err(`found the version ${found?.['version']}, wanted ${FILE_VERSION}`);
  }
  if (found['periodMs'] !== periodMs) {
    return err(`found prices ${found['periodMs']} ms apart, wanted ${periodMs}`);
  }
  const { markets, rows } = found;
  if (!areTexts(markets)) return err('found no names of markets');
  if (!areRows(rows, markets.length + 1)) return err('found rows that are none');
  const priceOf = (cell: number | null): number => (cell !== null && cell > 0 ? cell : Number.NaN);
  return ok({
    ...{ periodMs, markets },
    endsMs: Float64Array.from(rows, ([endMs]) => endMs as number),
    prices: Float64Array.from(rows.flatMap(([, ...cells]) => cells.map(priceOf))),
  });
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

type Row = readonly (number | null)[];

function areRows(value: unknown, width: number): value is Row[] {
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) &&
    row.length === width &&
    typeof row[0] === 'number' &&
    row.every((cell) => cell === null || typeof cell === 'number');
  return Array.isArray(value) && value.every(isRow);
}
