import { amountText, type Instrument } from '../../../core/instrument.ts';
import { assert, err, ok, type Result } from '../../../core/result.ts';
import type { Account } from '../../exchange/clearing.ts';
import type { AccountTrade, VenueOrder } from '../../exchange/orders.ts';
import type { Call, Desk, Method } from '../call.ts';
import { INVALID_ARGUMENTS, INVALID_KEY, type KrakenError, UNKNOWN_ORDER } from '../errors.ts';
import { TOKEN_LIFE_MS } from '../keys.ts';
import { assetCode, orderIdOf, orderIdText, type PairNames, tradeIdText } from '../names.ts';
import { shownClientId } from '../orders/order-desk.ts';
import { balanceText, orderJson, tradeJson } from './order-json.ts';

/** Entries of a page of histories. */
const PAGE = 50;

/** What an account may ask about itself. */
export const ACCOUNT_METHODS: readonly Method[] = [
  { name: 'Balance', right: 'read', cost: 1, run: balance },
  { name: 'BalanceEx', right: 'read', cost: 1, run: extendedBalance },
  { name: 'TradeBalance', right: 'read', cost: 1, run: tradeBalance },
  { name: 'OpenOrders', right: 'read', cost: 1, run: openOrders },
  { name: 'ClosedOrders', right: 'read', cost: 1, run: closedOrders },
  { name: 'QueryOrders', right: 'read', cost: 1, run: queryOrders },
  { name: 'TradesHistory', right: 'read', cost: 2, run: tradesHistory },
  { name: 'QueryTrades', right: 'read', cost: 1, run: queryTrades },
  { name: 'OpenPositions', right: 'read', cost: 1, run: () => ok({}) },
  { name: 'GetWebSocketsToken', right: 'read', cost: 1, run: token },
];

/** The account of the key behind a private call. */
export function accountOf({ desk, key }: Call): Account {
  const account = desk.exchange.account(key?.account ?? '');
  assert(account !== null, `${INVALID_KEY}: a key belongs to an account`);
  return account;
}

function balance(call: Call): Result<unknown, KrakenError> {
  const account = accountOf(call);
  const entries = [...account.balances.keys()].map((asset) => [
    assetCode(asset),
    balanceText(account, asset).total,
  ]);
  return ok(Object.fromEntries(entries));
}

function extendedBalance(call: Call): Result<unknown, KrakenError> {
  const account = accountOf(call);
  const entries = [...account.balances.keys()].map((asset) => {
    const { total, held } = balanceText(account, asset);
    return [assetCode(asset), { balance: total, hold_trade: held }];
  });
  return ok(Object.fromEntries(entries));
}

/** Nobody borrows here, so equity is what there is of quote currency. */
function tradeBalance(call: Call): Result<unknown, KrakenError> {
  const account = accountOf(call);
  const wanted = call.read('asset') || 'ZUSD';
  const asset = [...account.balances.keys()].find((each) => assetCode(each) === wanted);
  const { total } = balanceText(account, asset ?? '');
  const none = amountText(0n as never);
  return ok({ eb: total, tb: total, m: none, n: none, c: none, v: none, e: total, mf: total });
}

function openOrders(call: Call): Result<unknown, KrakenError> {
  const account = accountOf(call);
  return ok({ open: ordersOf(call, account, [...account.open.values()]) });
}

function closedOrders(call: Call): Result<unknown, KrakenError> {
  const account = accountOf(call);
  const ended = [...account.ended.values()].reverse();
  const offset = Number(call.read('ofs') || '0');
  const matching = filtered(call, ended);
  const closed = ordersOf(call, account, matching.slice(offset, offset + PAGE));
  return ok({ closed, count: matching.length });
}

function filtered({ read }: Call, orders: readonly VenueOrder[]): readonly VenueOrder[] {
  const clientId = read('cl_ord_id');
  return clientId === '' ? orders : orders.filter((order) => shownClientId(order) === clientId);
}

function ordersOf(call: Call, account: Account, orders: readonly VenueOrder[]): unknown {
  const entries = filtered(call, orders).map((order) => [
    orderIdText(order.orderId),
    orderJson(order, pairOf(call.desk, order.symbol), account, call.desk.orders.closes),
  ]);
  return Object.fromEntries(entries);
}

function pairOf(desk: Desk, symbol: string): { instrument: Instrument; names: PairNames } {
  const pair = desk.pairs.find(symbol);
  assert(pair !== null, 'an order belongs to a market of the venue');
  return { instrument: pair.market.rules.instrument, names: pair.names };
}

function queryOrders(call: Call): Result<unknown, KrakenError> {
  const account = accountOf(call);
  const ids = call.read('txid').split(',');
  const orders = ids.flatMap((id) => {
    const number = orderIdOf(id);
    return account.open.get(number) ?? account.ended.get(number) ?? [];
  });
  if (orders.length < ids.length) return err(UNKNOWN_ORDER);
  return ok(ordersOf(call, account, orders));
}

/** Newest first, from a page on; `start` and `end` are seconds or ids of trades. */
function tradesHistory(call: Call): Result<unknown, KrakenError> {
  const { read, desk } = call;
  const all = [...accountOf(call).trades.values()].reverse();
  const start = read('start');
  const startAt = all.findIndex((trade) => tradeIdText(trade) === start);
  const isTime = /^\d+(\.\d+)?$/.test(start);
  if (start !== '' && !isTime && startAt < 0) return err(`${INVALID_ARGUMENTS}:start`);
  const after = isTime
    ? all.filter(({ venueMs }) => venueMs > Number(start) * 1_000)
    : all.slice(0, start === '' ? all.length : startAt);
  const offset = Number(read('ofs') || '0');
  const page = after.slice(offset, offset + PAGE);
  return ok({ trades: tradesOf(desk, page), count: after.length });
}

function queryTrades(call: Call): Result<unknown, KrakenError> {
  const ids = call.read('txid').split(',');
  const trades = [...accountOf(call).trades.values()];
  return ok(
    tradesOf(
      call.desk,
      trades.filter((trade) => ids.includes(tradeIdText(trade))),
    ),
  );
}

function tradesOf(desk: Desk, trades: readonly AccountTrade[]): unknown {
  const entries = trades.map((trade) => [
    tradeIdText(trade),
    tradeJson(trade, pairOf(desk, trade.symbol)),
  ]);
  return Object.fromEntries(entries);
}

function token({ desk, key }: Call): Result<unknown, KrakenError> {
  assert(key !== null, 'a private call has a key');
  const text = desk.keys.issueToken(key, desk.clock.now());
  return ok({ token: text, expires: TOKEN_LIFE_MS / 1_000 });
}
