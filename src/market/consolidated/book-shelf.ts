import type { Book } from '../book.ts';

/** A book of a feed, as `MarketView` is one. */
export interface ShelvedView {
  readonly instrument: { readonly index: number };
  readonly book: Book;
  /** Whether the feed says that it may be priced from. */
  readonly isLive: boolean;
  /** The venue's time of the newest change, in milliseconds; 0 when it does not say. */
  readonly eventMs: number;
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
}
