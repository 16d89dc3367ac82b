import type { Instrument } from '../../core/instrument.ts';
import { Book } from '../../market/book.ts';
import type { QueueAhead } from '../../market/orders-book.ts';
import type { QuoteLost, QuoteUpdated } from '../../market/quote.ts';

/** Book and best prices of one instrument at one venue, while its stream says they hold. */
export abstract class MarketView {
  readonly instrument: Instrument;
  readonly book = new Book();
  bidTicks = 0;
  bidLots = 0;
  askTicks = 0;
  askLots = 0;
  /** Update id behind the best prices; a stream without ids counts its own updates. */
  updateId = 0;
  /**
   * The venue's time of the newest change, in milliseconds with a fraction: of the book, or of best
   * prices that are ahead of it; 0 where it says none.
   */
  eventMs = 0;

  constructor(instrument: Instrument) {
    this.instrument = instrument;
  }

  /** Whether the book may be priced from. */
  abstract get isLive(): boolean;

  /** Why nobody may trade by the book, where the venue says more than that. */
  get barredBy(): string {
    return '';
  }

  /** Whether the book is the venue's, even while the venue lets nobody trade by it. */
  get isSynced(): boolean {
    return this.isLive;
  }

  /** @param receivedNs monotonic time of the frame behind the prices */
  quote(receivedNs: number): QuoteUpdated {
    return {
      kind: 'quote-updated',
      instrument: this.instrument.index,
      bidTicks: this.bidTicks,
      bidLots: this.bidLots,
      askTicks: this.askTicks,
      askLots: this.askLots,
      updateId: this.updateId,
      receivedNs,
    };
  }

  /** Whether it has seen more than the book of the same market on another connection. */
  isAheadOf(other: MarketView, hasVenueIds: boolean): boolean {
    return hasVenueIds ? this.updateId > other.updateId : this.eventMs > other.eventMs;
  }

  /** Numbers its prices above what another connection has told, where the venue numbers nothing. */
  continueFrom(updateId: number): void {
    if (this.updateId <= updateId) this.updateId = updateId + 1;
  }

  lost(reason: string): QuoteLost {
    return { kind: 'quote-lost', instrument: this.instrument.index, reason };
  }

  /**
   * What trades before an order that rests here, whosever it is; null where it does not, or where
   * the venue tells of levels alone.
   */
  queueOf(_venueOrderId: string): QueueAhead | null {
    return null;
  }

  /** What an inspector sees of it. */
  summary(): Readonly<Record<string, unknown>> {
    const { instrument, isLive, book } = this;
    const levels = book.bids.depth + book.asks.depth;
    return { symbol: instrument.symbol, isLive, levels };
  }

  /** Takes the best prices of the book, as of an update. */
  protected takeBest(updateId: number): void {
    const { bids, asks } = this.book;
    this.takeTouch(updateId, bids.bestTicks, bids.bestLots, asks.bestTicks, asks.bestLots);
  }

  protected takeTouch(
    updateId: number,
    bidTicks: number,
    bidLots: number,
    askTicks: number,
    askLots: number,
  ): void {
    this.updateId = updateId;
    this.bidTicks = bidTicks;
    this.bidLots = bidLots;
    this.askTicks = askTicks;
    this.askLots = askLots;
  }
}
