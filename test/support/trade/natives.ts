import { ticksOf } from '../../../src/core/units.ts';
import type { Trigger } from '../../../src/execution/order.ts';
import type { LaterEvent } from './orders.ts';

/** Waits for the price to come to tick 5,900,000, or to another. */
export function aStop(ticks = 5_900_000, kind: 'stop' | 'take-profit' = 'stop'): Trigger {
  return { kind, ticks: ticksOf(ticks) };
}

/** Follows at once at 2 %. */
export function aTrail(bips = 200, ticks = 0): Trigger {
  return { kind: 'trailing-stop', ticks: ticksOf(ticks), bips };
}

/** The stop of a pair; the target is the order's own limit. */
export function aPair(ticks = 5_900_000): Trigger {
  return { kind: 'pair', ticks: ticksOf(ticks) };
}

export const accepted = (venueOrderId = '77', clientId = 'desk-1-mm-1'): LaterEvent => ({
  ...{ kind: 'order-accepted', clientId, venueOrderId },
});

export const triggered = (venueOrderId = '77', clientId = 'desk-1-mm-1'): LaterEvent => ({
  ...{ kind: 'order-triggered', clientId, venueOrderId },
});
