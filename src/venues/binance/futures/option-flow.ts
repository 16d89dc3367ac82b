import { err, ok, type Result } from '../../../core/result.ts';
import type { Side } from '../../../execution/order.ts';
import type { Query } from '../../port.ts';
import { question, type RestAccess } from '../rest.ts';
import {
  arrayIn,
  decodeWire,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
  wordIn,
} from '../wire.ts';

/** What an option's symbol says: `BTC-251226-126000-C`. */
export interface OptionContract {
  readonly symbol: string;
  readonly underlying: string;
  /** Day of expiry as `YYMMDD`; Binance's options expire at 08:00 UTC. */
  readonly expiry: string;
  /** In quote currency, a double: for statistics. */
  readonly strike: number;
  readonly right: 'call' | 'put';
}

/** One trade in an option, for statistics: doubles. */
export interface OptionTrade {
  readonly contract: OptionContract;
  readonly tradeId: string;
  /** Premium for one unit of the underlying. */
  readonly price: number;
  /** In units of the underlying, above 0. */
  readonly quantity: number;
  readonly takerSide: Side;
  readonly venueMs: number;
}

/** What the venue's model says of an option. */
export interface OptionMark {
  readonly contract: OptionContract;
  readonly markPrice: number;
  /** Annualised implied volatility, a fraction. */
  readonly impliedVolatility: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
}

export interface OptionOpenInterest {
  readonly contract: OptionContract;
  /** In units of the underlying. */
  readonly quantity: number;
  readonly usd: number;
}

/** How an option ended. */
export interface OptionExercise {
  readonly contract: OptionContract;
  /** Settlement price of the underlying. */
  readonly settlement: number;
  readonly expiredMs: number;
  readonly isExercised: boolean;
}

/** Trades, or ends, that one reply holds at most. */
const PAGE = 100;
const CONTRACT = /^([A-Z0-9]{1,20})-(\d{6})-(\d{1,12}(?:\.\d{1,8})?)-([CP])$/;

/** The stream of all trades in options on an underlying such as `BTCUSDT`. */
export function optionTradeStream(underlying: string): string {
  return `${underlying.toLowerCase()}@optionTrade`;
}

/** A frame of that stream. @returns null when it is well formed and no trade */
export function optionTradeIn(frame: Uint8Array): Result<OptionTrade | null, string> {
  const decoded = decodeWire(new TextDecoder().decode(frame), (value) => {
    const outer = objectIn(value, 'frame');
    const event = 'data' in outer ? objectIn(outer['data'], 'data') : outer;
    const isTrade = event['e'] === 'trade' || event['e'] === 'optionTrade';
    return isTrade ? streamedTrade(event) : null;
  });
  return decoded instanceof WireFault ? err(decoded.message) : ok(decoded);
}

/** What the options host tells to whoever asks. */
export function optionQueries(access: RestAccess) {
  return {
    /** The latest trades in one option, oldest first. */
    trades: (symbol: string): Query<readonly OptionTrade[]> =>
      question(access, `/eapi/v1/trades?symbol=${symbol}&limit=${PAGE}`, (value) =>
        arrayIn(value, 'trades').map((trade) => askedTrade(objectIn(trade, 'trade'))),
      ),
    /** Marks and Greeks of all options there are. */
    marks: (): Query<readonly OptionMark[]> =>
      question(access, '/eapi/v1/mark', (value) =>
        arrayIn(value, 'marks').map((mark) => markIn(objectIn(mark, 'mark'))),
      ),
    /** @param expiration `YYMMDD` */
    openInterest: (
      underlyingAsset: string,
      expiration: string,
    ): Query<readonly OptionOpenInterest[]> =>
      question(
        access,
        `/eapi/v1/openInterest?underlyingAsset=${underlyingAsset}&expiration=${expiration}`,
        (value) => arrayIn(value, 'open interest').map((each) => interestIn(objectIn(each, 'one'))),
      ),
    exercises: (underlying: string): Query<readonly OptionExercise[]> =>
      question(access, `/eapi/v1/exerciseHistory?underlying=${underlying}&limit=${PAGE}`, (value) =>
        arrayIn(value, 'exercises').map((each) => exerciseIn(objectIn(each, 'one'))),
      ),
  };
}

/** Reads an option's symbol. @throws WireFault when it is none */
export function contractOf(symbol: string): OptionContract {
  const parts = CONTRACT.exec(symbol);
  if (parts === null)
    throw new WireFault(`s: found ${symbol}, wanted one like BTC-251226-126000-C`);
  const [, underlying = '', expiry = '', strike = '', right] = parts;
  return {
    symbol,
    underlying,
    expiry,
    strike: Number(strike),
    right: right === 'C' ? 'call' : 'put',
  };
}

function streamedTrade(event: WireObject): OptionTrade {
  return {
    contract: contractOf(textOf(event, 's')),
    tradeId: String(wholeOf(event, 't')),
    price: positiveOf(event, 'p'),
    quantity: Math.abs(numberOf(event, 'q')),
    takerSide: sideOf(event['S'], 'S'),
    venueMs: wholeOf(event, 'T'),
  };
}

function askedTrade(trade: WireObject): OptionTrade {
  return {
    contract: contractOf(textOf(trade, 'symbol')),
    tradeId: String(wholeOf(trade, 'tradeId')),
    price: positiveOf(trade, 'price'),
    quantity: Math.abs(numberOf(trade, 'qty')),
    takerSide: sideOf(trade['side'], 'side'),
    venueMs: wholeOf(trade, 'time'),
  };
}

function markIn(mark: WireObject): OptionMark {
  return {
    contract: contractOf(textOf(mark, 'symbol')),
    markPrice: numberOf(mark, 'markPrice'),
    impliedVolatility: numberOf(mark, 'markIV'),
    delta: numberOf(mark, 'delta'),
    gamma: numberOf(mark, 'gamma'),
    vega: numberOf(mark, 'vega'),
    theta: numberOf(mark, 'theta'),
  };
}

function interestIn(each: WireObject): OptionOpenInterest {
  return {
    contract: contractOf(textOf(each, 'symbol')),
    quantity: numberOf(each, 'sumOpenInterest'),
    usd: numberOf(each, 'sumOpenInterestUsd'),
  };
}

function exerciseIn(each: WireObject): OptionExercise {
  return {
    contract: contractOf(textOf(each, 'symbol')),
    settlement: numberOf(each, 'realStrikePrice'),
    expiredMs: wholeOf(each, 'expiryDate'),
    isExercised: textOf(each, 'strikeResult') === 'REALISTIC_VALUE_STRICKEN',
  };
}

/** A decimal, which the venue sends as text; for statistics. */
export function numberOf(object: WireObject, field: string): number {
  const text = textOf(object, field);
  const value = text === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new WireFault(`${field}: found ${text}, wanted a decimal`);
}

function positiveOf(object: WireObject, field: string): number {
  const value = numberOf(object, field);
  if (value > 0) return value;
  throw new WireFault(`${field}: found ${value}, wanted more than 0`);
}

/** The side of the taker, which the venue writes in words on one path and as a sign on others. */
function sideOf(found: unknown, field: string): Side {
  const text = wordIn(found);
  if (text === 'BUY' || text === '1') return 'buy';
  if (text === 'SELL' || text === '-1') return 'sell';
  throw new WireFault(`${field}: found ${text}, wanted BUY, SELL, 1 or -1`);
}
