import type { Book } from '../book.ts';
import type { QueueAhead } from '../orders-book.ts';

/** A book of a feed, as `MarketView` is one. */
export interface ShelvedView {
  readonly instrument: { readonly index: number };
  readonly book: Book;
  /** Whether the feed says that it may be priced from. */
  readonly isLive: boolean;
  /** The venue's time of the newest change, in milliseconds; 0 when it does not say. */
  readonly eventMs: number;
  /** What trades before an order; null where it does not rest, or only levels are known. */
  queueOf(venueOrderId: string): QueueAhead | null;
}

/** An order of ours, as its venue names it. */
export interface PlacedOrder {
  readonly instrument: number;
  readonly side: 'buy' | 'sell';
  readonly ticks: number;
  /** '' while the venue has not told it. */
  readonly venueOrderId: string;
}

export interface OrderPlace {
  /** Exact; null where the venue tells of levels alone, or does not show the order. */
  readonly ahead: QueueAhead | null;
  /** All that rests at its price, the order itself among it; null without a live book. */
  readonly levelLots: number | null;
}

/** Views of one market that are remembered: that of the connection, its relief, and one ended. */
const VIEWS_MAX = 3;

/**
 * Where the books of all feeds are found by whoever reads in the same lane. Feeds come and go and
 * a market may have two connections at a time: the newest view that is live counts, else the
 * newest. A view says itself whether its feed still believes in it; who reads also looks at the
 * age of the last quote, for a feed that crashed says nothing any more.
 */
export class BookShelf {
  readonly #views = new Map<number, ShelvedView[]>();

  /** A feed has begun, with books of its own. */
  follow(view: ShelvedView): void {
    const { index } = view.instrument;
    const views = this.#views.get(index) ?? [];
    views.unshift(view);
    views.length = Math.min(views.length, VIEWS_MAX);
    this.#views.set(index, views);
  }

  /** Null before a feed has begun. Allocates nothing. */
  viewOf(instrument: number): ShelvedView | null {
    const views = this.#views.get(instrument);
    if (views === undefined) return null;
    for (const view of views) if (view.isLive) return view;
    return views[0] ?? null;
  }

  /** Where an order stands in its market, as the feed of that market has it now. */
  placeOf({ instrument, side, ticks, venueOrderId }: PlacedOrder): OrderPlace {
    const view = this.viewOf(instrument);
    if (view === null || !view.isLive) return { ahead: null, levelLots: null };
    const levels = side === 'buy' ? view.book.bids : view.book.asks;
    return { ahead: view.queueOf(venueOrderId), levelLots: levels.lotsOn(ticks) };
  }
}
