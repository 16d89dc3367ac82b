import { formatDecimal } from '../../core/decimal.ts';
import type { Clock } from '../../core/env.ts';
import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import type { Result } from '../../core/result.ts';
import type { Ticks } from '../../core/units.ts';
import type { ApiKey, Right } from '../binance/signing.ts';
import type { ExchangePort, MarketView } from '../exchange/port.ts';
import type { KrakenError } from './errors.ts';
import type { Keys } from './keys.ts';
import { type PairNames, pairNames } from './names.ts';
import type { OrderDesk } from './orders/order-desk.ts';
import type { TradingState } from './trading-state.ts';

/** What all calls and frames work on. */
export interface Desk {
  readonly exchange: ExchangePort;
  readonly orders: OrderDesk;
  readonly keys: Keys;
  readonly state: TradingState;
  readonly clock: Clock;
  readonly pairs: Pairs;
}

/** One call over REST. */
export interface Call {
  readonly desk: Desk;
  /** '' when it is not there. */
  readonly read: (name: string) => string;
  /** A body of JSON, for what is sent in lists; null when it was a form. */
  readonly json: Readonly<Record<string, unknown>> | null;
  /** Null for what everybody may ask. */
  readonly key: ApiKey | null;
}

export interface Method {
  readonly name: string;
  /** Null: no key is needed. */
  readonly right: Right | null;
  /** What it counts; orders have counters of their own. */
  readonly cost: number;
  readonly run: (call: Call) => Result<unknown, KrakenError>;
}

/** The venue's markets by all their names. */
export class Pairs {
  readonly all: readonly { readonly names: PairNames; readonly market: MarketView }[];
  readonly #byName: ReadonlyMap<string, { names: PairNames; market: MarketView }>;

  constructor(exchange: ExchangePort) {
    this.all = [...exchange.markets.values()].map((market) => ({
      names: pairNames(market.rules.instrument),
      market,
    }));
    this.#byName = new Map(
      this.all.flatMap((each) =>
        [each.names.key, each.names.altname, each.names.wsname, each.names.symbol].map(
          (name) => [name, each] as const,
        ),
      ),
    );
  }

  find(name: string): { readonly names: PairNames; readonly market: MarketView } | null {
    return this.#byName.get(name) ?? null;
  }
}

/** A price with the decimals that the venue writes at the moment. */
export function priceOf(instrument: Instrument, ticks: number, moreDecimals = 0): string {
  const text = priceText(instrument, ticks as Ticks);
  if (moreDecimals === 0) return text;
  return `${text}${instrument.priceDecimals === 0 ? '.' : ''}${'0'.repeat(moreDecimals)}`;
}

export function sizeOf(instrument: Instrument, lots: number): string {
  return quantityText(instrument, lots as never);
}

/** Seconds since 1970 with a fraction, as REST replies have them. */
export const secondsOf = (ms: number): number => ms / 1_000;

/** RFC 3339 with microseconds, as the sockets have it. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`;
}

/** Parts per million as per cent: 400 is `0.04`. */
export function percentOf(ppm: number): number {
  return Number(formatDecimal(ppm, 4));
}
