import { baseAmount, type Instrument, quoteAmount } from '../../../core/instrument.ts';
import { type Amount, amountOf, type Lots, NO_AMOUNT, type Ticks } from '../../../core/units.ts';
import { type FeeSchedule, feeOnTop } from '../fees.ts';
import { limitOf, type NewOrder, restLots, type VenueOrder } from '../orders.ts';
import { wakesAt } from './trail.ts';

/**
 * What is locked for an order that may rest or waits: the base that it sells, or the most that it
 * buys for, fees on top included. A purchase at any price that waits has the price at which it
 * would wake locked; what it costs beyond that is found when it wakes.
 *
 * @param lastTicks price that a trail would follow from; null before the first trade
 * @returns null when a purchase has no price to be measured by
 */
export function neededFor(
  instrument: Instrument,
  fees: FeeSchedule,
  order: NewOrder,
  lastTicks: Ticks | null,
): Amount | null {
  if (order.side === 'sell') return baseAmount(instrument, order.lots);
  const ticks = dearestOf(order, lastTicks);
  if (ticks === null) return null;
  const paid = quoteAmount(instrument, ticks, order.lots);
  // Amounts are cut off, so a share of what is held for a dearer price could be short by a unit.
  const spare = order.bracket === undefined ? NO_AMOUNT : 1n;
  return amountOf(paid + feeOnTop(fees, paid) + spare);
}

/** The highest price that a purchase may come to, as far as it is known. */
function dearestOf(order: NewOrder, lastTicks: Ticks | null): Ticks | null {
  const { type, ticks, trigger, bracket } = order;
  if (bracket !== undefined) {
    return Math.max(ticks, bracket.ticks, bracket.limitTicks) as Ticks;
  }
  if (type !== 'market' || trigger === undefined) return ticks;
  const { trail } = trigger;
  const from = trigger.ticks === 0 ? lastTicks : trigger.ticks;
  return trail === null || from === null ? from : wakesAt(order.side, trail, from);
}

/**
 * What stays locked after a fill: the rest at its limit, or what a market order has not paid. Where
 * a fee is locked as well, the same share of it, rounded up: what is released pays for the fill.
 */
export function heldAfter(
  instrument: Instrument,
  order: VenueOrder,
  filledLots: Lots,
  paid: Amount,
): Amount {
  const limit = limitOf(order);
  if (limit === null) return amountOf(order.held - paid);
  const left = restLots({ ...order, filledLots });
  if (order.side === 'sell') return baseAmount(instrument, left);
  const before = restLots(order);
  if (order.held <= quoteAmount(instrument, limit, before)) {
    return quoteAmount(instrument, limit, left);
  }
  const [rest, all] = [BigInt(left), BigInt(before)];
  return amountOf((order.held * rest + all - 1n) / all);
}
