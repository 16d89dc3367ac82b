import { assert, err, ok, type Result } from '../../core/result.ts';
import { momentsOf } from '../../math/statistics/sample.ts';
import { concentrationOf, type HeatedPosition, heatOf } from '../portfolio/heat.ts';
import { historicalRisk } from '../value-at-risk/historical.ts';
import type { Book } from './book.ts';
import type { ComponentRow } from './breakdown.ts';
import { jointReturns, marketReturns, type PriceRows } from './price-history.ts';
import type { RiskReportSettings } from './settings.ts';

const DAY_MS = 86_400_000;
const SHORTFALL_LEVEL = 0.975;
/** Fewer returns in common tell nothing of how two markets go together. */
const COMMON_MIN = 30;

/** Limits of the catalogue that the map holds its figures against, as fractions. */
export interface HeatLimits {
  /** Of equity in one symbol (C04). */
  readonly concentrationMax: number;
  /** Of equity, lost on the worst days of every position at once (C22). */
  readonly heatMax: number;
  readonly correlationMax: number;
}

export interface HeatRow {
  readonly market: string;
  /** In money, signed; 0 where nothing is held. */
  readonly notional: number;
  /** Share of the risk of the book; null while it is not known. */
  readonly share: number | null;
  /** What the worst days take of it, of equity; null while it is not known. */
  readonly heat: number | null;
  /** Gross notional of its asset over all venues, of equity. */
  readonly concentration: number;
  /** Of the limit: 1 is at it; null where nothing is allowed. */
  readonly concentrationUse: number | null;
  /** Deviation of a day; null while it is not known. */
  readonly deviation: number | null;
}

export interface HeatMap {
  readonly limits: HeatLimits;
  readonly rows: readonly HeatRow[];
  /** Of all positions together; an error says whose is not known. */
  readonly heat: Result<number, string>;
  /** Markets × markets; null where too few returns are common to both. */
  readonly correlation: readonly (readonly (number | null)[])[];
}

/** All markets of the desk, by what they are to its risk. */
export function heatMap(
  book: Book,
  rows: PriceRows,
  of: {
    readonly settings: Pick<RiskReportSettings, 'returnsMin'>;
    /** Of closing a position, as a fraction of its notional. */
    readonly closingCost: number;
    readonly limits: HeatLimits;
    readonly components: readonly ComponentRow[] | null;
  },
): HeatMap {
  const { limits, components, settings, closingCost } = of;
  const { equity, held, markets } = book;
  const daily = Math.sqrt(DAY_MS / rows.periodMs);
  const shares = concentrationOf(
    held.map(({ base, notional }) => ({ symbol: base, notional })),
    equity,
  );
  assert(shares.ok, 'a book has equity, and notionals that are numbers');
  const tails = markets.map((_, column) => tailOf(rows, column, settings.returnsMin));
  const partOf = (column: number): Result<number, string> => {
    const position = held.find((each) => each.column === column);
    if (position === undefined) return ok(0);
    const tail = tails[column] as Tail;
    const { market, quantity, notional } = position;
    if (tail === null) return err(`${market}: too few returns for its worst days`);
    const expectedShortfall = (quantity > 0 ? tail.long : tail.short) * daily;
    const heated: HeatedPosition = {
      ...{ symbol: market, notional, stopDistance: null, expectedShortfall },
      cost: closingCost,
    };
    const found = heatOf([heated], equity);
    assert(found.ok, 'a tail and a cost of at least 0');
    return ok(found.value.heat);
  };
  const parts = markets.map((_, column) => partOf(column));
  const unknown = parts.find((part) => !part.ok);
  const heat = parts.reduce((sum, part) => sum + (part.ok ? part.value : 0), 0);
  return {
    limits,
    rows: markets.map(({ market, base }, column): HeatRow => {
      const position = held.find((each) => each.column === column);
      const concentration = shares.value.get(base) ?? 0;
      const [part, tail] = [parts[column] as Result<number, string>, tails[column] as Tail];
      const known = components?.find((each) => each.market === market)?.share;
      return {
        market,
        notional: position?.notional ?? 0,
        share: position === undefined ? 0 : (known ?? null),
        heat: part.ok ? part.value : null,
        concentration,
        concentrationUse:
          limits.concentrationMax > 0 ? concentration / limits.concentrationMax : null,
        deviation: tail === null ? null : tail.sd * daily,
      };
    }),
    heat: unknown === undefined ? ok(heat) : (unknown as Result<number, string>),
    correlation: correlations(rows),
  };
}

/** Shortfall of a long and of a short, and the deviation, of one period; null if not known. */
type Tail = { readonly long: number; readonly short: number; readonly sd: number } | null;

function tailOf(rows: PriceRows, column: number, returnsMin: number): Tail {
  const returns = marketReturns(rows, column).filter((each) => !Number.isNaN(each));
  if (returns.length < returnsMin) return null;
  const moments = momentsOf(returns);
  // What a price does to a holding of one: a short loses what a long wins, without a bound.
  const moves = returns.map(Math.expm1);
  const [long, short] = [moves, moves.map((each) => -each)].map((each) =>
    historicalRisk(each, SHORTFALL_LEVEL),
  );
  if (!moments.ok || !long?.ok || !short?.ok) return null;
  // A market that rose even in its tail takes no heat, and cools no other.
  return {
    long: Math.max(0, long.value.expectedShortfall),
    short: Math.max(0, short.value.expectedShortfall),
    sd: moments.value.sd,
  };
}

/** Of each pair over what both have in common, so that one silent market hides no other. */
function correlations(rows: PriceRows): (number | null)[][] {
  const size = rows.markets.length;
  const table = Array.from({ length: size }, () => new Array<number | null>(size).fill(null));
  for (let one = 0; one < size; one += 1) {
    for (let other = 0; other <= one; other += 1) {
      const found = correlationOf(rows, one, other);
      (table[one] as (number | null)[])[other] = found;
      (table[other] as (number | null)[])[one] = found;
    }
  }
  return table;
}

function correlationOf(rows: PriceRows, one: number, other: number): number | null {
  const { columns, endsMs } = jointReturns(rows, [one, other]);
  if (endsMs.length < COMMON_MIN) return null;
  const [x, y] = columns as readonly [Float64Array, Float64Array];
  const [left, right] = [momentsOf(x), momentsOf(y)];
  if (!left.ok || !right.ok) return null;
  if (one === other) return 1;
  let sum = 0;
  x.forEach((each, at) => {
    sum += (each - left.value.mean) * ((y[at] as number) - right.value.mean);
  });
  const found = sum / (x.length - 1) / (left.value.sd * right.value.sd);
  return Math.max(-1, Math.min(1, found));
}
