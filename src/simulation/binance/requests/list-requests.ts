import { err, ok, type Result } from '../../../core/result.ts';
import type { Side } from '../../../execution/order.ts';
import type { NewOrder } from '../../exchange/orders.ts';
import type { ListReference, MarketView, Pair } from '../../exchange/port.ts';
import { type BinanceError, badRequest, refusalError, TOO_MANY_ORDERS } from '../errors.ts';
import { isWithin, page, spanOf } from './account-requests.ts';
import { canceled } from './cancellation.ts';
import { isExecuting, listJson, placedList } from './list-json.ts';
import { autoClientId, type Call, marketOf, type Operation } from './operation.ts';
import { wireOf } from './order-json.ts';
import {
  BAD_SIDE,
  BAD_TYPE,
  CLIENT_ID,
  mandatory,
  neither,
  orderOf,
  SIDES,
  sharedTerms,
  TYPES,
  type TypeTable,
} from './order-parameters.ts';

const LEGS = 2;
const LIST_DEFAULT = 500;
const LIST_MAX = 1_000;

const UNKNOWN_LIST = badRequest(-2011, 'Unknown order list sent.');
const NO_SUCH_LIST = badRequest(-2018, 'Order list does not exist.');
const BAD_LEG = badRequest(-1158, 'Order type not supported in OCO.');
const NONE_CONTINGENT = badRequest(-1168, 'At least one OCO order must be contingent.');
const BAD_PAIR = badRequest(-1014, 'Unsupported order combination.');

type Place = 'above' | 'below';

/** Types that the legs of a pair may have. */
const LEG_TYPES: TypeTable = Object.fromEntries(
  Object.entries(TYPES).filter(([name]) => name !== 'LIMIT' && name !== 'MARKET'),
);

/** What places, cancels and looks up pairs of orders. */
export const LIST_REQUESTS: readonly Operation[] = [
  {
    route: 'POST orderList/oco',
    method: 'orderList.place.oco',
    right: 'trade',
    weight: 1,
    run: place,
  },
  {
    route: 'DELETE orderList',
    method: 'orderList.cancel',
    right: 'cancel',
    weight: 1,
    run: cancel,
  },
  { route: 'GET orderList', method: 'orderList.status', right: 'read', weight: 4, run: status },
  { route: 'GET allOrderList', method: 'allOrderLists', right: 'read', weight: 20, run: all },
  {
    route: 'GET openOrderList',
    method: 'openOrderLists.status',
    right: 'read',
    weight: 6,
    run: open,
  },
];

function place(call: Call): Result<unknown, BinanceError> {
  const { desk, account, parameters } = call;
  const market = marketOf(call);
  const side = mandatory(parameters, 'side', SIDES, BAD_SIDE);
  const { clientId, selfTradePrevention, form } = sharedTerms(call, 'listClientOrderId');
  parameters.text('quantity');
  const quantity = parameters.decimal('quantity');
  const shared = { selfTradePrevention, side: side ?? 'buy', quantity };
  const above = legOf(call, market, 'above', shared);
  const below = legOf(call, market, 'below', shared);
  const pair = pairOf(call, { above, below }, shared.side);
  const read = parameters.checked(market === null || pair === null ? null : { market, pair });
  if (!read.ok) return read;
  if (!desk.limits.mayOrder(account, desk.clock.now(), LEGS)) return err(TOO_MANY_ORDERS);
  const placed = desk.exchange.placePair(account, { ...read.value.pair, clientId });
  if (!placed.ok) return err(refusalError(placed.error));
  const { instrument } = read.value.market.rules;
  return ok(placedList(wireOf(instrument), placed.value, form ?? 'RESULT'));
}

interface SharedTerms {
  readonly selfTradePrevention: NewOrder['selfTradePrevention'];
  readonly side: Side;
  readonly quantity: string | null;
}

/** One leg of a pair; null after a mistake, which `parameters` keeps. */
function legOf(
  call: Call,
  market: MarketView | null,
  at: Place,
  shared: SharedTerms,
): NewOrder | null {
  const { parameters, desk } = call;
  const named = (field: string): string => `${at}${field[0]?.toUpperCase()}${field.slice(1)}`;
  const clientId = parameters.matching(named('clientOrderId'), CLIENT_ID);
  const known = mandatory(parameters, named('type'), TYPES, BAD_TYPE);
  const type = known === null ? null : parameters.choice(named('type'), LEG_TYPES, BAD_LEG);
  if (market === null || type === null) return null;
  const id = clientId ?? autoClientId(desk.random);
  return orderOf(call, market, { ...shared, clientId: id, type, named });
}

/** Which of two legs is the target; null after a mistake. */
function pairOf(
  { parameters }: Call,
  { above, below }: Readonly<Record<Place, NewOrder | null>>,
  side: Side,
): { readonly target: NewOrder; readonly stop: NewOrder } | null {
  if (above === null || below === null) return null;
  const [target, stop] = side === 'sell' ? [above, below] : [below, above];
  const fault = pairFault(target, stop, side);
  if (fault === null) return { target, stop };
  parameters.fail(fault);
  return null;
}

/** The errors that are told apart by which leg is on the wrong side of the price. */
function pairFault(target: NewOrder, stop: NewOrder, side: Side): BinanceError | null {
  const [isLimit, stopIsLimit] = [target, stop].map(({ trigger }) => trigger === undefined);
  if (isLimit && stopIsLimit) return NONE_CONTINGENT;
  const word = side === 'buy' ? 'buy' : 'sell';
  const [favour, against] = side === 'buy' ? ['below', 'above'] : ['above', 'below'];
  if (stopIsLimit) {
    const code = side === 'buy' ? -1165 : -1166;
    return badRequest(code, `A limit order in a ${word} OCO must be ${favour}.`);
  }
  if (isProfit(stop)) {
    const code = side === 'buy' ? -1198 : -1199;
    return badRequest(code, `A take profit order in a ${word} OCO must be ${favour}.`);
  }
  if (!isLimit && !isProfit(target)) {
    const code = side === 'buy' ? -1196 : -1197;
    return badRequest(code, `A stop loss order in a ${word} OCO must be ${against}.`);
  }
  return target.lots === stop.lots ? null : BAD_PAIR;
}

function isProfit({ trigger, side }: NewOrder): boolean {
  return trigger !== undefined && (trigger.direction === 'rises-to') === (side === 'sell');
}

function cancel(call: Call): Result<unknown, BinanceError> {
  const { desk, parameters, account } = call;
  const market = marketOf(call);
  const list = listReferenceOf(call, 'listClientOrderId');
  const cancelId = parameters.matching('newClientOrderId', CLIENT_ID) ?? autoClientId(desk.random);
  const read = parameters.checked(market === null || list === null ? null : { market, list });
  if (!read.ok) return read;
  const { instrument } = read.value.market.rules;
  const pair = desk.exchange.findPair(account, read.value.list);
  if (pair === null || pair.target.symbol !== instrument.symbol || !isExecuting(pair)) {
    return err(UNKNOWN_LIST);
  }
  const leg = [pair.target, pair.stop].find(({ status }) => OPEN.has(status)) ?? pair.target;
  const reference = { symbol: leg.symbol, orderId: leg.orderId, clientId: null };
  return canceled(call, wireOf(instrument), reference, { cancelId, only: null });
}

const OPEN: ReadonlySet<string> = new Set(['new', 'partially-filled']);

function status(call: Call): Result<unknown, BinanceError> {
  const read = call.parameters.checked(listReferenceOf(call, 'origClientOrderId'));
  if (!read.ok) return read;
  const pair = call.desk.exchange.findPair(call.account, read.value);
  return pair === null ? err(NO_SUCH_LIST) : ok(listJson(pair));
}

function all(call: Call): Result<unknown, BinanceError> {
  const { parameters } = call;
  const fromId = parameters.integer('fromId');
  if (fromId !== null) for (const name of ['startTime', 'endTime']) parameters.mustNot(name);
  const span = spanOf(parameters);
  const limit = parameters.limit(LIST_DEFAULT, LIST_MAX);
  const read = parameters.checked(listsOf(call));
  if (!read.ok) return read;
  const lists = read.value
    .filter(({ listId }) => fromId === null || listId >= fromId)
    .filter(({ target }) => isWithin(span, target.createdMs));
  return ok(page(lists, fromId !== null, limit).map(listJson));
}

function open(call: Call): Result<unknown, BinanceError> {
  const read = call.parameters.checked(listsOf(call));
  return read.ok ? ok(read.value.filter(isExecuting).map(listJson)) : read;
}

/** All lists of an account that are still known, oldest first. */
function listsOf({ desk, account }: Call): readonly Pair[] {
  const known = desk.exchange.account(account);
  const orders = [...(known?.ended.values() ?? []), ...(known?.open.values() ?? [])];
  const ids = new Set(orders.flatMap(({ listId }) => (listId === undefined ? [] : [listId])));
  return [...ids]
    .sort((left, right) => left - right)
    .flatMap((listId) => desk.exchange.findPair(account, { listId }) ?? []);
}

/** The venue's id comes before the client's. */
function listReferenceOf({ parameters }: Call, clientName: string): ListReference | null {
  const listId = parameters.integer('orderListId');
  const listClientId = parameters.matching(clientName, CLIENT_ID);
  if (listId !== null) return { listId };
  if (listClientId !== null) return { listClientId };
  parameters.fail(neither('orderListId', clientName));
  return null;
}
