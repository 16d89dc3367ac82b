import type { Fill, OrderIntent, OrderRecord } from '../order.ts';

/**
 * Whether a fill shows that the trigger of an order has woken: it may be told before that is. A
 * fill of a pair shows it where its target would not have traded so.
 */
export function hasWoken({ trigger, side, ticks }: OrderIntent, fill: Fill): boolean {
  if (trigger?.kind !== 'pair') return true;
  return side === 'buy' ? fill.ticks > ticks : fill.ticks < ticks;
}

/** Whether no limit binds it: a pair has become a market order once its stop has woken. */
export function isMarketNow({ order, isWaiting }: OrderRecord): boolean {
  return order.kind === 'market' || (order.trigger?.kind === 'pair' && !isWaiting);
}

/** Whether it is in the book, or on its way there: all of it but what waits for a trigger. */
export function isWorking({ order, isWaiting }: OrderRecord): boolean {
  return !isWaiting || order.trigger?.kind === 'pair';
}
