import { assert, err, ok, type Result } from '../../../core/result.ts';
import type { VenueOrder } from '../../exchange/orders.ts';
import type { Call, Method } from '../call.ts';
import { INVALID_ARGUMENTS, type KrakenError, UNKNOWN_ORDER, UNKNOWN_PAIR } from '../errors.ts';
import { amendIdText, orderIdText } from '../names.ts';
import { closeText } from '../orders/kind-text.ts';
import type { OrderWish } from '../orders/order-desk.ts';
import { amendWishOf, REST, wishOf } from '../orders/wish.ts';
import { describedOrder } from './order-json.ts';

/** Orders of one batch. */
const BATCH_MAX = 15;
const CANCELS_MAX = 50;

/** What places, changes and cancels orders; they are counted by pair, not by call. */
export const ORDER_METHODS: readonly Method[] = [
  { name: 'AddOrder', right: 'trade', cost: 0, run: add },
  { name: 'AddOrderBatch', right: 'trade', cost: 0, run: addBatch },
  { name: 'AmendOrder', right: 'trade', cost: 0, run: amend },
  { name: 'CancelOrder', right: 'cancel', cost: 0, run: cancel },
  { name: 'CancelOrderBatch', right: 'cancel', cost: 0, run: cancelBatch },
  { name: 'CancelAll', right: 'cancel', cost: 1, run: cancelAll },
  { name: 'CancelAllOrdersAfter', right: 'cancel', cost: 1, run: cancelAllAfter },
];

function accountName({ key }: Call): string {
  assert(key !== null, 'a private call has a key');
  return key.account;
}

function add(call: Call): Result<unknown, KrakenError> {
  const { desk, read } = call;
  const pair = desk.pairs.find(read('pair'));
  if (pair === null) return err(UNKNOWN_PAIR);
  const wish = wishOf(read, REST, pair.names.symbol);
  if (!wish.ok) return wish;
  if (read('validate') === 'true') {
    const refusal = desk.orders.wouldRefuse(accountName(call), wish.value);
    return refusal === null ? ok({ descr: { order: 'valid' } }) : err(refusal);
  }
  const placed = desk.orders.place(accountName(call), wish.value);
  return placed.ok ? ok(placedJson(call, placed.value, wish.value)) : placed;
}

function placedJson({ desk }: Call, order: VenueOrder, { close }: OrderWish): unknown {
  const pair = desk.pairs.find(order.symbol);
  assert(pair !== null, 'an order belongs to a market of the venue');
  const described = describedOrder(order, pair.market.rules.instrument, pair.names.altname);
  const closed = close === null ? {} : { close: closeText(close) };
  return { txid: [orderIdText(order.orderId)], descr: { order: described, ...closed } };
}

/** Each order for itself: what is refused says so, and the others go on. */
function addBatch(call: Call): Result<unknown, KrakenError> {
  const orders = call.json?.['orders'];
  const pair = call.desk.pairs.find(String(call.json?.['pair'] ?? ''));
  if (pair === null) return err(UNKNOWN_PAIR);
  if (!Array.isArray(orders) || orders.length < 2 || orders.length > BATCH_MAX) {
    return err(`${INVALID_ARGUMENTS}:orders`);
  }
  const results = orders.map((entry: unknown) => {
    const wish = wishOf(readerOf(entry), REST, pair.names.symbol);
    const placed = wish.ok ? call.desk.orders.place(accountName(call), wish.value) : wish;
    if (!placed.ok) return { error: placed.error };
    const { instrument } = pair.market.rules;
    const order = describedOrder(placed.value, instrument, pair.names.altname);
    return { txid: orderIdText(placed.value.orderId), descr: { order } };
  });
  return ok({ orders: results });
}

/** Reads members of a JSON object as texts; `a.b` is member `b` of member `a`. */
export function readerOf(value: unknown): (name: string) => string {
  return (name) => {
    const member = name.split('.').reduce(memberOf, value);
    return typeof member === 'object' || member === undefined ? '' : String(member);
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function amend(call: Call): Result<unknown, KrakenError> {
  const { desk, read } = call;
  const wish = amendWishOf(read);
  const name = { orderId: read('txid'), clientId: read('cl_ord_id') };
  const amended = wish.ok ? desk.orders.amend(accountName(call), name, wish.value) : wish;
  return amended.ok ? ok({ amend_id: amendIdText(amended.value.orderId) }) : amended;
}

function cancel(call: Call): Result<unknown, KrakenError> {
  const { desk, read } = call;
  const name = { orderId: read('txid'), clientId: read('cl_ord_id') };
  if (name.orderId === '' && name.clientId === '') return err(`${INVALID_ARGUMENTS}:txid`);
  const canceled = desk.orders.cancel(accountName(call), name);
  return canceled.ok ? ok({ count: 1 }) : canceled;
}

function cancelBatch(call: Call): Result<unknown, KrakenError> {
  const ids = call.json?.['orders'];
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > CANCELS_MAX) {
    return err(`${INVALID_ARGUMENTS}:orders`);
  }
  const account = accountName(call);
  const done = ids.filter(
    (id) => call.desk.orders.cancel(account, { orderId: String(id), clientId: '' }).ok,
  );
  return done.length === 0 ? err(UNKNOWN_ORDER) : ok({ count: done.length });
}

function cancelAll(call: Call): Result<unknown, KrakenError> {
  return ok({ count: call.desk.orders.cancelAll(accountName(call)) });
}

function cancelAllAfter(call: Call): Result<unknown, KrakenError> {
  const { desk, read } = call;
  const set = desk.orders.cancelAllAfter(accountName(call), Number(read('timeout') || Number.NaN));
  if (!set.ok) return set;
  const textOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const triggerTime = set.value === null ? '0' : textOf(set.value);
  return ok({ currentTime: textOf(desk.clock.now()), triggerTime });
}
