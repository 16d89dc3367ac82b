import type { Book } from '../../../market/book.ts';
import type { LevelList } from '../../binance/level-list.ts';
import { BookChecksum, type ChecksumScale } from './checksum.ts';

export interface BookFrame {
  readonly bids: LevelList;
  readonly asks: LevelList;
  readonly checksum: number;
}

/**
 * What a frame did. `ignored`: an update while a snapshot is owed. After `checksum` and `crossed`
 * the book is not live and a new snapshot is needed: there is no other way to one than to subscribe
 * again.
 */
export type BookOutcome = 'applied' | 'ignored' | 'checksum' | 'crossed';

/**
 * Keeps one book in step with its snapshot and updates. Kraken numbers nothing: the checksum that
 * comes with every frame is all that tells a lost frame, so every one is verified.
 *
 * @see Kraken, "Book checksum (WebSocket v2)"
 */
export class BookSync {
  readonly book: Book;
  readonly #depth: number;
  #checksum: BookChecksum;
  #isLive = false;

  /** @param depth levels a side that were subscribed to */
  constructor(book: Book, scale: ChecksumScale, depth: number) {
    this.book = book;
    this.#checksum = new BookChecksum(scale);
    this.#depth = depth;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Forgets everything, as after a disconnection. */
  reset(): void {
    this.#isLive = false;
    this.book.clear();
  }

  /** The venue writes other decimals from now on: what was built of the old ones goes. */
  rescale(scale: ChecksumScale): void {
    this.#checksum = new BookChecksum(scale);
    this.reset();
  }

  onSnapshot(frame: BookFrame): BookOutcome {
    this.reset();
    this.#isLive = true;
    return this.#apply(frame);
  }

  onUpdate(frame: BookFrame): BookOutcome {
    return this.#isLive ? this.#apply(frame) : 'ignored';
  }

  #apply(frame: BookFrame): BookOutcome {
    const { bids, asks } = this.book;
    frame.bids.writeTo(bids);
    frame.asks.writeTo(asks);
    // Levels that fall out of the depth are never told of again, so they must not stay.
    bids.truncate(this.#depth);
    asks.truncate(this.#depth);
    if (this.#checksum.of(this.book) !== frame.checksum) return this.#lose('checksum');
    return this.book.isCrossed ? this.#lose('crossed') : 'applied';
  }

  #lose(why: 'checksum' | 'crossed'): BookOutcome {
    this.reset();
    return why;
  }
}
