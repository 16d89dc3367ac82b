import { PROTECTION } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Lots, Nanos, Ticks } from '../../core/units.ts';
import type { OrderIntent, Side } from '../order.ts';

/** A stop that has not left after so long is decided anew. */
const INTENT_LIFE_NS = 500e6;

/** A stop as the order that risk, gate and venue know for a protective one. */
export function protectiveIntent(
  { index, venue }: Instrument,
  stop: { readonly side: Side; readonly ticks: Ticks; readonly lots: Lots },
  named: { readonly clientId: string; readonly epoch: number; readonly nowNs: number },
): OrderIntent {
  const { clientId, epoch, nowNs } = named;
  return {
    clientId,
    strategy: PROTECTION,
    venue,
    instrument: index,
    side: stop.side,
    kind: 'market',
    timeInForce: 'gtc',
    isPostOnly: false,
    isReduceOnly: true,
    ticks: 0 as Ticks,
    lots: stop.lots,
    trigger: { kind: 'stop', ticks: stop.ticks },
    epoch,
    decidedNs: nowNs as Nanos,
    deadlineNs: (nowNs + INTENT_LIFE_NS) as Nanos,
  };
}

export function isProtection(order: OrderIntent): boolean {
  return order.strategy === PROTECTION && order.trigger?.kind === 'stop' && order.isReduceOnly;
}
