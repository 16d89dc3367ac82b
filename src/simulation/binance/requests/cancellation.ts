import { assert, err, ok, type Result } from '../../../core/result.ts';
import type { OrderReference, VenueOrder, VenueOrderStatus } from '../../exchange/orders.ts';
import { type BinanceError, badRequest, refusalError } from '../errors.ts';
import { canceledList } from './list-json.ts';
import type { Call } from './operation.ts';
import { canceledOrder, type Wire } from './order-json.ts';

/** How far an order may have come to be canceled, by what the client calls it. */
export const RESTRICTIONS: Readonly<Record<string, VenueOrderStatus>> = {
  ONLY_NEW: 'new',
  ONLY_PARTIALLY_FILLED: 'partially-filled',
};
const RESTRICTED = badRequest(-2011, 'Order was not canceled due to cancel restrictions.');

export interface Cancellation {
  /** The client id of the cancellation itself. */
  readonly cancelId: string;
  /** The one state in which the order is to be canceled; null: in any. */
  readonly only: VenueOrderStatus | null;
}

/** Cancels an order, and with one that is in a list the whole list. */
export function canceled(
  call: Call,
  wire: Wire,
  reference: OrderReference,
  { cancelId, only }: Cancellation,
): Result<unknown, BinanceError> {
  const { desk, account } = call;
  const order = desk.exchange.find(account, reference);
  if (order !== null) {
    if (only !== null && order.status !== only) return err(RESTRICTED);
    desk.cancelIds.set(order.orderId, cancelId);
    if (order.pairedId !== undefined) desk.cancelIds.set(order.pairedId, cancelId);
  }
  const ended = desk.exchange.cancel(account, reference);
  desk.cancelIds.clear();
  if (!ended.ok) return err(refusalError(ended.error));
  return ok(canceledJson(call, wire, ended.value, cancelId));
}

/** What the answer to a cancellation shows: the order, or the list that it was in. */
export function canceledJson(
  { desk, account }: Call,
  wire: Wire,
  order: VenueOrder,
  cancelId: string,
) {
  const { listId } = order;
  if (listId === undefined) return canceledOrder(wire, order, cancelId);
  const pair = desk.exchange.findPair(account, { listId });
  assert(pair !== null, 'an order that names a list is in it');
  return canceledList(wire, pair, cancelId);
}
