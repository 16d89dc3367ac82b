import { parseBigDecimal } from '../../../core/decimal.ts';
import type { Clock } from '../../../core/env.ts';
import type { Result } from '../../../core/result.ts';
import type { Rng } from '../../../core/rng.ts';
import type { ExchangePort, MarketView } from '../../exchange/port.ts';
import { type BinanceError, INVALID_SYMBOL } from '../errors.ts';
import type { LimitUse, RequestLimits } from '../limits.ts';
import type { Parameters } from '../parameters.ts';
import type { Right } from '../signing.ts';

/** What operations work on. */
export interface Desk {
  readonly exchange: ExchangePort;
  readonly limits: RequestLimits;
  readonly clock: Clock;
  readonly random: Rng;
  /**
   * Client ids of cancellations under way, by order id. The report of a cancellation carries the id
   * of the cancellation, which the exchange knows nothing of.
   */
  readonly cancelIds: Map<number, string>;
  /** Tick sizes that `exchangeInfo` shows and orders must keep to, instead of the market's own. */
  readonly tickSizes: ReadonlyMap<string, string>;
}

export interface Call {
  readonly desk: Desk;
  readonly parameters: Parameters;
  /** Account of the key that signed; '' where no key is needed. */
  readonly account: string;
  readonly address: string;
}

/** One thing that a client can ask for, by REST or by ws-api. */
export interface Operation {
  /** Method and path below `/api/v3/`; null when there is no such REST request. */
  readonly route: string | null;
  /** Name in the ws-api; null when it has none. */
  readonly method: string | null;
  /** Null needs no key. */
  readonly right: Right | null;
  readonly weight: number | ((parameters: Parameters) => number);
  readonly run: (call: Call) => Result<unknown, BinanceError>;
}

/** Reads the mandatory `symbol`; null after a mistake, which `parameters` keeps. */
export function marketOf({ desk, parameters }: Call): MarketView | null {
  const symbol = parameters.text('symbol');
  const market = desk.exchange.markets.get(symbol) ?? null;
  if (market === null) parameters.fail(INVALID_SYMBOL);
  return market;
}

/** `symbol`, `symbols` as a JSON list, or all markets. `isOne` tells an object from a list. */
export function marketsOf({ desk, parameters }: Call): {
  readonly markets: readonly MarketView[];
  readonly isOne: boolean;
} {
  const symbol = parameters.optional('symbol');
  const list = parameters.optional('symbols');
  const names = symbol !== null ? [symbol] : list !== null ? symbolsIn(list) : null;
  if (names === null) return { markets: [...desk.exchange.markets.values()], isOne: false };
  const markets = names.flatMap((name) => desk.exchange.markets.get(name) ?? []);
  if (markets.length < names.length || names.length === 0) parameters.fail(INVALID_SYMBOL);
  return { markets, isOne: symbol !== null };
}

const SYMBOLS = /^\["[A-Z0-9]{1,20}"(,"[A-Z0-9]{1,20}")*\]$/;

function symbolsIn(list: string): string[] {
  return SYMBOLS.test(list) ? (JSON.parse(list) as string[]) : [];
}

/** A client id for whoever sends none: 22 letters and digits. */
export function autoClientId(random: Rng): string {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return Array.from({ length: 22 }, () => letters[random.below(letters.length)]).join('');
}

export function limitsJson(uses: readonly LimitUse[]) {
  return uses.map(({ count: _count, ...limit }) => limit);
}

/** Whether a price keeps to the tick of a market, where it was changed while the market runs. */
export function isOnTick({ tickSizes }: Desk, symbol: string, price: string): boolean {
  const tick = tickSizes.get(symbol);
  if (tick === undefined) return true;
  const [units, step] = [parseBigDecimal(price, 8), parseBigDecimal(tick, 8)];
  return units !== null && step !== null && units % step === 0n;
}
