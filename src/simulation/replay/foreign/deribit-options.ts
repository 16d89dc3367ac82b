import type { WireObject } from '../../../venues/binance/wire.ts';
import { objectIn, textOf } from '../../../venues/binance/wire.ts';
import { numberIn } from './dialect.ts';
import type { NormalisedOptionSummary } from './normalised.ts';

/** `BTC-8JUN20-8750-P`, `MATIC_USDC-9MAR24-1D02-C`; combinations of options end otherwise. */
const OPTION = /^[A-Z0-9_]+-(\d{1,2})([A-Z]{3})(\d{2})-(\d+(?:D\d+)?)-([CP])$/;
const MONTHS = 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC';
/** Every series expires at this hour, UTC. */
const EXPIRY_HOUR = 8;

export interface OptionTerms {
  readonly optionType: 'call' | 'put';
  readonly strikePrice: number;
  readonly expirationMs: number;
}

/** The terms that the name of an option states; null when it is no option. */
export function optionNamed(symbol: string): OptionTerms | null {
  const [, day = '', monthName = '', year = '', strike = '', right] = OPTION.exec(symbol) ?? [];
  const month = MONTHS.indexOf(monthName) / 3;
  if (right === undefined || !Number.isInteger(month) || month < 0) return null;
  return {
    optionType: right === 'C' ? 'call' : 'put',
    strikePrice: Number(strike.replace('D', '.')),
    expirationMs: Date.UTC(2000 + Number(year), month, Number(day), EXPIRY_HOUR),
  };
}

export function optionSummary(
  data: WireObject,
  stamped: { readonly symbol: string; readonly venueMs: number; readonly localMs: number },
  terms: OptionTerms,
): NormalisedOptionSummary {
  const greeks = objectIn(data['greeks'], 'greeks');
  return {
    kind: 'option-summary',
    ...stamped,
    ...terms,
    bestBidPrice: unlessZero(data, 'best_bid_price'),
    bestBidAmount: unlessZero(data, 'best_bid_amount'),
    bestBidIv: unlessZero(data, 'bid_iv'),
    bestAskPrice: unlessZero(data, 'best_ask_price'),
    bestAskAmount: unlessZero(data, 'best_ask_amount'),
    bestAskIv: unlessZero(data, 'ask_iv'),
    lastPrice: numberIn(data, 'last_price'),
    openInterest: numberIn(data, 'open_interest'),
    markPrice: numberIn(data, 'mark_price'),
    markIv: numberIn(data, 'mark_iv'),
    delta: numberIn(greeks, 'delta'),
    gamma: numberIn(greeks, 'gamma'),
    vega: numberIn(greeks, 'vega'),
    theta: numberIn(greeks, 'theta'),
    rho: numberIn(greeks, 'rho'),
    underlyingPrice: numberIn(data, 'underlying_price'),
    underlyingIndex: textOf(data, 'underlying_index'),
  };
}

/** The venue writes 0 where there is no offer. */
function unlessZero(data: WireObject, field: string): number | null {
  const value = numberIn(data, field);
  return value === 0 ? null : value;
}
