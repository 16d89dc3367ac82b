import type { Instrument } from '../../core/instrument.ts';
import { WireFault, wordIn } from '../binance/wire.ts';
import type { Query } from '../port.ts';

export const MINUTE_MS = 60_000;

/**
 * What was traded in one minute, as a venue's history has it: decimals in quote and base, since a
 * tick may have been another then and no order is made of them.
 */
export interface MinuteCandle {
  readonly openMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly quantity: number;
}

/** Candles of a minute of any market of a venue. */
export interface CandleHistory {
  /** The longest stretch that fits into one answer, in ms; endless where one answer is all. */
  readonly spanMs: number;
  /**
   * Those that open from one time on and before another, in any order; one that is still being made
   * may be among them. A venue may leave out minutes without a trade.
   */
  query(instrument: Instrument, fromMs: number, toMs: number): Query<readonly MinuteCandle[]>;
}

/**
 * A candle of the texts that a venue has for its parts.
 *
 * @throws WireFault
 */
export function minuteCandle(
  openMs: number,
  texts: Readonly<Record<Exclude<keyof MinuteCandle, 'openMs'>, unknown>>,
): MinuteCandle {
  const read = (part: keyof typeof texts): number => Number(wordIn(texts[part]) || Number.NaN);
  const prices = { open: read('open'), high: read('high'), low: read('low'), close: read('close') };
  const quantity = read('quantity');
  const isWhole = Number.isSafeInteger(openMs) && openMs >= 0;
  const isPriced = Object.values(prices).every((price) => price > 0 && Number.isFinite(price));
  if (isWhole && isPriced && quantity >= 0) return { openMs, ...prices, quantity };
  const found = [openMs, ...Object.values(texts).map(wordIn)].join(' ');
  throw new WireFault(`candle: found ${found}, wanted a time, four prices and a size`);
}
