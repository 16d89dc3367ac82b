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
import type {
  NewOrder,
  OrderReference,
  OrderType,
  SelfTradePrevention,
  VenueOrder,
} from '../../exchange/orders.ts';
import type { MarketView } from '../../exchange/port.ts';
import {
  type BinanceError,
  badRequest,
  missing,
  NO_SUCH_ORDER,
  refusalError,
  TOO_MANY_ORDERS,
} from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { autoClientId, type Call, marketOf, marketsOf, type Operation } from './operation.ts';
import { canceledOrder, type PlacedForm, placedOrder, queriedOrder, wireOf } from './order-json.ts';

const SIDES: Readonly<Record<string, Side>> = { BUY: 'buy', SELL: 'sell' };
const TYPES: Readonly<Record<string, OrderType | 'stop' | 'profit'>> = {
  LIMIT: 'limit',
  LIMIT_MAKER: 'limit-maker',
  MARKET: 'market',
  STOP_LOSS: 'stop',
  STOP_LOSS_LIMIT: 'stop',
  TAKE_PROFIT: 'profit',
  TAKE_PROFIT_LIMIT: 'profit',
};
const TIMES: Readonly<Record<string, TimeInForce>> = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok' };
const PREVENTION: Readonly<Record<string, SelfTradePrevention>> = {
  NONE: 'none',
  EXPIRE_TAKER: 'expire-taker',
  EXPIRE_MAKER: 'expire-maker',
  EXPIRE_BOTH: 'expire-both',
};
const FORMS: Readonly<Record<string, PlacedForm>> = { ACK: 'ACK', RESULT: 'RESULT', FULL: 'FULL' };
const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** What places, cancels and looks up orders. */
export const ORDER_REQUESTS: readonly Operation[] = [
  { route: 'POST order', method: 'order.place', right: 'trade', weight: 1, run: place },
  { route: 'POST order/test', method: 'order.test', right: 'trade', weight: 1, run: tryOut },
  { route: 'GET order', method: 'order.status', right: 'read', weight: 4, run: status },
  { route: 'DELETE order', method: 'order.cancel', right: 'cancel', weight: 1, run: cancel },
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
  const type = mandatory(parameters, 'type', TYPES, badRequest(-1116, 'Invalid orderType.'));
  const clientId = parameters.matching('newClientOrderId', CLIENT_ID) ?? autoClientId(desk.random);
  const wrongMode = badRequest(
    -1130,
    "Data sent for parameter 'selfTradePreventionMode' is not valid.",
  );
  const prevention = parameters.choice('selfTradePreventionMode', PREVENTION, wrongMode) ?? 'none';
  const wrongForm = badRequest(-1130, "Data sent for parameter 'newOrderRespType' is not valid.");
  const form = parameters.choice('newOrderRespType', FORMS, wrongForm);
  if (type === 'stop') parameters.fail(unsupported('Stop loss'));
  if (type === 'profit') parameters.fail(unsupported('Take profit'));
  if (parameters.has('icebergQty')) parameters.fail(unsupported('Iceberg'));
  const timeInForce = timeInForceOf(parameters, type);
  const amounts = market === null ? null : amountsOf(parameters, market, type);
  const read = parameters.checked(amounts);
  if (!read.ok) return read;
  const order = {
    ...read.value,
    symbol: market?.rules.instrument.symbol ?? '',
    clientId,
    side: side as Side,
    type: type as OrderType,
    timeInForce,
    selfTradePrevention: prevention,
  };
  const usual = type === 'limit-maker' ? 'ACK' : 'FULL';
  return ok({ order, form: form ?? usual, market: market as MarketView });
}

/** Only a plain limit order says how long it lives; a maker order lives until it is canceled. */
function timeInForceOf(parameters: Parameters, type: string | null): TimeInForce {
  if (type !== 'limit') {
    parameters.mustNot('timeInForce');
    return 'gtc';
  }
  return (
    mandatory(parameters, 'timeInForce', TIMES, badRequest(-1115, 'Invalid timeInForce.')) ?? 'gtc'
  );
}

function amountsOf(
  parameters: Parameters,
  { rules: { instrument } }: MarketView,
  type: string | null,
): Pick<NewOrder, 'ticks' | 'lots' | 'quote'> {
  const quantity = parameters.decimal('quantity');
  const lots = quantity === null ? (0 as Lots) : parseLots(instrument, quantity);
  if (type === 'market') {
    parameters.mustNot('price');
    const quote = parameters.decimal('quoteOrderQty');
    if ((quantity === null) === (quote === null)) {
      const msg = "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!";
      parameters.fail(quote === null ? badRequest(-1102, msg) : unrequired('quoteOrderQty'));
    }
    const units = quote === null ? null : parseBigDecimal(quote, AMOUNT_DECIMALS);
    return { ticks: 0 as Ticks, lots, quote: amountOf(units ?? NO_AMOUNT) };
  }
  parameters.mustNot('quoteOrderQty');
  if (quantity === null) parameters.fail(missing('quantity'));
  const price = parameters.decimal('price');
  if (price === null) parameters.fail(missing('price'));
  return { ticks: parseTicks(instrument, price ?? '0'), lots, quote: NO_AMOUNT };
}

function status(call: Call): Result<unknown, BinanceError> {
  const market = marketOf(call);
  const read = call.parameters.checked(referenceOf(call, market));
  if (!read.ok || market === null) return read;
  const order = call.desk.exchange.find(call.account, read.value);
  return order === null
    ? err(NO_SUCH_ORDER)
    : ok(queriedOrder(wireOf(market.rules.instrument), order));
}

function cancel(call: Call): Result<unknown, BinanceError> {
  const { desk, parameters, account } = call;
  const market = marketOf(call);
  const reference = referenceOf(call, market);
  const cancelId = parameters.matching('newClientOrderId', CLIENT_ID) ?? autoClientId(desk.random);
  const read = parameters.checked(reference);
  if (!read.ok || market === null) return read;
  const order = desk.exchange.find(account, read.value);
  if (order !== null) desk.cancelIds.set(order.orderId, cancelId);
  const canceled = desk.exchange.cancel(account, read.value);
  desk.cancelIds.clear();
  if (!canceled.ok) return err(refusalError(canceled.error));
  return ok(canceledOrder(wireOf(market.rules.instrument), canceled.value, cancelId));
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
  const ids = new Map<number, string>();
  for (const order of desk.exchange.account(account)?.open.values() ?? []) {
    ids.set(order.orderId, autoClientId(desk.random));
  }
  for (const [orderId, cancelId] of ids) desk.cancelIds.set(orderId, cancelId);
  const canceled = desk.exchange.cancelAll(account, instrument.symbol);
  desk.cancelIds.clear();
  if (!canceled.ok) return err(refusalError(canceled.error));
  const wire = wireOf(instrument);
  const json = (order: VenueOrder) => canceledOrder(wire, order, ids.get(order.orderId) ?? '');
  return ok(canceled.value.map(json));
}

/** An order by either id; null after a mistake, which `parameters` keeps. */
function referenceOf({ parameters }: Call, market: MarketView | null): OrderReference | null {
  const orderId = parameters.integer('orderId');
  const clientId = parameters.matching('origClientOrderId', CLIENT_ID);
  if (orderId === null && clientId === null) {
    const msg = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!";
    parameters.fail(badRequest(-1102, msg));
  }
  if (market === null) return null;
  return { symbol: market.rules.instrument.symbol, orderId, clientId };
}

function mandatory<T>(
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

function unrequired(name: string): BinanceError {
  return badRequest(-1106, `Parameter '${name}' sent when not required.`);
}
