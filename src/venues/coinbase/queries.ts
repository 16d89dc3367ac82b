import type { HttpRequest } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { type Amount, amountOf } from '../../core/units.ts';
import type { Balances } from '../../execution/ledger.ts';
import {
  type OrderAnswer,
  type OrderKey,
  TRADES_PER_PAGE,
} from '../../execution/reconciliation.ts';
import type { VenueOrder, VenueTrade } from '../../execution/report.ts';
import { arrayIn, objectIn, textOf, WireFault, wholeOf } from '../binance/wire.ts';
import type { Query, VenueQueries } from '../port.ts';
import { fineAmountIn, orderIn, tradeIn, tradeMs } from './order-answers.ts';
import { publicRequest, question, type RestAccess, signedRequest } from './rest.ts';

/** Orders that one cancellation may name. */
export const CANCELS_MAX = 100;
const ORDERS_MAX = 1_000;
const OPEN_ORDERS = `order_status=OPEN&limit=${ORDERS_MAX}`;
const WALLETS_MAX = 250;
/**
 * The venue cannot be asked for a client id. Its orders of the last day are searched for one that
 * it has not named yet: an order whose outcome is unknown is younger than that. What waits for a
 * price may be older, and is asked for by its name.
 */
const SEARCH_BACK_MS = 86_400_000;
/** How far the venue's clock may be set back without hiding a fill from the history. */
const CLOCK_BACK_MS = 5_000;
const NOT_FOUND = 404;

/** Questions and cancellations, all of them over REST. */
export function coinbaseQueries(
  access: RestAccess,
  instruments: readonly Instrument[],
): VenueQueries<HttpRequest | null> {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  const get: Get = (path, nowMs, query = '', line = undefined) =>
    signedRequest(access, 'GET', path, nowMs, { query, ...(line === undefined ? {} : { line }) });
  const cancelOf = (names: readonly string[], nowMs: number): HttpRequest => {
    const body = JSON.stringify({ order_ids: names });
    return signedRequest(access, 'POST', 'orders/batch_cancel', nowMs, { body, line: 'when-free' });
  };
  return {
    cancel: ({ venueOrderId }, _instrument, _requestId, nowMs) =>
      venueOrderId === '' ? null : cancelOf([venueOrderId], nowMs),
    cancelAll: () => null,
    cancelAllNow({ symbol }, nowMs, open) {
      const names = open.filter((order) => order.symbol === symbol).slice(0, CANCELS_MAX);
      const ids = names.map(({ venueOrderId }) => venueOrderId);
      // The venue refuses an empty list; its clock is something that it always answers.
      if (ids.length === 0) return question(timeRequest(access), () => 0);
      return question(cancelOf(ids, nowMs), canceledIn);
    },
    serverTime: () => question(timeRequest(access), timeIn),
    order: (by, instrument, nowMs) => orderQuery(by, instrument, nowMs, get, bySymbol),
    openOrders: (nowMs) =>
      question(
        // Asked before every first order, so that the lines that are kept for orders are open then.
        get('orders/historical/batch', nowMs, OPEN_ORDERS, 'when-free'),
        (value) => wholePage(value, bySymbol),
      ),
    trades: (instrument, after, nowMs) =>
      question(get('orders/historical/fills', nowMs, fillsParams(instrument, after)), (value) =>
        tradesIn(value, instrument, after),
      ),
    balances: (nowMs) => question(get('accounts', nowMs, `limit=${WALLETS_MAX}`), balancesIn),
  };
}

function timeRequest({ url, timeoutMs }: RestAccess): HttpRequest {
  return publicRequest(url, 'time', timeoutMs);
}

function timeIn(value: unknown): number {
  return wholeOf(objectIn(value, 'time'), 'epochMillis');
}

type Get = (path: string, nowMs: number, query?: string, line?: 'when-free') => HttpRequest;

function orderQuery(
  by: OrderKey,
  instrument: Instrument,
  nowMs: number,
  get: Get,
  bySymbol: ReadonlyMap<string, Instrument>,
): Query<OrderAnswer> {
  const name = 'venueOrderId' in by ? by.venueOrderId : (by.knownAs ?? '');
  if ('venueOrderId' in by || name !== '') {
    const path = `orders/historical/${encodeURIComponent(name)}`;
    return question(
      get(path, nowMs),
      (value): OrderAnswer => ({
        kind: 'found',
        order: orderIn(objectIn(value, 'reply')['order'], bySymbol),
      }),
      (status) => (status === NOT_FOUND ? { kind: 'not-found' } : undefined),
    );
  }
  const since = new Date(nowMs - SEARCH_BACK_MS).toISOString();
  const params = `product_ids=${instrument.symbol}&start_date=${since}&limit=${ORDERS_MAX}`;
  return question(get('orders/historical/batch', nowMs, params), (value): OrderAnswer => {
    const reply = objectIn(value, 'orders');
    for (const each of arrayIn(reply['orders'], 'orders')) {
      const order = objectIn(each, 'order');
      if (textOf(order, 'client_order_id') !== by.clientId) continue;
      return { kind: 'found', order: orderIn(order, bySymbol) };
    }
    // What is not on the first page is no proof of absence while there is a second.
    if (reply['has_next'] === true) throw new WireFault(`more than ${ORDERS_MAX} orders in a day`);
    return { kind: 'not-found' };
  });
}

/** All orders of a list in markets of ours; a list that goes on is no answer. */
function wholePage(value: unknown, bySymbol: ReadonlyMap<string, Instrument>): VenueOrder[] {
  const reply = objectIn(value, 'orders');
  if (reply['has_next'] === true) throw new WireFault(`more than ${ORDERS_MAX} open orders`);
  return arrayIn(reply['orders'], 'orders')
    .filter((order) => bySymbol.has(textOf(objectIn(order, 'order'), 'product_id')))
    .map((order) => orderIn(order, bySymbol));
}

function fillsParams({ symbol }: Instrument, after: string | null): string {
  const product = `product_ids=${symbol}`;
  if (after === null) return `${product}&limit=1`;
  const sinceMs = tradeMs(after);
  const page = `${product}&limit=${TRADES_PER_PAGE}`;
  if (Number.isNaN(sinceMs)) return page;
  const fromMs = Math.max(0, sinceMs - CLOCK_BACK_MS);
  return `${page}&start_sequence_timestamp=${new Date(fromMs).toISOString()}`;
}

/**
 * The venue has the newest first and is asked from a time on: from before the last known trade, for
 * its clock may have been set back since, and a fill of ours then has an earlier time. What is not
 * after that trade is marked as old. A page that is full leaves out the oldest: no answer.
 */
function tradesIn(value: unknown, instrument: Instrument, after: string | null): VenueTrade[] {
  const reply = objectIn(value, 'fills');
  const fills = arrayIn(reply['fills'], 'fills');
  const cursor = reply['cursor'];
  if (after !== null && typeof cursor === 'string' && cursor !== '') {
    throw new WireFault(`more than ${TRADES_PER_PAGE} fills since ${after}`);
  }
  const sinceMs = after === null ? Number.NaN : tradeMs(after);
  const isOld = ({ fill }: VenueTrade): boolean =>
    fill.tradeId === after || tradeMs(fill.tradeId) < sinceMs;
  return fills
    .map((fill) => tradeIn(fill, instrument))
    .map((trade): VenueTrade => (isOld(trade) ? { ...trade, isOld: true } : trade))
    .reverse();
}

function balancesIn(value: unknown): Balances {
  const reply = objectIn(value, 'accounts');
  if (reply['has_next'] === true) throw new WireFault(`more than ${WALLETS_MAX} wallets`);
  const balances = new Map<string, Amount>();
  for (const entry of arrayIn(reply['accounts'], 'accounts')) {
    const wallet = objectIn(entry, 'wallet');
    const available = fineAmountIn(objectIn(wallet['available_balance'], 'balance'), 'value');
    const held = fineAmountIn(objectIn(wallet['hold'], 'hold'), 'value');
    if (available < 0n || held < 0n) throw new WireFault('a balance below 0');
    const asset = textOf(wallet, 'currency');
    const total = amountOf((balances.get(asset) ?? 0n) + available + held);
    if (total !== 0n) balances.set(asset, total);
  }
  return balances;
}

function canceledIn(value: unknown): number {
  const results = arrayIn(objectIn(value, 'reply')['results'], 'results');
  return results.filter((result) => objectIn(result, 'result')['success'] === true).length;
}
