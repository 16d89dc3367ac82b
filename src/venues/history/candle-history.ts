import type { Instrument } from '../../core/instrument.ts';
import { WireFault, wordIn } from '../binance/wire.ts';
import type { Query } from '../port.ts';

export const MINUTE_MS = 60_000;

/**
 * What was traded in a minute or longer, as a venue's history has it: decimals in quote and base,
 * since a tick may have been another then and no order is made of them.
 */
export interface Candle {
  readonly openMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly quantity: number;
}

/** Candles of any market of a venue. */
export interface CandleHistory {
  /** How long its candles may be, in minutes; the shortest are of one. */
  readonly lengths: readonly number[];
  /** The most that fit into one answer; endless where one answer is all. */
  readonly candlesMax: number;
  /**
   * Those that open from one time on and before another, in any order; one that is still being made
   * may be among them. A venue may leave out those without a trade.
   *
   * @param minutes one of the lengths
   */
  query(
    instrument: Instrument,
    fromMs: number,
    toMs: number,
    minutes: number,
  ): Query<readonly Candle[]>;
}

/**
 * A candle of the texts that a venue has for its parts.
 *
 * @throws WireFault
 */
export function candleOf(
  openMs: number,
  texts: Readonly<Record<Exclude<keyof Candle, 'openMs'>, unknown>>,
): Candle {
  const read = (part: keyof typeof texts): number => Number(wordIn(texts[part]) || Number.NaN);
  const prices = { open: read('open'), high: read('high'), low: read('low'), close: read('close') };
  const quantity = read('quantity');
  const isWhole = Number.isSafeInteger(openMs) && openMs >= 0;
  const isPriced = Object.values(prices).every((price) => price > 0 && Number.isFinite(price));
  if (isWhole && isPriced && quantity >= 0) return { openMs, ...prices, quantity };
  const found = [openMs, ...Object.values(texts).map(wordIn)].join(' ');
  throw new WireFault(`candle: found ${found}, wanted a time, four prices and a size`);
}
