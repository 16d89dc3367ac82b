import { parseLots } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { isOpen, type OrderReference, type VenueOrder } from '../../exchange/orders.ts';
import type { MarketView } from '../../exchange/port.ts';
import {
  type BinanceError,
  badRequest,
  NO_SUCH_ORDER,
  refusalError,
  TOO_MANY_ORDERS,
} from '../errors.ts';
import { type Cancellation, canceled, canceledJson, RESTRICTIONS } from './cancellation.ts';
import { autoClientId, type Call, marketOf, marketsOf, type Operation } from './operation.ts';
import { amendedOrder, placedOrder, queriedOrder, wireOf } from './order-json.ts';
import { CLIENT_ID, invalid, neither, newOrder } from './order-parameters.ts';

const BAD_RESTRICTIONS = badRequest(
  -1145,
  '`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.',
);

/** What places, cancels and looks up orders. */
export const ORDER_REQUESTS: readonly Operation[] = [
  { route: 'POST order', method: 'order.place', right: 'trade', weight: 1, run: place },
  { route: 'POST order/test', method: 'order.test', right: 'trade', weight: 1, run: tryOut },
  { route: 'GET order', method: 'order.status', right: 'read', weight: 4, run: status },
  { route: 'DELETE order', method: 'order.cancel', right: 'cancel', weight: 1, run: cancel },
  {
    route: 'PUT order/amend/keepPriority',
    method: 'order.amend.keepPriority',
    right: 'trade',
    weight: 4,
    run: amend,
  },
  {
    route: 'GET openOrders',
    method: 'openOrders.status',
    right: 'read',
    weight: (parameters) => (parameters.has('symbol') ? 6 : 80),
    run: openOrders,
  },
  {
    route: 'DELETE openOrders',
    method: 'openOrders.cancelAll',
    right: 'cancel',
    weight: 1,
    run: cancelAll,
  },
];

function place(call: Call): Result<unknown, BinanceError> {
  const { desk, account } = call;
  const read = newOrder(call);
  if (!read.ok) return read;
  const { order, form, market } = read.value;
  if (!desk.limits.mayOrder(account, desk.clock.now())) return err(TOO_MANY_ORDERS);
  const placed = desk.exchange.place(account, order);
  if (!placed.ok) return err(refusalError(placed.error));
  return ok(placedOrder(wireOf(market.rules.instrument), placed.value, form));
}

function tryOut(call: Call): Result<unknown, BinanceError> {
  const read = newOrder(call);
  if (!read.ok) return read;
  const refusal = call.desk.exchange.wouldRefuse(call.account, read.value.order);
  return refusal === null ? ok({}) : err(refusalError(refusal));
}

function status(call: Call): Result<unknown, BinanceError> {
  const read = call.parameters.checked(referenceOf(call));
  if (!read.ok) return read;
  const { market, reference } = read.value;
  const order = call.desk.exchange.find(call.account, reference);
  if (order === null) return err(NO_SUCH_ORDER);
  return ok(queriedOrder(wireOf(market.rules.instrument), order));
}

function cancel(call: Call): Result<unknown, BinanceError> {
  const { parameters } = call;
  const asked = referenceOf(call);
  const cancellation: Cancellation = {
    cancelId: parameters.matching('newClientOrderId', CLIENT_ID) ?? autoClientId(call.desk.random),
    only: parameters.choice('cancelRestrictions', RESTRICTIONS, BAD_RESTRICTIONS),
  };
  const read = parameters.checked(asked);
  if (!read.ok) return read;
  const { market, reference } = read.value;
  return canceled(call, wireOf(market.rules.instrument), reference, cancellation);
}

/** Shrinks an order where it stands. This venue leaves it its client id, and takes no other. */
function amend(call: Call): Result<unknown, BinanceError> {
  const { desk, parameters, account } = call;
  const asked = referenceOf(call);
  const quantity = parameters.text('newQty');
  parameters.decimal('newQty');
  const newId = parameters.matching('newClientOrderId', CLIENT_ID);
  const read = parameters.checked(asked);
  if (!read.ok) return read;
  const { market, reference } = read.value;
  const { instrument } = market.rules;
  const order = desk.exchange.find(account, reference);
  if (order === null || !isOpen(order)) return err(NO_SUCH_ORDER);
  if (newId !== order.clientId) return err(invalid('newClientOrderId'));
  const lots = parseLots(instrument, quantity);
  if (lots === order.lots) return err(amendRejected('would result in no change to the order'));
  if (lots > order.lots) return err(amendRejected('(quantity increase) is not supported'));
  const amended = desk.exchange.amend(account, reference, { ticks: order.ticks, lots });
  if (!amended.ok) return err(refusalError(amended.error));
  return ok(amendedOrder(wireOf(instrument), amended.value.order));
}

function amendRejected(why: string): BinanceError {
  return badRequest(-2038, `Order amend ${why}.`);
}

function openOrders(call: Call): Result<unknown, BinanceError> {
  const { markets } = marketsOf(call);
  const checked = call.parameters.checked(markets);
  if (!checked.ok) return checked;
  const open = [...(call.desk.exchange.account(call.account)?.open.values() ?? [])];
  return ok(
    checked.value.flatMap(({ rules: { instrument } }) => {
      const wire = wireOf(instrument);
      const ours = open.filter(({ symbol }) => symbol === instrument.symbol);
      return ours.map((order) => queriedOrder(wire, order));
    }),
  );
}

/** Cancels the orders and the lists of a market; a list is told as one. */
function cancelAll(call: Call): Result<unknown, BinanceError> {
  const { desk, account } = call;
  const read = call.parameters.checked(marketOf(call));
  if (!read.ok) return read;
  const { instrument } = read.value.rules;
  const open = desk.exchange.account(account)?.open ?? new Map<number, VenueOrder>();
  for (const { orderId, pairedId } of open.values()) {
    const known = pairedId === undefined ? undefined : desk.cancelIds.get(pairedId);
    desk.cancelIds.set(orderId, known ?? autoClientId(desk.random));
  }
  const ids = new Map(desk.cancelIds);
  const ended = desk.exchange.cancelAll(account, instrument.symbol);
  desk.cancelIds.clear();
  if (!ended.ok) return err(refusalError(ended.error));
  const wire = wireOf(instrument);
  const told = ended.value.filter(isToldFirst);
  return ok(told.map((order) => canceledJson(call, wire, order, ids.get(order.orderId) ?? '')));
}

/** Whether no other order of its list comes before it. */
function isToldFirst({ listId }: VenueOrder, at: number, all: readonly VenueOrder[]): boolean {
  return listId === undefined || all.findIndex((each) => each.listId === listId) === at;
}

/** A market and an order by either id; null after a mistake, which `parameters` keeps. */
export function referenceOf(call: Call): { market: MarketView; reference: OrderReference } | null {
  const { parameters } = call;
  const market = marketOf(call);
  const orderId = parameters.integer('orderId');
  const clientId = parameters.matching('origClientOrderId', CLIENT_ID);
  if (orderId === null && clientId === null) {
    parameters.fail(neither('origClientOrderId', 'orderId'));
  }
  if (market === null) return null;
  const { symbol } = market.rules.instrument;
  return { market, reference: { symbol, orderId, clientId } };
}
