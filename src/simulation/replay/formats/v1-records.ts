import { KIND, SIDE } from '../../../storage/columns/record.ts';
import { wideDecimal } from '../../../venues/kraken/market/wide-decimal.ts';
import type { V1Frame } from '../kraken-v1/frame.ts';
import { V1Reader } from '../kraken-v1/reader.ts';
import { FrameRecords } from './frame-records.ts';
import type { Tally } from './market-source.ts';
import { type FrameTurner, type SeenMarket, type SeenMarkets, seenMarket } from './seen-markets.ts';

type BookFrame = Extract<V1Frame, { kind: 'book-snapshot' | 'book-update' }>;

/**
 * Frames of Kraken's v1 sockets. Every book is verified by its checksum on the way: one that does
 * not agree is emptied until the next snapshot, and is counted.
 */
export class V1Records implements FrameTurner {
  readonly #reader = new V1Reader();

  /** The digits that are on the wire count, zeros at their end included: so does the checksum. */
  survey(text: string, _localMs: number, markets: SeenMarkets): void {
    const frame = this.#reader.read(text);
    if (!('pair' in frame)) return;
    const market = seenMarket(markets, frame.pair);
    for (const [price, size] of textsIn(frame)) {
      market.priceDecimals = Math.max(market.priceDecimals, decimalsOf(price));
      market.quantityDecimals = Math.max(market.quantityDecimals, decimalsOf(size));
    }
  }

  turn(text: string, localUs: number, markets: SeenMarkets, skipped: Tally): FrameRecords[] {
    const frame = this.#reader.read(text);
    if (frame.kind === 'event') skipped.add(`event ${frame.name}`);
    else if (!('pair' in frame)) skipped.add(frame.kind);
    if (!('pair' in frame)) return [];
    const market = seenMarket(markets, frame.pair);
    if (frame.kind === 'trades') return trades(frame, market, localUs);
    if (frame.kind === 'ticker') {
      // A ticker of v1 tells no sizes in the fields that we read.
      skipped.add('ticker');
      return [];
    }
    const records = new FrameRecords(market.instrument, { venueMs: venueMsOf(frame), localUs });
    this.#follow(records, frame, skipped);
    return [records];
  }

  #follow(records: FrameRecords, frame: BookFrame, skipped: Tally): void {
    const { book, bids, asks } = this.#reader.bookOf(frame.pair);
    const outcome = book.onFrame(frame);
    if (outcome !== 'applied') {
      skipped.add(`book-${outcome}`);
      if (outcome !== 'ignored') records.add(KIND.clear, SIDE.none, 0, 0, 0);
    } else if (frame.kind === 'book-snapshot') {
      records.addBook(book.book, 0);
    } else {
      records.addLevels(KIND.depth, SIDE.buy, bids, 0);
      records.addLevels(KIND.depth, SIDE.sell, asks, 0);
    }
    bids.forget();
    asks.forget();
  }
}

function trades(
  frame: Extract<V1Frame, { kind: 'trades' }>,
  { instrument, priceDecimals, quantityDecimals }: SeenMarket,
  localUs: number,
): FrameRecords[] {
  return frame.trades.map(({ price, size, seconds, side }) => {
    const records = new FrameRecords(instrument, { venueMs: Number(seconds) * 1_000, localUs });
    const ticks = wideDecimal(price, priceDecimals);
    const lots = wideDecimal(size, quantityDecimals);
    records.add(KIND.trade, side === 'buy' ? SIDE.buy : SIDE.sell, ticks, lots, 0);
    return records;
  });
}

/** The newest change of a book; the time of each level stands beside it. */
function venueMsOf({ bids, asks }: BookFrame): number {
  let newest = 0;
  for (const [, , seconds] of bids) newest = Math.max(newest, Number(seconds));
  for (const [, , seconds] of asks) newest = Math.max(newest, Number(seconds));
  return Number.isFinite(newest) ? newest * 1_000 : 0;
}

function textsIn(frame: V1Frame): readonly (readonly [price: string, size: string])[] {
  if (frame.kind === 'trades') return frame.trades.map(({ price, size }) => [price, size]);
  if (frame.kind === 'ticker' || !('bids' in frame)) return [];
  return [...frame.bids, ...frame.asks].map(([price, size]) => [price, size]);
}

function decimalsOf(text: string): number {
  const dot = text.indexOf('.');
  return dot < 0 ? 0 : text.length - dot - 1;
}
