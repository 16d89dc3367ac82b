import { lotsOf, nanosOf, ticksOf } from '../../../src/core/units.ts';
import type { AmendIntent, Amendment } from '../../../src/execution/amend/amendment.ts';
import { anOrder, type LaterEvent, type OrderParts } from './orders.ts';

/** Other terms for `anOrder` that are never late: 60 lots at tick 5,900,000. */
export function anAmendment(ticks = 5_900_000, lots = 60): Amendment {
  return {
    ticks: ticksOf(ticks),
    lots: lotsOf(lots),
    epoch: 1,
    decidedNs: nanosOf(0),
    deadlineNs: nanosOf(Number.MAX_SAFE_INTEGER),
  };
}

/** The same as they are asked of risk. @param parts of the order as it would be */
export function anAmendIntent(parts: OrderParts, filledLots = 0): AmendIntent {
  const wanted = anOrder(parts);
  return { wanted, lots: lotsOf(wanted.lots + filledLots) };
}

/** The events of an amendment of `anOrder`, each with its client id. */
export function amendEvents(clientId = anOrder().clientId) {
  return {
    submitted: (amendment = anAmendment()): LaterEvent => ({
      kind: 'amend-submitted',
      clientId,
      amendment,
    }),
    accepted: (ticks = 5_900_000, lots = 60): LaterEvent => ({
      kind: 'amend-accepted',
      clientId,
      ticks: ticksOf(ticks),
      lots: lotsOf(lots),
    }),
    refused: { kind: 'amend-refused', clientId, reason: 'halted' } as LaterEvent,
    rejected: { kind: 'amend-rejected', clientId, reason: 'no' } as LaterEvent,
    unknown: { kind: 'amend-outcome-unknown', clientId, reason: 'silence' } as LaterEvent,
  };
}
