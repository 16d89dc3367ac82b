import type { Book } from '../book.ts';

/** Tickers and books remembered: several seconds of a busy market. */
const KEPT = 8192;

/** A best bid and offer as `[update id, bid, bid size, ask, ask size]` in ticks and lots. */
const FIELDS = 5;

/**
 * Checks a rebuilt book against the venue's own best bid and offer: after a diff with final id u
 * the book must equal the latest ticker whose id is at most u, price and size. Aligned by update
 * id, never by arrival: either stream may run ahead, so a book is judged once a ticker of its own
 * id or a later one has been seen.
 */
export class BboAgreement {
  /** Books compared, and how many of them differed. */
  compared = 0;
  mismatches = 0;
  /** Books that could not be judged because the ticker had been forgotten or never came. */
  unjudged = 0;
  readonly #tickers = new BboQueue();
  readonly #books = new BboQueue();

  /** Remembers a ticker and judges the books that waited for it. Ids rise. */
  onTicker(id: number, bid: number, bidLots: number, ask: number, askLots: number): void {
    if (this.#tickers.count > 0 && id < this.#tickers.newestId) return;
    this.#tickers.push(id, bid, bidLots, ask, askLots);
    while (this.#books.count > 0 && this.#books.oldestId <= id) this.#judge();
  }

  /** Takes down what the book shows after the diff with this final id. Ids rise. */
  onBook(id: number, book: Book): void {
    const { bids, asks } = book;
    if (this.#books.count === KEPT) this.#forget();
    this.#books.push(id, bids.bestTicks, bids.bestLots, asks.bestTicks, asks.bestLots);
    if (this.#tickers.count > 0 && this.#tickers.newestId >= id) this.#judge();
  }

  /** Judges what still waits by the last ticker there is: for the end of a recording. */
  finish(): void {
    while (this.#books.count > 0) this.#judge();
  }

  /** Forgets both streams, as after a disconnection; the counts stay. */
  reset(): void {
    this.unjudged += this.#books.count;
    this.#books.clear();
    this.#tickers.clear();
  }

  /** Judges the oldest book by the latest ticker that is not newer than it. */
  #judge(): void {
    const tickers = this.#tickers;
    const id = this.#books.oldestId;
    while (tickers.count > 1 && tickers.secondId <= id) tickers.drop();
    if (tickers.count === 0 || tickers.oldestId > id) {
      this.#forget();
      return;
    }
    this.compared += 1;
    if (!tickers.agreesWith(this.#books)) this.mismatches += 1;
    this.#books.drop();
  }

  #forget(): void {
    this.unjudged += 1;
    this.#books.drop();
  }
}

/** A bounded queue of best bids and offers; the oldest is overwritten when it is full. */
class BboQueue {
  count = 0;
  readonly #ring = new Float64Array(KEPT * FIELDS);
  #oldest = 0;

  get oldestId(): number {
    return this.#ring[this.#slot(0)] as number;
  }

  get secondId(): number {
    return this.#ring[this.#slot(1)] as number;
  }

  get newestId(): number {
    return this.#ring[this.#slot(this.count - 1)] as number;
  }

  push(id: number, bid: number, bidLots: number, ask: number, askLots: number): void {
    if (this.count === KEPT) this.drop();
    const slot = this.#slot(this.count);
    const ring = this.#ring;
    ring[slot] = id;
    ring[slot + 1] = bid;
    ring[slot + 2] = bidLots;
    ring[slot + 3] = ask;
    ring[slot + 4] = askLots;
    this.count += 1;
  }

  drop(): void {
    this.#oldest = (this.#oldest + 1) % KEPT;
    this.count -= 1;
  }

  clear(): void {
    this.count = 0;
  }

  /** Whether the oldest entries of both show the same prices and sizes. */
  agreesWith(other: BboQueue): boolean {
    const mine = this.#slot(0);
    const theirs = other.#slot(0);
    for (let field = 1; field < FIELDS; field += 1) {
      if (this.#ring[mine + field] !== other.#ring[theirs + field]) return false;
    }
    return true;
  }

  #slot(place: number): number {
    return ((this.#oldest + place) % KEPT) * FIELDS;
  }
}
