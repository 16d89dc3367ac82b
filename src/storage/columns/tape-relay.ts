import type { Book } from '../../market/book.ts';
import type { MarketFact } from '../../market/fact.ts';
import type { QuoteMessage } from '../../market/quote.ts';
import { FLAG } from './record.ts';
import type { MarketTape, TapeCounts, TapedBook, TapedTrade } from './tape.ts';

/** A book of a feed, as `MarketView` is one. */
export interface FollowedView {
  readonly instrument: { readonly index: number };
  readonly book: Book;
  /** The venue's time of the newest change, in milliseconds; 0 when it does not say. */
  readonly eventMs: number;
}

/**
 * What feeds tell, on its way to whoever records now. Feeds and recorder come and go without each
 * other: while nobody records it is counted what goes by, and a recorder that comes finds the
 * books of all feeds.
 */
export class TapeRelay {
  #tape: MarketTape | null = null;
  readonly #books = new Map<number, TapedBook>();
  readonly #missed = new Map<number, number>();
  /** What went by before the first recorder came is no gap in anything. */
  #hasBegun = false;

  /** Somebody records from here on. */
  attach(tape: MarketTape): void {
    this.#tape = tape;
    this.#hasBegun = true;
    for (const book of this.#books.values()) tape.follow(book);
    for (const [instrument, trades] of this.#missed) tape.owe(instrument, trades);
    this.#missed.clear();
  }

  /** Nobody records any more. */
  detach(): void {
    this.#tape = null;
  }

  /** A feed has begun, with books of its own. */
  follow(view: FollowedView): void {
    const taped = {
      instrument: view.instrument.index,
      book: view.book,
      eventMs: () => view.eventMs,
    };
    this.#books.set(taped.instrument, taped);
    this.#tape?.follow(taped);
  }

  /** What has been recorded since somebody records; null while nobody does. */
  get counts(): Readonly<TapeCounts> | null {
    return this.#tape?.counts ?? null;
  }

  onQuote(message: QuoteMessage, nowNs: number): void {
    if (this.#tape === null) return;
    if (message.kind === 'quote-lost') this.#tape.onLost(message.instrument, nowNs);
    else {
      this.#tape.onBook(message.instrument, message.updateId, message.receivedNs);
      this.#tape.onTouch(message);
    }
  }

  /** Facts are told while nobody records like trades: somebody comes and hears how many. */
  onFact(fact: MarketFact, nowNs: number): void {
    if (this.#tape !== null) this.#tape.onFact(fact, nowNs);
    else if (this.#hasBegun && 'instrument' in fact) this.#miss(fact.instrument);
  }

  /** A trade that was missing and has been fetched; it goes where the other trades go. */
  onBackfilled(trade: TapedTrade): void {
    this.onTrade(trade, FLAG.backfilled);
  }

  onTrade(trade: TapedTrade, flags = 0): void {
    if (this.#tape !== null) this.#tape.onTrade(trade, flags);
    else if (this.#hasBegun) this.#miss(trade.instrument);
  }

  #miss(instrument: number): void {
    this.#missed.set(instrument, (this.#missed.get(instrument) ?? 0) + 1);
  }
}
