import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import type { Ticks } from '../../core/units.ts';
import type { ApprovedOrder } from '../../risk/approved-order.ts';
import { arrayIn, objectIn, wordIn } from '../binance/wire.ts';
import type { Query } from '../port.ts';
import { orderMembers, request } from './orders.ts';
import type { KrakenInstrument } from './pair.ts';
import { jsonQuestion, type KrakenAccess, type Params, privateQuestion } from './rest.ts';
import type { KrakenToken } from './session.ts';
import { venueIdOf } from './wire/client-id.ts';

/** What makes more of a limit or market order than it is. */
export type OrderStyle =
  | { readonly kind: 'plain' }
  /** Waits at the venue until the last price reaches `trigger`. */
  | { readonly kind: 'stop-loss' | 'take-profit'; readonly trigger: Ticks }
  /** Waits until the price comes back from its best by so much. */
  | { readonly kind: 'trailing-stop'; readonly distance: Ticks }
  /** Shows only a part of itself at a time. */
  | { readonly kind: 'iceberg'; readonly displayLots: ApprovedOrder['lots'] };

export interface OrderExtras {
  readonly style: OrderStyle;
  /** Borrowed, as a multiple; absent when nothing is. */
  readonly leverage?: number;
  /** An order that the venue places when this one has filled: one leg of a bracket. */
  readonly close?: { readonly kind: 'stop-loss' | 'take-profit'; readonly trigger: Ticks };
}

/**
 * An order over REST, with everything that the venue can make of it. The answer is its id.
 *
 * @param order its kind says whether a limit or a market order follows the trigger
 */
export function addOrder(
  access: KrakenAccess,
  order: ApprovedOrder,
  pair: KrakenInstrument,
  extras: OrderExtras,
  nowMs: number,
): Query<string> {
  const params = addParams(order, pair, extras, nowMs + access.receiveWindowMs);
  return privateQuestion(access, 'AddOrder', params, nowMs, (result) => {
    const [orderId] = arrayIn(objectIn(result, 'order')['txid'], 'txid');
    return wordIn(orderId);
  });
}

/** Parameters of `AddOrder` in the order in which they are signed. */
export function addParams(
  order: ApprovedOrder,
  pair: KrakenInstrument,
  extras: OrderExtras,
  deadlineMs: number,
): Params {
  const { style, leverage, close } = extras;
  const price = priceOf(order, pair, style);
  const flags = order.isPostOnly ? 'fciq,post' : 'fciq';
  const isLasting = order.kind === 'limit' && style.kind === 'plain';
  const params: (readonly [string, string | number] | null)[] = [
    ['pair', pair.altname],
    ['type', order.side],
    ['ordertype', typeOf(order, style)],
    ['volume', quantityText(pair, order.lots)],
    ['cl_ord_id', venueIdOf(order.clientId)],
    ...price,
    style.kind === 'iceberg' ? ['displayvol', quantityText(pair, style.displayLots)] : null,
    leverage === undefined ? null : ['leverage', `${leverage}:1`],
    close === undefined ? null : ['close[ordertype]', close.kind],
    close === undefined ? null : ['close[price]', priceText(pair, close.trigger)],
    isLasting ? ['timeinforce', order.timeInForce.toUpperCase()] : null,
    order.isReduceOnly && leverage !== undefined ? ['reduce_only', 'true'] : null,
    ['stptype', 'cancel-newest'],
    ['oflags', flags],
    ['deadline', new Date(deadlineMs).toISOString()],
  ];
  return params.filter((each) => each !== null);
}

function typeOf(order: ApprovedOrder, style: OrderStyle): string {
  switch (style.kind) {
    case 'plain':
      return order.kind;
    case 'iceberg':
      return 'iceberg';
    default:
      return order.kind === 'limit' ? `${style.kind}-limit` : style.kind;
  }
}

/** `price` is the trigger where there is one, and the limit is `price2` then. */
function priceOf(order: ApprovedOrder, pair: Instrument, style: OrderStyle): Params {
  const limit = priceText(pair, order.ticks);
  if (style.kind === 'plain' || style.kind === 'iceberg') {
    return order.kind === 'limit' ? [['price', limit]] : [];
  }
  const isTrailing = style.kind === 'trailing-stop';
  const trigger = isTrailing
    ? `+${priceText(pair, style.distance)}`
    : priceText(pair, style.trigger);
  // The limit of a trailing stop trails too, so it is a distance: none, the price itself.
  const second = isTrailing ? '+0' : limit;
  return order.kind === 'limit'
    ? [
        ['price', trigger],
        ['price2', second],
      ]
    : [['price', trigger]];
}

/** Orders of one pair in one request, 2 … 15 of them. Answers the id of each, '' when refused. */
export function addOrders(
  access: KrakenAccess,
  orders: readonly ApprovedOrder[],
  pair: KrakenInstrument,
  nowMs: number,
): Query<readonly string[]> {
  const described = orders.map((order) => {
    const params = addParams(order, pair, { style: { kind: 'plain' } }, 0);
    const own = params.filter(([name]) => name !== 'pair' && name !== 'deadline');
    return Object.fromEntries(own);
  });
  const deadline = new Date(nowMs + access.receiveWindowMs).toISOString();
  const body = { pair: pair.altname, orders: described, deadline };
  return jsonQuestion(access, 'AddOrderBatch', body, nowMs, (result) =>
    arrayIn(objectIn(result, 'batch')['orders'], 'orders').map((entry) =>
      wordIn(objectIn(entry, 'order')['txid']),
    ),
  );
}

/** The same over the socket: one frame, one answer for all. */
export function batchAdd(
  token: KrakenToken,
  orders: readonly ApprovedOrder[],
  instrument: Instrument,
  requestId: string,
  deadlineMs: number,
): string {
  const members = orders.map((order) => {
    const own = orderMembers(order, instrument);
    return `{${own.replace(`"symbol":"${instrument.symbol}",`, '')}}`;
  });
  const deadline = new Date(deadlineMs).toISOString();
  const shared = `"symbol":"${instrument.symbol}","deadline":"${deadline}","token":"${token.text}"`;
  return request('batch_add', `"orders":[${members.join(',')}],${shared}`, requestId);
}

/** Changes an open order in place: what only shrinks keeps its place in the queue. */
export function amendOrder(
  token: KrakenToken,
  order: Pick<ApprovedOrder, 'clientId' | 'ticks' | 'lots'>,
  instrument: Instrument,
  requestId: string,
  deadlineMs: number,
): string {
  const { clientId, ticks, lots } = order;
  const members =
    `"cl_ord_id":"${venueIdOf(clientId)}","order_qty":${quantityText(instrument, lots)},` +
    `"limit_price":${priceText(instrument, ticks)},` +
    `"deadline":"${new Date(deadlineMs).toISOString()}","token":"${token.text}"`;
  return request('amend_order', members, requestId);
}

/** The same over REST. Answers the id of the change. */
export function amendOverRest(
  access: KrakenAccess,
  order: Pick<ApprovedOrder, 'clientId' | 'ticks' | 'lots'>,
  pair: Instrument,
  nowMs: number,
): Query<string> {
  const params: Params = [
    ['cl_ord_id', venueIdOf(order.clientId)],
    ['order_qty', quantityText(pair, order.lots)],
    ['limit_price', priceText(pair, order.ticks)],
  ];
  return privateQuestion(access, 'AmendOrder', params, nowMs, (result) =>
    wordIn(objectIn(result, 'amendment')['amend_id']),
  );
}
