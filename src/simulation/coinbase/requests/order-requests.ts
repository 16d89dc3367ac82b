import { amountText, parseLots, parseTicks } from '../../../core/instrument.ts';
import type { Side } from '../../../execution/order.ts';
import { isOpen, type Refusal } from '../../exchange/orders.ts';
import { orderName } from '../order-names.ts';
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
import { readConfiguration, type TermsFault } from './order-configuration.ts';
import { allOrders, fillJson, namedOrder, orderJson, statusOf } from './order-json.ts';

const SIDES: Readonly<Record<string, Side>> = { BUY: 'buy', SELL: 'sell' };
const CLIENT_ID = /^[\x21-\x7e]{1,128}$/;
/** Orders that one request may cancel. */
const CANCELS_MAX = 100;
const PAGE_MAX = 1_000;

export const ORDER_REQUESTS: readonly Operation[] = [
  { name: 'orders.create', route: 'POST orders', right: 'trade', run: create },
  { name: 'orders.edit', route: 'POST orders/edit', right: 'trade', run: edit },
  { name: 'orders.cancel', route: 'POST orders/batch_cancel', right: 'cancel', run: cancel },
  { name: 'orders.list', route: 'GET orders/historical/batch', right: 'read', run: list },
  { name: 'orders.fills', route: 'GET orders/historical/fills', right: 'read', run: fills },
  { name: 'orders.get', route: 'GET orders/historical/*', right: 'read', run: get },
];

function create({ desk, body, account }: Call): CallReply {
  const { client_order_id: clientId, product_id: symbol, side } = body;
  const market = desk.exchange.markets.get(String(symbol));
  const wanted = SIDES[String(side)];
  const configuration = body['order_configuration'];
  if (market === undefined) return badArgument(`product_id: ${String(symbol)} is not listed`);
  if (wanted === undefined) return badArgument('side: wanted BUY or SELL');
  if (typeof clientId !== 'string' || !CLIENT_ID.test(clientId)) {
    return badArgument('client_order_id: wanted 1 to 128 printable characters');
  }
  const { instrument } = market.rules;
  const reference = { symbol: instrument.symbol, orderId: null, clientId };
  // The same client id again is the same order again: it is shown, and nothing is placed.
  const known = desk.exchange.find(account, reference);
  if (known !== null) {
    return created(orderName(known.orderId), symbol, side, clientId, configuration);
  }
  // An entry whose exits nobody keeps would be another order than the one that was asked for.
  if ((body['attached_order_configuration'] ?? null) !== null) {
    const details = 'attached_order_configuration is not served by this venue';
    return notCreated({ error: 'UNSUPPORTED_ORDER_CONFIGURATION', details }, configuration);
  }
  const terms = readConfiguration(configuration, instrument);
  if (!terms.ok) return notCreated(terms.error, configuration);
  if (desk.board.statusOf(instrument.symbol) !== 'online') {
    const details = 'trading in this product is disabled';
    return notCreated({ error: 'INVALID_PRODUCT_ID', details }, configuration);
  }
  const prevention = body['self_trade_prevention_id'];
  const placed = desk.exchange.place(account, {
    symbol: instrument.symbol,
    clientId,
    side: wanted,
    ...terms.value,
    selfTradePrevention: typeof prevention === 'string' ? 'expire-taker' : 'none',
  });
  if (!placed.ok) return notCreated(faultOf(placed.error), configuration);
  const name = orderName(placed.value.order.orderId);
  return created(name, symbol, side, clientId, configuration);
}

function created(
  order_id: string,
  product_id: unknown,
  side: unknown,
  client_order_id: string,
  order_configuration: unknown,
): CallReply {
  const success_response = { order_id, product_id, side, client_order_id };
  return good({ success: true, success_response, order_configuration });
}

function notCreated({ error, details }: TermsFault, order_configuration: unknown): CallReply {
  const error_response = {
    error,
    message: details,
    error_details: details,
    preview_failure_reason: PREVIEWS[error] ?? error,
    new_order_failure_reason: error,
  };
  return good({ success: false, error_response, order_configuration });
}

/** The names that some errors have in a preview. */
const PREVIEWS: Readonly<Record<string, string>> = {
  INSUFFICIENT_FUND: 'PREVIEW_INSUFFICIENT_FUND',
  INVALID_LIMIT_PRICE_POST_ONLY: 'PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY',
};

/** What the venue says when its matching engine refuses. */
function faultOf(refusal: Refusal): TermsFault {
  switch (refusal.kind) {
    case 'insufficient-balance':
      return {
        error: 'INSUFFICIENT_FUND',
        details: `${amountText(refusal.free)} ${refusal.asset} of ${amountText(refusal.wanted)}`,
      };
    case 'would-take':
      return {
        error: 'INVALID_LIMIT_PRICE_POST_ONLY',
        details: 'a post-only order would have taken liquidity',
      };
    case 'filter':
      return { error: 'INVALID_ARGUMENT', details: `outside of the rules: ${refusal.filter}` };
    default:
      return { error: 'UNKNOWN_FAILURE_REASON', details: refusal.kind };
  }
}

/** Price and size of a resting order change, which is a limit order; what has filled stays. */
function edit({ desk, body, account }: Call): CallReply {
  const refusedBy = (edit_failure_reason: string): CallReply =>
    good({ success: false, errors: [{ edit_failure_reason }] });
  const name = String(body['order_id']);
  const named = namedOrder(desk, account, name);
  if (named === null) return refusedBy('ORDER_NOT_FOUND');
  const { order: known, instrument } = named;
  if (!isOpen(known)) return refusedBy('ORDER_IS_FULLY_FILLED');
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
