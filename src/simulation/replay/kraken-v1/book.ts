import { Book } from '../../../market/book.ts';
import { bookChecksum } from '../../../venues/kraken/market/checksum.ts';
import { wideDecimal } from '../../../venues/kraken/market/wide-decimal.ts';
import type { V1Frame, WireLevel } from './frame.ts';

type BookFrame = Extract<V1Frame, { kind: 'book-snapshot' | 'book-update' }>;

/** What a frame did; after the last three the book is empty until the next snapshot. */
export type V1Outcome = 'applied' | 'ignored' | 'checksum' | 'crossed' | 'malformed';

/** Digits are digits: prices and sizes are kept at the decimals of the wire. */
const AS_ON_THE_WIRE = { price: 1, quantity: 1 };

/**
 * A book of the v1 sockets. Its checksum covers the digits that are on the wire, which are more
 * than the pair's decimals for most pairs, so the scale is taken from the first level seen.
 *
 * @see Kraken, "Book checksum (WebSocket v1)"
 */
export class V1Book {
  readonly book = new Book();
  readonly #depth: number;
  #priceDecimals = -1;
  #sizeDecimals = -1;
  #isLive = false;

  /** @param depth levels a side that were subscribed to */
  constructor(depth: number) {
    this.#depth = depth;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Decimals of a price in `book`; −1 before the first frame. */
  get priceDecimals(): number {
    return this.#priceDecimals;
  }

  onFrame(frame: BookFrame): V1Outcome {
    if (frame.kind === 'book-snapshot') this.#reset();
    else if (!this.#isLive) return 'ignored';
    this.#isLive = true;
    const { asks, bids } = this.book;
    const isRead =
      frame.asks.every((level) => this.#set(asks, level)) &&
      frame.bids.every((level) => this.#set(bids, level));
    if (!isRead) return this.#lose('malformed');
    asks.truncate(this.#depth);
    bids.truncate(this.#depth);
    if (this.book.isCrossed) return this.#lose('crossed');
    if (frame.kind === 'book-snapshot') return 'applied';
    const isRight = bookChecksum(this.book, AS_ON_THE_WIRE) === frame.checksum;
    return isRight ? 'applied' : this.#lose('checksum');
  }

  /** @returns false for what is no decimal of the pair's scale */
  #set(side: Book['asks'], [price, size]: WireLevel): boolean {
    if (this.#priceDecimals < 0) {
      this.#priceDecimals = decimalsOf(price);
      this.#sizeDecimals = decimalsOf(size);
    }
    const ticks = wideDecimal(price, this.#priceDecimals);
    const lots = wideDecimal(size, this.#sizeDecimals);
    if (!(ticks > 0 && lots >= 0)) return false;
    side.set(ticks, lots);
    return true;
  }

  #reset(): void {
    this.#isLive = false;
    this.book.clear();
  }

  #lose(why: 'checksum' | 'crossed' | 'malformed'): V1Outcome {
    this.#reset();
    return why;
  }
}

function decimalsOf(text: string): number {
  const dot = text.indexOf('.');
  return dot < 0 ? 0 : text.length - dot - 1;
}
