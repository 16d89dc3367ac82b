import { isEnded, type OrderRecord } from '../order.ts';
import type { Terms } from './amendment.ts';

/** What a venue changes of an order that rests, without making another of it. */
export interface Amending {
  /** `size-down`: its size alone, which may only shrink. */
  readonly changes: 'price-and-size' | 'size-down';
  /** The venue answers when the wish has been taken down: what came of it has to be asked. */
  readonly isQueued: boolean;
}

/**
 * Whether the terms of an order can be changed now: it has no trigger and shows all of it, it rests
 * under a name of the venue's, nobody has asked for it back, nothing else is under way, something
 * would be left of it, and the venue changes that much.
 */
export function mayAmend(record: OrderRecord, terms: Terms, { changes }: Amending): boolean {
  const { order, venueOrderId, filledLots, amendment, isCancelRequested } = record;
  if (order.trigger !== undefined || order.shownLots !== undefined) return false;
  const rests = venueOrderId !== '' && !isEnded(record) && !isCancelRequested;
  if (!rests || amendment !== null || terms.lots <= filledLots) return false;
  return changes === 'price-and-size' || (terms.ticks === order.ticks && terms.lots < order.lots);
}
