import { isOpen, type VenueOrder } from '../../exchange/orders.ts';
import type { Pair, PlacedPair } from '../../exchange/port.ts';
import { canceledOrder, type PlacedForm, placedOrder, type Wire } from './order-json.ts';

/** The orders of a list, first the one that came first. */
function legsOf({ target, stop }: Pair): readonly VenueOrder[] {
  return [target, stop].sort((left, right) => left.orderId - right.orderId);
}

/** Whether anything may still come of a list. */
export function isExecuting({ target, stop }: Pair): boolean {
  return isOpen(target) || isOpen(stop);
}

export function listStatuses(pair: Pair) {
  return isExecuting(pair)
    ? { listStatusType: 'EXEC_STARTED', listOrderStatus: 'EXECUTING' }
    : { listStatusType: 'ALL_DONE', listOrderStatus: 'ALL_DONE' };
}

/** A list as queries show it. */
export function listJson(pair: Pair) {
  const legs = legsOf(pair);
  return {
    orderListId: pair.listId,
    contingencyType: 'OCO',
    ...listStatuses(pair),
    listClientOrderId: pair.target.listClientId,
    transactionTime: Math.max(...legs.map(({ updatedMs }) => updatedMs)),
    symbol: pair.target.symbol,
    orders: legs.map(({ symbol, orderId, clientId: clientOrderId }) => {
      return { symbol, orderId, clientOrderId };
    }),
  };
}

/** A new list, with its orders in the length that was asked for. */
export function placedList(wire: Wire, { listId, target, stop }: PlacedPair, form: PlacedForm) {
  const legs = [target, stop].sort((left, right) => left.order.orderId - right.order.orderId);
  return {
    ...listJson({ listId, target: target.order, stop: stop.order }),
    orderReports: legs.map((leg) => placedOrder(wire, leg, form)),
  };
}

/** A list as its cancellation shows it. */
export function canceledList(wire: Wire, pair: Pair, cancelId: string) {
  const orderReports = legsOf(pair).map((leg) => canceledOrder(wire, leg, cancelId));
  return { ...listJson(pair), orderReports };
}

/** What happened to a list, for the user stream. */
export function listStatus(pair: Pair, nowMs: number, venueMs: number) {
  const { listStatusType, listOrderStatus } = listStatuses(pair);
  return {
    e: 'listStatus',
    E: nowMs,
    s: pair.target.symbol,
    g: pair.listId,
    c: 'OCO',
    l: listStatusType,
    L: listOrderStatus,
    r: 'NONE',
    C: pair.target.listClientId,
    T: venueMs,
    O: legsOf(pair).map(({ symbol: s, orderId: i, clientId: c }) => ({ s, i, c })),
  };
}
