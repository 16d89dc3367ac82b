import { parseBigDecimal } from '../../core/decimal.ts';
import {
  compileInstrument,
  type Instrument,
  parseLots,
  quoteAmount,
  type RulesFault,
} from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { AMOUNT_DECIMALS, type Amount, amountOf, type Lots } from '../../core/units.ts';
import type { FilterName, NewOrder, Refusal } from './orders.ts';

/** A market as an operator writes it down; numbers are decimal texts. */
export interface MarketOptions {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tick: string;
  readonly lot: string;
  readonly priceMax: string;
  readonly quantityMax: string;
  readonly marketQuantityMax: string;
  readonly notionalMin: string;
  readonly notionalMax: string;
  /** What differs from `NATIVE_RULES`. */
  readonly native?: Partial<NativeRules>;
}

/** What a market allows, compiled. */
export interface MarketRules {
  readonly instrument: Instrument;
  readonly marketLotsMax: Lots;
  readonly notionalMax: Amount;
  readonly native: NativeRules;
}

/** What a market allows of orders that wait, and of icebergs. */
export interface NativeRules {
  /** Open orders with a trigger of one account in the market. */
  readonly algoOrdersMax: number;
  /** Parts that an iceberg may have; 0: none are taken. */
  readonly icebergPartsMax: number;
  /** Distance of a trail, in 1/10000ths. */
  readonly trailBipsMin: number;
  readonly trailBipsMax: number;
  /** A trigger that the price has come to already wakes the order, and is not refused. */
  readonly wakesAtOnce: boolean;
}

/** As Binance's spot markets have them: MAX_NUM_ALGO_ORDERS, ICEBERG_PARTS, TRAILING_DELTA. */
export const NATIVE_RULES: NativeRules = {
  algoOrdersMax: 5,
  icebergPartsMax: 10,
  trailBipsMin: 10,
  trailBipsMax: 2_000,
  wakesAtOnce: false,
};

/** Open orders of one account in one market. */
export const OPEN_ORDERS_MAX = 200;
/** A limit price may be this many times the average, or this part of it. */
export const PERCENT_PRICE = { up: 5, down: 0.2 } as const;
/** Minutes of the average that price and notional rules are measured against. */
export const AVERAGE_MINUTES = 5;

/** The markets of a venue that is told nothing else. */
export const DEFAULT_MARKETS: readonly MarketOptions[] = [
  {
    symbol: 'BTCUSDT',
    base: 'BTC',
    quote: 'USDT',
    tick: '0.01',
    lot: '0.00001',
    priceMax: '1000000.00',
    quantityMax: '9000',
    marketQuantityMax: '120',
    notionalMin: '5',
    notionalMax: '9000000',
  },
  {
    symbol: 'ETHUSDT',
    base: 'ETH',
    quote: 'USDT',
    tick: '0.01',
    lot: '0.0001',
    priceMax: '1000000.00',
    quantityMax: '9000',
    marketQuantityMax: '3000',
    notionalMin: '5',
    notionalMax: '9000000',
  },
];

/** Compiles a market; what makes no sense is named. */
export function compileMarket(
  options: MarketOptions,
  venue: string,
  index: number,
): Result<MarketRules, RulesFault> {
  const compiled = compileInstrument({
    index,
    venue,
    symbol: options.symbol,
    base: options.base,
    quote: options.quote,
    tick: options.tick,
    lot: options.lot,
    priceMax: options.priceMax,
    quantityMax: options.quantityMax,
    notionalMin: options.notionalMin,
  });
  if (!compiled.ok) return compiled;
  const fault = (field: string, found: string, wanted: string) =>
    err({ kind: 'instrument-rules' as const, symbol: options.symbol, field, found, wanted });
  const instrument = compiled.value;
  const marketLotsMax = parseLots(instrument, options.marketQuantityMax);
  if (!(marketLotsMax >= instrument.lotsMin)) {
    return fault('marketQuantityMax', options.marketQuantityMax, 'whole lots above 0');
  }
  const notionalMax = parseBigDecimal(options.notionalMax, AMOUNT_DECIMALS);
  if (notionalMax === null || notionalMax < instrument.notionalMin) {
    return fault('notionalMax', options.notionalMax, 'a decimal above notionalMin');
  }
  const native = { ...NATIVE_RULES, ...options.native };
  return ok({ instrument, marketLotsMax, notionalMax: amountOf(notionalMax), native });
}

/**
 * Checks an order against the market's own rules, in the order in which Binance does.
 *
 * @param averageTicks average price of the last minutes, NaN before the first trade
 */
export function ruleRefusal(
  rules: MarketRules,
  order: NewOrder,
  averageTicks: number,
): Refusal | null {
  if (order.type === 'market') return marketRefusal(rules, order, averageTicks);
  const { instrument } = rules;
  const { ticks, lots } = order;
  if (!(ticks >= instrument.ticksMin && ticks <= instrument.ticksMax)) {
    return failed('PRICE_FILTER', ticks);
  }
  const isFar =
    ticks > averageTicks * PERCENT_PRICE.up || ticks < averageTicks * PERCENT_PRICE.down;
  if (isFar) return failed('PERCENT_PRICE_BY_SIDE', ticks);
  if (!isAllowed(rules, lots)) return failed('LOT_SIZE', lots);
  const notional = quoteAmount(instrument, ticks, lots);
  if (notional < instrument.notionalMin || notional > rules.notionalMax) {
    return failed('NOTIONAL', notional);
  }
  return null;
}

function marketRefusal(rules: MarketRules, order: NewOrder, averageTicks: number): Refusal | null {
  const { instrument } = rules;
  const { lots, quote } = order;
  if (quote > 0n) {
    return quote < instrument.notionalMin ? failed('NOTIONAL', quote) : null;
  }
  if (!isAllowed(rules, lots)) return failed('LOT_SIZE', lots);
  if (lots > rules.marketLotsMax) return failed('MARKET_LOT_SIZE', lots);
  if (Number.isNaN(averageTicks)) return null;
  const notional = lots * averageTicks * instrument.tickSize * instrument.lotSize;
  return notional * 1e8 < Number(instrument.notionalMin) ? failed('NOTIONAL', notional) : null;
}

function isAllowed({ instrument }: MarketRules, lots: Lots): boolean {
  return lots >= instrument.lotsMin && lots <= instrument.lotsMax;
}

function failed(filter: FilterName, found: number | bigint): Refusal {
  return { kind: 'filter', filter, found };
}
