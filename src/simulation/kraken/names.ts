import type { Instrument } from '../../core/instrument.ts';
import { oldAssetName } from '../../venues/kraken/pair.ts';

/** How a market is called in the REST interface, and in the older sockets. */
export interface PairNames {
  /** `BTC/USD`: of the v2 sockets, and of the exchange behind. */
  readonly symbol: string;
  /** `XXBTZUSD`: the key of replies. */
  readonly key: string;
  /** `XBTUSD`. */
  readonly altname: string;
  /** `XBT/USD`. */
  readonly wsname: string;
  /** `XXBT` and `ZUSD`. */
  readonly base: string;
  readonly quote: string;
}

/** Assets of the first years carry a class before their name. */
const OLD_COINS: ReadonlySet<string> = new Set(['XBT', 'ETH', 'LTC', 'XRP', 'XLM', 'ETC', 'XDG']);
const OLD_MONEY: ReadonlySet<string> = new Set(['USD', 'EUR', 'GBP', 'CAD', 'JPY']);

/** The code of an asset in REST replies: `XXBT` for BTC. */
export function assetCode(asset: string): string {
  const old = oldAssetName(asset);
  if (OLD_COINS.has(old)) return `X${old}`;
  return OLD_MONEY.has(old) ? `Z${old}` : old;
}

export function pairNames({ symbol, base, quote }: Instrument): PairNames {
  const [oldBase, oldQuote] = [oldAssetName(base), oldAssetName(quote)];
  const [baseCode, quoteCode] = [assetCode(base), assetCode(quote)];
  const isOld = baseCode !== oldBase && quoteCode !== oldQuote;
  const altname = oldBase + oldQuote;
  return {
    symbol,
    key: isOld ? baseCode + quoteCode : altname,
    altname,
    wsname: `${oldBase}/${oldQuote}`,
    base: baseCode,
    quote: quoteCode,
  };
}

const DIGITS = 16;
const ORDER_ID = /^O(\d{5})-(\d{5})-(\d{6})$/;

/** `O00000-00000-000123` for the exchange's order 123. */
export function orderIdText(orderId: number): string {
  return grouped('O', orderId);
}

/** How the change of an order is named. */
export function amendIdText(orderId: number): string {
  return grouped('T', orderId);
}

/** @returns the number of an order, −1 for what is no id of this venue */
export function orderIdOf(text: string): number {
  const parts = ORDER_ID.exec(text);
  return parts === null ? -1 : Number(parts.slice(1).join(''));
}

/** Both sides of a trade have an id of their own. */
export function tradeIdText(trade: {
  readonly tradeId: number;
  readonly isMaker: boolean;
}): string {
  return grouped(trade.isMaker ? 'M' : 'T', trade.tradeId);
}

function grouped(letter: string, number: number): string {
  const digits = String(number).padStart(DIGITS, '0');
  return `${letter}${digits.slice(0, 5)}-${digits.slice(5, 10)}-${digits.slice(10)}`;
}
