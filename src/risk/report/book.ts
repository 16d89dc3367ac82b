import { err, ok, type Result } from '../../core/result.ts';
import type { AssetClass } from '../stress/scenarios.ts';
import type { BookReturns } from './loss-table.ts';
import { jointReturns, type PriceRows } from './price-history.ts';

/** What is held in one market when a report is made. */
export interface MarketPosition {
  /** `venue symbol`, as in the history. */
  readonly market: string;
  readonly venue: string;
  readonly symbol: string;
  readonly base: string;
  /** Label of the strategy that trades it; empty where none does. */
  readonly strategy: string;
  /** Signed amount of base, against what was deposited. */
  readonly quantity: number;
  /** In quote currency; NaN where the market is silent. */
  readonly price: number;
}

/** A position with its worth, and its column in the history. */
export interface HeldPosition extends MarketPosition {
  readonly column: number;
  /** In quote currency, signed. */
  readonly notional: number;
  readonly assetClass: AssetClass;
}

export interface Book {
  readonly equity: number;
  /** All markets, in the order of the columns of the history. */
  readonly markets: readonly MarketPosition[];
  /** Those that are not flat, in the order of the markets. */
  readonly held: readonly HeldPosition[];
}

/** What the desk holds; an error says why nothing can be said of it. */
export function bookOf(positions: readonly MarketPosition[], equity: number): Result<Book, string> {
  if (!(equity > 0 && equity < Number.POSITIVE_INFINITY)) {
    return err('the equity of the desk is not known');
  }
  const held: HeldPosition[] = [];
  for (const [column, position] of positions.entries()) {
    const { market, quantity, price, base } = position;
    if (quantity === 0) continue;
    const notional = quantity * price;
    if (!(price > 0 && Number.isFinite(notional))) return err(`${market} is held and has no price`);
    held.push({ ...position, column, notional, assetClass: assetClassOf(base) });
  }
  return ok({ equity, markets: positions, held });
}

/** What the history of the markets would have done to the book. */
export function bookReturns({ held, equity }: Book, rows: PriceRows): Result<BookReturns, string> {
  if (held.length === 0) return err('nothing is held');
  const { endsMs, columns } = jointReturns(
    rows,
    held.map(({ column }) => column),
  );
  const weights = held.map(({ notional }) => notional / equity);
  const book = endsMs.map((_, at) =>
    columns.reduce(
      (sum, column, place) => sum + (weights[place] as number) * Math.expm1(column[at] as number),
      0,
    ),
  );
  return ok({ endsMs, book, columns, weights });
}

const BITCOIN = new Set(['BTC', 'XBT', 'WBTC']);
const STABLECOINS = new Set(['USDT', 'USDC', 'DAI', 'TUSD', 'FDUSD', 'PYUSD', 'USDE', 'EURC']);

/** What a market of this base is moved with in a scenario. */
export function assetClassOf(base: string): AssetClass {
  if (BITCOIN.has(base)) return 'btc';
  if (base === 'ETH') return 'eth';
  return STABLECOINS.has(base) ? 'stablecoin' : 'other-coin';
}
