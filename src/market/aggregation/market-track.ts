import type { Instrument } from '../../core/instrument.ts';
import type { BookShelf } from '../consolidated/book-shelf.ts';
import { type BookState, bookState } from '../consolidated/book-state.ts';
import type { QuoteUpdated } from '../quote.ts';

/** What is traded: the thing itself, or a contract on it, which is another asset. */
export type Contract = 'spot' | 'perpetual';

/** One market of one venue and what taking from it costs. */
export interface TrackedMarket {
  readonly instrument: Instrument;
  /** Index of its venue. */
  readonly venue: number;
  readonly contract: Contract;
  /** Of our tier there; fraction of the notional that a taker pays. */
  readonly takerFeeFraction: number;
}

/** States in which a book is not what any venue can have meant. */
export type UnsoundState = 'negative' | 'crossed' | 'locked';

/** What the last quote of one market said, and whether its book may be priced from. */
export class MarketTrack {
  readonly market: TrackedMarket;
  readonly #shelf: BookShelf;
  #heardMs = Number.NEGATIVE_INFINITY;
  #midTicks = 0;
  #state: UnsoundState | 'sound' | 'lost' = 'lost';

  constructor(market: TrackedMarket, shelf: BookShelf) {
    this.market = market;
    this.#shelf = shelf;
  }

  /** Mid of the last quote in ticks; 0 when there is no market. */
  get midTicks(): number {
    return this.#midTicks;
  }

  /** @returns what is wrong with the quote that was not wrong with the one before; mostly null */
  onQuote({ bidTicks, bidLots, askTicks, askLots }: QuoteUpdated, nowMs: number) {
    this.#heardMs = nowMs;
    const before = this.#state;
    const found = unsoundness(bidTicks, bidLots, askTicks, askLots);
    this.#state = found ?? 'sound';
    const hasBothSides = found === null && bidTicks > 0 && askTicks > 0;
    this.#midTicks = hasBothSides ? (bidTicks + askTicks) / 2 : 0;
    return found === before ? null : found;
  }

  onLost(): void {
    this.#state = 'lost';
    this.#midTicks = 0;
  }

  /** Since its last quote; infinite before the first. */
  ageMs(nowMs: number): number {
    return nowMs - this.#heardMs;
  }

  /** The book as it stands now, by all that is known of it; O(1). */
  stateAt(nowMs: number, staleMs: number): BookState | 'lost' {
    if (this.#state !== 'sound') return this.#state;
    const view = this.#shelf.viewOf(this.market.instrument.index);
    if (view === null || !view.isLive) return 'lost';
    return bookState(view.book, this.ageMs(nowMs), staleMs);
  }
}

function unsoundness(
  bidTicks: number,
  bidLots: number,
  askTicks: number,
  askLots: number,
): UnsoundState | null {
  // A side that nobody is on is no mistake of anybody's: the book says that it has one side.
  const isBidGone = bidTicks === 0 && bidLots === 0;
  const isAskGone = askTicks === 0 && askLots === 0;
  if (!(isBidGone || (bidTicks > 0 && bidLots > 0))) return 'negative';
  if (!(isAskGone || (askTicks > 0 && askLots > 0))) return 'negative';
  if (isBidGone || isAskGone) return null;
  if (bidTicks > askTicks) return 'crossed';
  return bidTicks === askTicks ? 'locked' : null;
}
