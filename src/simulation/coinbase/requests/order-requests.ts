import { parseLots, parseTicks } from '../../../core/instrument.ts';
import { isOpen } from '../../exchange/orders.ts';
import { orderName } from '../order-names.ts';
import { faultOf } from './new-orders.ts';
import {
  badArgument,
  type Call,
  type CallReply,
  countOf,
  good,
  notFound,
  type Operation,
  timeOf,
} from './operation.ts';
import { allOrders, fillJson, namedOrder, orderJson, statusOf } from './order-json.ts';

/** Orders that one request may cancel. */
const CANCELS_MAX = 100;
const PAGE_MAX = 1_000;

export const ORDER_REQUESTS: readonly Operation[] = [
  { name: 'orders.edit', route: 'POST orders/edit', right: 'trade', run: edit },
  { name: 'orders.cancel', route: 'POST orders/batch_cancel', right: 'cancel', run: cancel },
  { name: 'orders.list', route: 'GET orders/historical/batch', right: 'read', run: list },
  { name: 'orders.fills', route: 'GET orders/historical/fills', right: 'read', run: fills },
  { name: 'orders.get', route: 'GET orders/historical/*', right: 'read', run: get },
];

/** Price and size of a resting order change, which is a limit order; what has filled stays. */
function edit({ desk, body, account }: Call): CallReply {
  const refusedBy = (edit_failure_reason: string): CallReply =>
    good({ success: false, errors: [{ edit_failure_reason }] });
  const name = String(body['order_id']);
  const named = namedOrder(desk, account, name);
  if (named === null) return refusedBy('ORDER_NOT_FOUND');
  const { order: known, instrument } = named;
  if (!isOpen(known)) return refusedBy('ORDER_IS_FULLY_FILLED');
  const isPlain = known.trigger === undefined && known.bracket === undefined;
  if (!isPlain) return refusedBy('ONLY_LIMIT_ORDER_EDITS_SUPPORTED');
  const { price, size } = body;
  const ticks = typeof price === 'string' ? parseTicks(instrument, price) : known.ticks;
  const lots = typeof size === 'string' ? parseLots(instrument, size) : known.lots;
  if (!(ticks > 0)) return refusedBy('INVALID_EDITED_PRICE');
  if (!(lots > 0)) return refusedBy('INVALID_EDITED_SIZE');
  if (lots <= known.filledLots) return refusedBy('CANNOT_EDIT_TO_BELOW_FILLED_SIZE');
  const { symbol, orderId } = known;
  const reference = { symbol, orderId, clientId: null };
  const amended = desk.exchange.amend(account, reference, { ticks, lots });
  if (!amended.ok) return refusedBy(faultOf(amended.error).error);
  return good({ success: true, errors: [] });
}

function cancel({ desk, body, account }: Call): CallReply {
  const names = body['order_ids'];
  if (!Array.isArray(names) || names.length < 1 || names.length > CANCELS_MAX) {
    return badArgument(`order_ids: wanted 1 to ${CANCELS_MAX} names`);
  }
  const results = names.map((name) => {
    const order = namedOrder(desk, account, String(name));
    const reference = order?.order ?? null;
    const canceled =
      reference !== null &&
      desk.exchange.cancel(account, {
        symbol: reference.symbol,
        orderId: reference.orderId,
        clientId: null,
      }).ok;
    const failure_reason = canceled ? 'UNKNOWN_CANCEL_FAILURE_REASON' : 'UNKNOWN_CANCEL_ORDER';
    return { success: canceled, failure_reason, order_id: name };
  });
  return good({ results });
}

function get({ desk, path, account }: Call): CallReply {
  const order = namedOrder(desk, account, path[0] ?? '');
  return order === null ? notFound('order with this orderID') : good({ order: orderJson(order) });
}

function list({ desk, query, account }: Call): CallReply {
  const limit = countOf(query, 'limit', PAGE_MAX);
  const fromMs = timeOf(query, 'start_date', 0);
  const toMs = timeOf(query, 'end_date', Number.MAX_SAFE_INTEGER);
  const after = countOf(query, 'cursor', 1);
  if (limit === null || after === null || Number.isNaN(fromMs + toMs)) {
    return badArgument('limit, cursor, start_date or end_date make no sense');
  }
  const statuses = query.getAll('order_status');
  const found = allOrders(desk, account).filter(
    ({ order, ...named }) =>
      isProduct(query, order.symbol) &&
      (statuses.length === 0 || statuses.includes(statusOf({ order, ...named }))) &&
      order.createdMs >= fromMs &&
      order.createdMs < toMs,
  );
  const page = pageOf(found, limit, after);
  return good({ orders: page.items.map(orderJson), has_next: page.cursor !== '', ...page.next });
}

/** Newest first, as the venue has them. */
function fills({ desk, query, account }: Call): CallReply {
  const limit = countOf(query, 'limit', PAGE_MAX);
  const fromMs = timeOf(query, 'start_sequence_timestamp', 0);
  const toMs = timeOf(query, 'end_sequence_timestamp', Number.MAX_SAFE_INTEGER);
  const after = countOf(query, 'cursor', 1);
  if (limit === null || after === null || Number.isNaN(fromMs + toMs)) {
    return badArgument('limit, cursor or a sequence timestamp make no sense');
  }
  const names = [...query.getAll('order_ids'), ...query.getAll('order_id')];
  const trades = [...(desk.exchange.account(account)?.trades.values() ?? [])].reverse();
  const found = trades.filter(
    ({ symbol, venueMs, orderId }) =>
      isProduct(query, symbol) &&
      venueMs >= fromMs &&
      venueMs < toMs &&
      (names.length === 0 || names.includes(orderName(orderId))),
  );
  const page = pageOf(found, limit, after);
  const told = page.items.flatMap((trade) => fillJson(desk, account, trade) ?? []);
  return good({ fills: told, ...page.next });
}

function isProduct(query: URLSearchParams, symbol: string): boolean {
  const products = [...query.getAll('product_ids'), ...query.getAll('product_id')];
  return products.length === 0 || products.includes(symbol);
}

/** @param after place of the first item, from 1; the cursor of a page is that of the next */
function pageOf<T>(all: readonly T[], limit: number, after: number) {
  const end = after - 1 + Math.min(limit, PAGE_MAX);
  const cursor = end < all.length ? String(end + 1) : '';
  return { items: all.slice(after - 1, end), cursor, next: { cursor } };
}
