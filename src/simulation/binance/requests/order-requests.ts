import { parseBigDecimal } from '../../../core/decimal.ts';
import { parseLots, parseTicks } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import {
  AMOUNT_DECIMALS,
  amountOf,
  type Lots,
  NO_AMOUNT,
  type Ticks,
} from '../../../core/units.ts';
import type { Side, TimeInForce } from '../../../execution/order.ts';
import type { SelfTradePrevention } from '../../book/match-plan.ts';
import {
  isOpen,
  type NewOrder,
  type OrderReference,
  type OrderType,
  type VenueOrder,
} from '../../exchange/orders.ts';
import type { MarketView } from '../../exchange/port.ts';
import {
  type BinanceError,
  badRequest,
  NO_SUCH_ORDER,
  refusalError,
  TOO_MANY_ORDERS,
} from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import {
  autoClientId,
  type Call,
  isOnTick,
  marketOf,
  marketsOf,
  type Operation,
} from './operation.ts';
import {
  amendedOrder,
  canceledOrder,
  type PlacedForm,
  placedOrder,
  queriedOrder,
  wireOf,
} from './order-json.ts';

export const SIDES: Readonly<Record<string, Side>> = { BUY: 'buy', SELL: 'sell' };
const TYPES: Readonly<Record<string, OrderType | 'Stop loss' | 'Take profit'>> = {
  LIMIT: 'limit',
  LIMIT_MAKER: 'limit-maker',
  MARKET: 'market',
  STOP_LOSS: 'Stop loss',
  STOP_LOSS_LIMIT: 'Stop loss',
  TAKE_PROFIT: 'Take profit',
  TAKE_PROFIT_LIMIT: 'Take profit',
};
const TIMES: Readonly<Record<string, TimeInForce>> = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok' };
const PREVENTION: Readonly<Record<string, SelfTradePrevention>> = {
  NONE: 'none',
  EXPIRE_TAKER: 'expire-taker',
  EXPIRE_MAKER: 'expire-maker',
  EXPIRE_BOTH: 'expire-both',
};
export const FORMS: Readonly<Record<string, PlacedForm>> = {
  ACK: 'ACK',
  RESULT: 'RESULT',
  FULL: 'FULL',
};
const OFF_TICK = badRequest(-1013, 'Filter failure: PRICE_FILTER');
const BAD_MODE = invalid('selfTradePreventionMode');
const BAD_FORM = invalid('newOrderRespType');
export const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

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

interface ReadOrder {
  readonly order: NewOrder;
  readonly form: PlacedForm;
  readonly market: MarketView;
}

function newOrder(call: Call): Result<ReadOrder, BinanceError> {
  const { desk, parameters } = call;
  const market = marketOf(call);
  const side = mandatory(parameters, 'side', SIDES, badRequest(-1117, 'Invalid side.'));
  const type = typeOf(parameters);
  const clientId = parameters.matching('newClientOrderId', CLIENT_ID) ?? autoClientId(desk.random);
  const mode = parameters.choice('selfTradePreventionMode', PREVENTION, BAD_MODE);
  const form = parameters.choice('newOrderRespType', FORMS, BAD_FORM);
  if (parameters.has('icebergQty')) parameters.fail(unsupported('Iceberg'));
  if (market === null || side === null || type === null) return parameters.checked<ReadOrder>(null);
  const { symbol } = market.rules.instrument;
  const order: NewOrder = {
    symbol,
    clientId,
    side,
    type,
    timeInForce: timeInForceOf(parameters, type),
    selfTradePrevention: mode ?? 'none',
    ...amountsOf(call, market, type),
  };
  const usual = type === 'limit-maker' ? 'ACK' : 'FULL';
  return parameters.checked({ order, form: form ?? usual, market });
}

/** The type of an order; null after a mistake, and for the types that this venue lacks. */
function typeOf(parameters: Parameters): OrderType | null {
  const type = mandatory(parameters, 'type', TYPES, badRequest(-1116, 'Invalid orderType.'));
  if (type !== 'Stop loss' && type !== 'Take profit') return type;
  parameters.fail(unsupported(type));
  return null;
}

/** Only a plain limit order says how long it lives; a maker order lives until it is canceled. */
function timeInForceOf(parameters: Parameters, type: OrderType): TimeInForce {
  if (type !== 'limit') {
    parameters.mustNot('timeInForce');
    return 'gtc';
  }
  const wrong = badRequest(-1115, 'Invalid timeInForce.');
  return mandatory(parameters, 'timeInForce', TIMES, wrong) ?? 'gtc';
}

function amountsOf(
  { desk, parameters }: Call,
  { rules: { instrument } }: MarketView,
  type: OrderType,
): Pick<NewOrder, 'ticks' | 'lots' | 'quote'> {
  const quantity = parameters.decimal('quantity');
  const lots = quantity === null ? (0 as Lots) : parseLots(instrument, quantity);
  if (type === 'market') {
    parameters.mustNot('price');
    const quote = parameters.decimal('quoteOrderQty');
    if (quantity === null && quote === null) {
      parameters.fail(neither('quantity', 'quoteOrderQty'));
    } else if (quantity !== null) {
      parameters.mustNot('quoteOrderQty');
    }
    const units = parseBigDecimal(quote ?? '0', AMOUNT_DECIMALS);
    return { ticks: 0 as Ticks, lots, quote: amountOf(units ?? NO_AMOUNT) };
  }
  parameters.mustNot('quoteOrderQty');
  parameters.text('quantity');
  const price = parameters.text('price');
  parameters.decimal('price');
  if (!isOnTick(desk, instrument.symbol, price)) parameters.fail(OFF_TICK);
  return { ticks: parseTicks(instrument, price), lots, quote: NO_AMOUNT };
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
  const { desk, parameters, account } = call;
  const asked = referenceOf(call);
  const cancelId = parameters.matching('newClientOrderId', CLIENT_ID) ?? autoClientId(desk.random);
  const read = parameters.checked(asked);
  if (!read.ok) return read;
  const { market, reference } = read.value;
  const order = desk.exchange.find(account, reference);
  if (order !== null) desk.cancelIds.set(order.orderId, cancelId);
  const canceled = desk.exchange.cancel(account, reference);
  desk.cancelIds.clear();
  if (!canceled.ok) return err(refusalError(canceled.error));
  return ok(canceledOrder(wireOf(market.rules.instrument), canceled.value, cancelId));
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

function cancelAll(call: Call): Result<unknown, BinanceError> {
  const { desk, account } = call;
  const read = call.parameters.checked(marketOf(call));
  if (!read.ok) return read;
  const { instrument } = read.value.rules;
  for (const orderId of desk.exchange.account(account)?.open.keys() ?? []) {
    desk.cancelIds.set(orderId, autoClientId(desk.random));
  }
  const ids = new Map(desk.cancelIds);
  const canceled = desk.exchange.cancelAll(account, instrument.symbol);
  desk.cancelIds.clear();
  if (!canceled.ok) return err(refusalError(canceled.error));
  const wire = wireOf(instrument);
  const json = (order: VenueOrder) => canceledOrder(wire, order, ids.get(order.orderId) ?? '');
  return ok(canceled.value.map(json));
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

export function mandatory<T>(
  parameters: Parameters,
  name: string,
  table: Readonly<Record<string, T>>,
  error: BinanceError,
): T | null {
  parameters.text(name);
  return parameters.choice(name, table, error);
}

function unsupported(what: string): BinanceError {
  return badRequest(-2010, `${what} orders are not supported for this symbol.`);
}

export function neither(one: string, other: string): BinanceError {
  return badRequest(-1102, `Param '${one}' or '${other}' must be sent, but both were empty/null!`);
}

export function invalid(name: string): BinanceError {
  return badRequest(-1130, `Data sent for parameter '${name}' is not valid.`);
}
