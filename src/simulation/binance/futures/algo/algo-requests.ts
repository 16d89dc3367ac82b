import { assert, err, ok, type Result } from '../../../../core/result.ts';
import { isOpen, type VenueOrder } from '../../../exchange/orders.ts';
import { type BinanceError, badRequest, NO_SUCH_ORDER, TOO_MANY_ORDERS } from '../../errors.ts';
import { isWithin, page, spanOf } from '../../requests/account-requests.ts';
import { type Call, marketOf, marketsOf, type Operation } from '../../requests/operation.ts';
import { wireOf } from '../../requests/order-json.ts';
import { CLIENT_ID, neither } from '../../requests/order-parameters.ts';
import { futuresError, TOO_MANY_WAITING } from '../errors.ts';
import type { FuturesDesk } from '../futures-desk.ts';
import { type AlgoOrder, algoIdOf, algoJson, isAlgo, orderIdOf } from './algo-json.ts';
import { newAlgoOrder } from './algo-placement.ts';

const LIST_DEFAULT = 500;
const LIST_MAX = 1_000;
/** Orders of an account that wait, in all markets together; since 2025-12-29. */
export const WAITING_MAX = 200;
const UNKNOWN_ORDER = badRequest(-2011, 'Unknown order sent.');

/**
 * The service for conditional orders. What waits here is unknown to the requests about orders, and
 * is not in the book; what has woken is known to both.
 *
 * @see Binance USD-M futures, "New Algo Order" and what follows
 */
export function algoRequests({ exchange }: FuturesDesk): readonly Operation[] {
  const ordersOf = (account: string): AlgoOrder[] => {
    const known = exchange.account(account);
    return [...(known?.ended.values() ?? []), ...(known?.open.values() ?? [])].filter(isAlgo);
  };
  const waitingOf = (account: string): AlgoOrder[] =>
    ordersOf(account).filter((order) => order.wokenMs === undefined && isOpen(order));
  const jsonOf = (order: VenueOrder) => {
    const rules = exchange.market(order.symbol)?.rules;
    assert(rules !== undefined && isAlgo(order), 'an order of the service, in a market of ours');
    return algoJson(wireOf(rules.instrument), order);
  };

  const place = (call: Call): Result<unknown, BinanceError> => {
    const read = newAlgoOrder(call);
    if (!read.ok) return read;
    const { desk, account } = call;
    if (!desk.limits.mayOrder(account, desk.clock.now())) return err(TOO_MANY_ORDERS);
    if (waitingOf(account).length >= WAITING_MAX) return err(TOO_MANY_WAITING);
    const placed = exchange.place(account, read.value);
    if (!placed.ok) return err(futuresError(placed.error));
    return ok(jsonOf(placed.value.order));
  };

  /** The order that a call names; null after a mistake, which `parameters` keeps. */
  const named = (call: Call): Result<AlgoOrder | null, BinanceError> => {
    const { parameters, account } = call;
    // Which market it is in does not matter, though clients say it.
    parameters.optional('symbol');
    const algoId = parameters.integer('algoId') ?? parameters.integer('algoid');
    const clientId =
      parameters.matching('clientAlgoId', CLIENT_ID) ??
      parameters.matching('clientalgoid', CLIENT_ID);
    if (algoId === null && clientId === null) parameters.fail(neither('algoId', 'clientAlgoId'));
    const isNamed = (order: AlgoOrder): boolean =>
      (algoId === null || order.orderId === orderIdOf(algoId)) &&
      (clientId === null || order.clientId === clientId);
    // Client ids may be used again: the latest of that name is meant.
    const found = ordersOf(account)
      .filter(isNamed)
      .sort((left, right) => right.orderId - left.orderId);
    const read = parameters.checked(true);
    return read.ok ? ok(found[0] ?? null) : read;
  };

  const find = (call: Call): Result<unknown, BinanceError> => {
    const read = named(call);
    if (!read.ok) return read;
    return read.value === null ? err(NO_SUCH_ORDER) : ok(jsonOf(read.value));
  };

  const canceled = (call: Call): Result<AlgoOrder, BinanceError> => {
    const read = named(call);
    if (!read.ok) return read;
    const order = read.value;
    if (order === null || order.wokenMs !== undefined) return err(UNKNOWN_ORDER);
    const { symbol, orderId } = order;
    const ended = exchange.cancel(call.account, { symbol, orderId, clientId: null });
    if (!ended.ok) return err(futuresError(ended.error));
    return ok({ ...order, ...ended.value });
  };
  const cancel = (call: Call): Result<unknown, BinanceError> => {
    const order = canceled(call);
    if (!order.ok) return order;
    const { clientId: clientAlgoId } = order.value;
    return ok({ algoId: algoIdOf(order.value), clientAlgoId, code: '200', msg: 'success' });
  };
  const cancelOnSocket = (call: Call): Result<unknown, BinanceError> => {
    const order = canceled(call);
    return order.ok ? ok(jsonOf(order.value)) : order;
  };

  const cancelAll = (call: Call): Result<unknown, BinanceError> => {
    const read = call.parameters.checked(marketOf(call));
    if (!read.ok) return read;
    const { symbol } = read.value.rules.instrument;
    for (const { orderId } of waitingOf(call.account).filter((each) => each.symbol === symbol)) {
      exchange.cancel(call.account, { symbol, orderId, clientId: null });
    }
    return ok({ code: 200, msg: 'The operation of cancel all open order is done.' });
  };

  const listOpen = (call: Call): Result<unknown, BinanceError> => {
    const { parameters } = call;
    const { markets } = marketsOf(call);
    parameters.optional('algoType');
    const algoId = parameters.integer('algoId');
    const read = parameters.checked(markets);
    if (!read.ok) return read;
    const symbols = new Set(read.value.map(({ rules }) => rules.instrument.symbol));
    const open = waitingOf(call.account)
      .filter(({ symbol }) => symbols.has(symbol))
      .filter((order) => algoId === null || algoIdOf(order) === algoId);
    return ok(open.map(jsonOf));
  };

  const listAll = (call: Call): Result<unknown, BinanceError> => {
    const { parameters } = call;
    const market = marketOf(call);
    const fromId = parameters.integer('algoId');
    const span = spanOf(parameters);
    const limit = parameters.limit(LIST_DEFAULT, LIST_MAX);
    const read = parameters.checked(market);
    if (!read.ok) return read;
    const { symbol: wanted } = read.value.rules.instrument;
    const orders = ordersOf(call.account)
      .filter(({ symbol, createdMs }) => symbol === wanted && isWithin(span, createdMs))
      .filter((order) => fromId === null || algoIdOf(order) >= fromId)
      .sort((left, right) => left.orderId - right.orderId);
    return ok(page(orders, fromId !== null, limit).map(jsonOf));
  };

  const at = (route: string) => route.replace(' ', ' /fapi/v1/');
  return [
    {
      ...{ route: at('POST algoOrder'), method: 'algoOrder.place', right: 'trade' },
      ...{ weight: 0, run: place },
    },
    { route: at('DELETE algoOrder'), method: null, right: 'cancel', weight: 1, run: cancel },
    { route: null, method: 'algoOrder.cancel', right: 'cancel', weight: 1, run: cancelOnSocket },
    {
      route: at('DELETE algoOpenOrders'),
      method: null,
      right: 'cancel',
      weight: 1,
      run: cancelAll,
    },
    { route: at('GET algoOrder'), method: null, right: 'read', weight: 1, run: find },
    {
      ...{ route: at('GET openAlgoOrders'), method: null, right: 'read' },
      ...{ weight: (parameters) => (parameters.has('symbol') ? 1 : 40), run: listOpen },
    },
    { route: at('GET allAlgoOrders'), method: null, right: 'read', weight: 5, run: listAll },
  ];
}
