import { err, ok, type Result } from '../../../core/result.ts';
import { type BinanceError, badRequest, refusalError, TOO_MANY_ORDERS } from '../errors.ts';
import { type Cancellation, canceled, RESTRICTIONS } from './cancellation.ts';
import { autoClientId, type Call, type Operation } from './operation.ts';
import { placedOrder, wireOf } from './order-json.ts';
import {
  CLIENT_ID,
  invalid,
  mandatory,
  neither,
  newOrder,
  type ReadOrder,
} from './order-parameters.ts';

/** Whether the new order is placed although the old one could not be canceled. */
const MODES: Readonly<Record<string, { readonly placesAnyway: boolean }>> = {
  STOP_ON_FAILURE: { placesAnyway: false },
  ALLOW_FAILURE: { placesAnyway: true },
};
/** Whether the old one is canceled although no new one may be placed for now. */
const WHEN_LIMITED: Readonly<Record<string, { readonly cancelsAnyway: boolean }>> = {
  DO_NOTHING: { cancelsAnyway: false },
  CANCEL_ONLY: { cancelsAnyway: true },
};
const CONFLICT = 409;

/** Cancels one order and places another, as one request. */
export const CANCEL_REPLACE: Operation = {
  route: 'POST order/cancelReplace',
  method: 'order.cancelReplace',
  right: 'trade',
  weight: 1,
  run: cancelReplace,
};

/** Filters and the count of orders are looked at before anything is canceled. */
function cancelReplace(call: Call): Result<unknown, BinanceError> {
  const { desk, account } = call;
  const asked = askedFor(call);
  const read = newOrder(call);
  if (!read.ok) return read;
  const { order, market } = read.value;
  const mayPlace = desk.limits.mayOrder(account, desk.clock.now());
  if (!mayPlace && !asked.cancelsAnyway) return err(TOO_MANY_ORDERS);
  const refusal = desk.exchange.wouldRefuse(account, order);
  if (refusal?.kind === 'filter') return err(refusalError(refusal));
  const wire = wireOf(market.rules.instrument);
  const reference = { ...asked.reference, symbol: order.symbol };
  const old = canceled(call, wire, reference, asked.cancellation);
  if (!old.ok && !asked.placesAnyway) {
    // An order that was not even tried counts all the same.
    desk.limits.count(account, desk.clock.now());
    return err(failed(old, null));
  }
  const placed = mayPlace ? place(call, read.value) : err(TOO_MANY_ORDERS);
  if (!old.ok || !placed.ok) return err(failed(old, placed));
  return ok({
    cancelResult: 'SUCCESS',
    newOrderResult: 'SUCCESS',
    cancelResponse: old.value,
    newOrderResponse: placed.value,
  });
}

function askedFor({ desk, parameters }: Call) {
  const orderId = parameters.integer('cancelOrderId');
  const clientId = parameters.matching('cancelOrigClientOrderId', CLIENT_ID);
  if (orderId === null && clientId === null) {
    parameters.fail(neither('cancelOrderId', 'cancelOrigClientOrderId'));
  }
  const named = parameters.matching('cancelNewClientOrderId', CLIENT_ID);
  const restrictions = invalid('cancelRestrictions');
  const cancellation: Cancellation = {
    cancelId: named ?? autoClientId(desk.random),
    only: parameters.choice('cancelRestrictions', RESTRICTIONS, restrictions),
  };
  const badMode = invalid('cancelReplaceMode');
  const mode = mandatory(parameters, 'cancelReplaceMode', MODES, badMode);
  const badLimited = invalid('orderRateLimitExceededMode');
  const limited = parameters.choice('orderRateLimitExceededMode', WHEN_LIMITED, badLimited);
  return {
    reference: { orderId, clientId },
    cancellation,
    placesAnyway: mode?.placesAnyway === true,
    cancelsAnyway: limited?.cancelsAnyway === true,
  };
}

function place(call: Call, { order, form, market }: ReadOrder): Result<unknown, BinanceError> {
  const placed = call.desk.exchange.place(call.account, order);
  if (!placed.ok) return err(refusalError(placed.error));
  return ok(placedOrder(wireOf(market.rules.instrument), placed.value, form));
}

/** @param placed null when the new order was not attempted */
function failed(
  old: Result<unknown, BinanceError>,
  placed: Result<unknown, BinanceError> | null,
): BinanceError {
  const data = {
    cancelResult: old.ok ? 'SUCCESS' : 'FAILURE',
    newOrderResult: placed === null ? 'NOT_ATTEMPTED' : placed.ok ? 'SUCCESS' : 'FAILURE',
    cancelResponse: responseOf(old),
    newOrderResponse: placed === null ? null : responseOf(placed),
  };
  const isPartial = old.ok || placed?.ok === true;
  if (!isPartial) return { ...badRequest(-2022, 'Order cancel-replace failed.'), data };
  const msg = 'Order cancel-replace partially failed.';
  return { status: CONFLICT, code: -2021, msg, data };
}

function responseOf(result: Result<unknown, BinanceError>): unknown {
  if (result.ok) return result.value;
  const { code, msg } = result.error;
  return { code, msg };
}
