import type { Ticks } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import type { VenueOrder, VenueTrigger } from '../orders.ts';

export type Trail = NonNullable<VenueTrigger['trail']>;
export type Away = NonNullable<VenueTrigger['limitAway']>;

const BIPS = 10_000;

/**
 * The price at which an order wakes whose trail has followed to a best price: a sell at or below
 * `mark × (10000 − bips) / 10000`, a buy at or above `mark × (10000 + bips) / 10000`, and so at the
 * last whole tick on that side. Exact, as long as the mark is a safe integer.
 *
 * @see binance-spot-api-docs, faqs/trailing-stop-faq.md
 */
export function wakesAt(side: Side, trail: Trail, markTicks: Ticks): Ticks {
  const distance = 'ticks' in trail ? trail.ticks : shareOf(markTicks, trail.bips);
  return (side === 'sell' ? markTicks - distance : markTicks + distance) as Ticks;
}

/** The limit of an order that wakes now, which may be counted from the price that wakes it. */
export function wokenTicks({ side, ticks, trigger, markTicks }: VenueOrder): Ticks {
  const { trail, limitAway } = trigger ?? {};
  if (trail == null || limitAway === undefined || markTicks === undefined) return ticks;
  return awayFrom(wakesAt(side, trail, markTicks), limitAway);
}

/** So far from a price, in ticks or in 1/10000ths of it rounded away; never below one tick. */
export function awayFrom(ticks: Ticks, away: Away): Ticks {
  if ('ticks' in away) return Math.max(1, ticks + away.ticks) as Ticks;
  const distance = shareOf(ticks, Math.abs(away.bips));
  return Math.max(1, ticks + (away.bips < 0 ? -distance : distance)) as Ticks;
}

/** Whether a price is better than the mark, so that the trail follows it. */
export function isBetter(side: Side, ticks: number, markTicks: number): boolean {
  return side === 'sell' ? ticks > markTicks : ticks < markTicks;
}

/** A share in 1/10000ths, rounded up; no product leaves the safe integers. */
function shareOf(ticks: number, bips: number): number {
  return Math.floor(ticks / BIPS) * bips + Math.ceil(((ticks % BIPS) * bips) / BIPS);
}
