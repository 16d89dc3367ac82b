import { parseLots, parseTicks } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { NO_AMOUNT, type Ticks } from '../../../core/units.ts';
import type { TimeInForce } from '../../../execution/order.ts';
import type { NewOrder, OrderReference, VenueOrder } from '../../exchange/orders.ts';
import type { MarketView } from '../../exchange/port.ts';
import { type BinanceError, badRequest, NO_SUCH_ORDER, TOO_MANY_ORDERS } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import {
  autoClientId,
  type Call,
  isOnTick,
  marketOf,
  marketsOf,
  type Operation,
} from '../requests/operation.ts';
import { wireOf } from '../requests/order-json.ts';
import { CLIENT_ID, invalid, mandatory, neither, SIDES } from '../requests/order-parameters.ts';
import { referenceOf } from '../requests/order-requests.ts';
import { isMade } from './algo/algo-json.ts';
import { futuresError, OFF_TICK, SWITCH_TO_ALGO } from './errors.ts';
import { cancelMade, type FuturesDesk } from './futures-desk.ts';
import { orderJson } from './json.ts';
import { CONDITIONAL_TYPES, sharedTerms } from './order-fields.ts';

const TYPES: Readonly<Record<string, 'limit' | 'market'>> = { LIMIT: 'limit', MARKET: 'market' };
/** `GTX` lasts "till crossing": such an order never takes. */
const TIMES: Readonly<Record<string, TimeInForce | 'gtx'>> = {
  GTC: 'gtc',
  IOC: 'ioc',
  FOK: 'fok',
  GTX: 'gtx',
};
const UNKNOWN_ORDER = badRequest(-2011, 'Unknown order sent.');
/** The longest countdown that this venue takes. */
const COUNTDOWN_MS_MAX = 86_400_000;

/** What places, changes, cancels and looks up orders of the futures market. */
export function futuresOrderRequests(futures: FuturesDesk): readonly Operation[] {
  const { exchange, countdowns } = futures;
  /** What waits for its trigger is not here. */
  const madeOf = (account: string, reference: OrderReference): VenueOrder | null => {
    const order = exchange.find(account, reference);
    return order !== null && isMade(order) ? order : null;
  };

  const place = (call: Call): Result<unknown, BinanceError> => {
    const read = newOrder(call);
    if (!read.ok) return read;
    const { desk, account } = call;
    if (!desk.limits.mayOrder(account, desk.clock.now())) return err(TOO_MANY_ORDERS);
    const placed = exchange.place(account, read.value.order);
    if (!placed.ok) return err(futuresError(placed.error));
    return ok(orderJson(wireOf(read.value.market.rules.instrument), placed.value.order));
  };

  const tryOut = (call: Call): Result<unknown, BinanceError> => {
    const read = newOrder(call);
    if (!read.ok) return read;
    const refusal = exchange.wouldRefuse(call.account, read.value.order);
    return refusal === null ? ok({}) : err(futuresError(refusal));
  };

  const modify = (call: Call): Result<unknown, BinanceError> => {
    const { parameters } = call;
    const asked = referenceOf(call);
    const side = mandatory(parameters, 'side', SIDES, badRequest(-1117, 'Invalid side.'));
    const sizes = asked === null ? null : amountsOf(call, asked.market, 'limit');
    const read = parameters.checked(asked);
    if (!read.ok) return read;
    const { market, reference } = read.value;
    const order = madeOf(call.account, reference);
    if (order === null || sizes === null) return err(NO_SUCH_ORDER);
    if (order.side !== side) return err(badRequest(-1117, 'Invalid side.'));
    if (order.ticks === sizes.ticks && order.lots === sizes.lots) {
      return err(badRequest(-5027, 'No need to modify the order.'));
    }
    const amended = exchange.amend(call.account, reference, sizes);
    if (!amended.ok) return err(futuresError(amended.error));
    return ok(orderJson(wireOf(market.rules.instrument), amended.value.order));
  };

  const found = (call: Call, isOpenOnly: boolean): Result<unknown, BinanceError> => {
    const read = call.parameters.checked(referenceOf(call));
    if (!read.ok) return read;
    const { market, reference } = read.value;
    const order = madeOf(call.account, reference);
    const isMissing = order === null || (isOpenOnly && !openOf(call.account).includes(order));
    if (isMissing) return err(NO_SUCH_ORDER);
    return ok(orderJson(wireOf(market.rules.instrument), order));
  };

  const cancel = (call: Call): Result<unknown, BinanceError> => {
    const read = call.parameters.checked(referenceOf(call));
    if (!read.ok) return read;
    const { market, reference } = read.value;
    if (madeOf(call.account, reference) === null) return err(UNKNOWN_ORDER);
    const canceled = exchange.cancel(call.account, reference);
    if (!canceled.ok) return err(futuresError(canceled.error));
    return ok(orderJson(wireOf(market.rules.instrument), canceled.value));
  };

  const openOf = (account: string): VenueOrder[] =>
    [...(exchange.account(account)?.open.values() ?? [])].filter(isMade);

  const openOrders = (call: Call): Result<unknown, BinanceError> => {
    const { markets } = marketsOf(call);
    const checked = call.parameters.checked(markets);
    if (!checked.ok) return checked;
    return ok(
      checked.value.flatMap(({ rules: { instrument } }) =>
        openOf(call.account)
          .filter(({ symbol }) => symbol === instrument.symbol)
          .map((order) => orderJson(wireOf(instrument), order)),
      ),
    );
  };

  const cancelAll = (call: Call): Result<unknown, BinanceError> => {
    const read = call.parameters.checked(marketOf(call));
    if (!read.ok) return read;
    // Nothing to cancel is no fault here, unlike on spot.
    cancelMade(exchange, call.account, read.value.rules.instrument.symbol);
    return ok({ code: 200, msg: 'The operation of cancel all open order is done.' });
  };

  const countdown = (call: Call): Result<unknown, BinanceError> => {
    const { parameters } = call;
    const market = marketOf(call);
    parameters.text('countdownTime');
    const countdownTime = parameters.integer('countdownTime') ?? 0;
    const read = parameters.checked(market);
    if (!read.ok) return read;
    const { symbol } = read.value.rules.instrument;
    if (countdownTime > COUNTDOWN_MS_MAX) return err(invalid('countdownTime'));
    if (!countdowns.set(call.account, symbol, countdownTime)) return err(TOO_MANY_ORDERS);
    return ok({ symbol, countdownTime: String(countdownTime) });
  };

  const signed = (
    route: string,
    method: string | null,
    right: Operation['right'],
    weight: Operation['weight'],
    run: Operation['run'],
  ): Operation => ({ route: route.replace(' ', ' /fapi/v1/'), method, right, weight, run });
  return [
    signed('POST order', 'order.place', 'trade', 0, place),
    signed('POST order/test', null, 'trade', 0, tryOut),
    signed('PUT order', 'order.modify', 'trade', 1, modify),
    signed('GET order', 'order.status', 'read', 1, (call) => found(call, false)),
    signed('GET openOrder', null, 'read', 1, (call) => found(call, true)),
    signed('DELETE order', 'order.cancel', 'cancel', 1, cancel),
    signed('GET openOrders', null, 'read', openWeight, openOrders),
    signed('DELETE allOpenOrders', null, 'cancel', 1, cancelAll),
    signed('POST countdownCancelAll', null, 'cancel', 10, countdown),
  ];
}

function newOrder(
  call: Call,
): Result<{ readonly order: NewOrder; readonly market: MarketView }, BinanceError> {
  const { desk, parameters } = call;
  const market = marketOf(call);
  const side = mandatory(parameters, 'side', SIDES, badRequest(-1117, 'Invalid side.'));
  const type = parameters.text('type');
  if (CONDITIONAL_TYPES.some((each) => each === type)) parameters.fail(SWITCH_TO_ALGO);
  const kind = mandatory(parameters, 'type', TYPES, badRequest(-1116, 'Invalid orderType.'));
  const clientId = parameters.matching('newClientOrderId', CLIENT_ID) ?? autoClientId(desk.random);
  const shared = sharedTerms(parameters);
  if (market === null || side === null || kind === null) return parameters.checked<never>(null);
  const lasts = timeInForceOf(parameters, kind);
  const { symbol } = market.rules.instrument;
  const order: NewOrder = {
    symbol,
    clientId,
    side,
    type: lasts === 'gtx' ? 'limit-maker' : kind,
    timeInForce: lasts === 'gtx' ? 'gtc' : lasts,
    quote: NO_AMOUNT,
    ...shared,
    ...amountsOf(call, market, kind),
  };
  return parameters.checked({ order, market });
}

function timeInForceOf(parameters: Parameters, kind: 'limit' | 'market'): TimeInForce | 'gtx' {
  if (kind === 'market') {
    parameters.mustNot('timeInForce');
    return 'ioc';
  }
  const wrong = badRequest(-1115, 'Invalid timeInForce.');
  return mandatory(parameters, 'timeInForce', TIMES, wrong) ?? 'gtc';
}

function amountsOf(
  { desk, parameters }: Call,
  { rules: { instrument } }: MarketView,
  kind: 'limit' | 'market',
): Pick<NewOrder, 'ticks' | 'lots'> {
  const quantity = parameters.decimal('quantity');
  if (quantity === null) parameters.fail(neither('quantity', 'closePosition'));
  const lots = parseLots(instrument, quantity ?? '');
  if (kind === 'market') {
    parameters.mustNot('price');
    return { ticks: 0 as Ticks, lots };
  }
  const price = parameters.text('price');
  parameters.decimal('price');
  if (!isOnTick(desk, instrument.symbol, price)) parameters.fail(OFF_TICK);
  return { ticks: parseTicks(instrument, price), lots };
}

function openWeight(parameters: Parameters): number {
  return parameters.has('symbol') ? 1 : 40;
}
