import type { FrameRecords } from './frame-records.ts';
import type { Tally } from './market-source.ts';

/** One market as a recording shows it: its place, and the finest digits that occur. */
export interface SeenMarket {
  readonly symbol: string;
  readonly instrument: number;
  priceDecimals: number;
  quantityDecimals: number;
}

/** Markets in the order in which they occur. */
export type SeenMarkets = Map<string, SeenMarket>;

/** Turns the frames of one recording into records, frame by frame. */
export interface FrameTurner {
  /** Takes note of the digits of a frame; nothing of it is kept. */
  survey(text: string, localMs: number, markets: SeenMarkets): void;
  /** @returns the records of a frame, none where it says nothing that records can */
  turn(text: string, localUs: number, markets: SeenMarkets, skipped: Tally): FrameRecords[];
}

/** The market of a symbol, which is new when it has not been seen. */
export function seenMarket(markets: SeenMarkets, symbol: string): SeenMarket {
  const known = markets.get(symbol);
  if (known !== undefined) return known;
  const instrument = markets.size;
  const market = { symbol, instrument, priceDecimals: 0, quantityDecimals: 0 };
  markets.set(symbol, market);
  return market;
}
