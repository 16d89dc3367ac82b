import type { Book } from '../book.ts';

/** What is wrong with a book, worst first; `sound` where nothing is. */
export type BookState =
  /** A level that is no price or no size: what made the book is broken. */
  | 'negative'
  /** The best bid is above the best ask: something was missed. */
  | 'crossed'
  /** They are equal, which one venue never shows for longer than a message. */
  | 'locked'
  /** A side has no level. */
  | 'one-sided'
  /** Nothing was heard of it for longer than it may be. */
  | 'stale'
  | 'sound';

/**
 * Judges a book by its best levels, O(1).
 *
 * @param ageMs since anything was heard of it
 * @param ageMsMax how long a sound market may be silent
 */
export function bookState({ bids, asks }: Book, ageMs: number, ageMsMax: number): BookState {
  if (isBroken(bids.bestTicks, bids.bestLots, bids.depth)) return 'negative';
  if (isBroken(asks.bestTicks, asks.bestLots, asks.depth)) return 'negative';
  if (bids.depth === 0 || asks.depth === 0) return 'one-sided';
  if (bids.bestTicks > asks.bestTicks) return 'crossed';
  if (bids.bestTicks === asks.bestTicks) return 'locked';
  return ageMs <= ageMsMax ? 'sound' : 'stale';
}

function isBroken(ticks: number, lots: number, depth: number): boolean {
  return depth > 0 && !(ticks > 0 && lots > 0);
}
