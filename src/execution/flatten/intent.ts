import { FLATTENING } from '../../core/ids.ts';
import type { Nanos } from '../../core/units.ts';
import type { OrderIntent } from '../order.ts';
import type { FlattenOrder } from './flattening.ts';

/** A slice that has not left after so long is cut anew. */
const SLICE_LIFE_NS = 500e6;

/** The part of the permit that an order has to carry. */
export interface Permitted {
  readonly epoch: number;
  readonly deadlineNs: number;
}

/** A slice as the order that risk and gate know for one of the flattening's. */
export function flattenIntent(
  order: FlattenOrder,
  { epoch, deadlineNs }: Permitted,
  named: { readonly clientId: string; readonly venue: string; readonly nowNs: number },
): OrderIntent {
  const { clientId, venue, nowNs } = named;
  return {
    clientId,
    strategy: FLATTENING,
    venue,
    instrument: order.instrument,
    side: order.side,
    kind: 'limit',
    timeInForce: 'ioc',
    isPostOnly: false,
    isReduceOnly: true,
    ticks: order.ticks,
    lots: order.lots,
    epoch,
    decidedNs: nowNs as Nanos,
    deadlineNs: Math.min(nowNs + SLICE_LIFE_NS, deadlineNs) as Nanos,
  };
}

export function isFlattening(order: OrderIntent): boolean {
  return order.strategy === FLATTENING;
}
