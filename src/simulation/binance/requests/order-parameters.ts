import { parseBigDecimal } from '../../../core/decimal.ts';
import { type Instrument, parseLots, parseTicks } from '../../../core/instrument.ts';
import type { Result } from '../../../core/result.ts';
import {
  AMOUNT_DECIMALS,
  amountOf,
  type Lots,
  NO_AMOUNT,
  type Ticks,
} from '../../../core/units.ts';
import type { Side, TimeInForce } from '../../../execution/order.ts';
import type { SelfTradePrevention } from '../../book/match-plan.ts';
import type { NewOrder, OrderType, VenueTrigger } from '../../exchange/orders.ts';
import type { MarketView } from '../../exchange/port.ts';
import { type BinanceError, badRequest } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { autoClientId, type Call, type Desk, isOnTick, marketOf } from './operation.ts';
import type { PlacedForm } from './order-json.ts';

export const SIDES: Readonly<Record<string, Side>> = { BUY: 'buy', SELL: 'sell' };
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
export const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** What a type of Binance makes of an order, and what that waits for. */
interface TypeOfOrder {
  readonly works: OrderType;
  readonly waitsFor: 'stop' | 'profit' | null;
}

export type TypeTable = Readonly<Record<string, TypeOfOrder>>;

export const TYPES: TypeTable = {
  LIMIT: { works: 'limit', waitsFor: null },
  LIMIT_MAKER: { works: 'limit-maker', waitsFor: null },
  MARKET: { works: 'market', waitsFor: null },
  STOP_LOSS: { works: 'market', waitsFor: 'stop' },
  STOP_LOSS_LIMIT: { works: 'limit', waitsFor: 'stop' },
  TAKE_PROFIT: { works: 'market', waitsFor: 'profit' },
  TAKE_PROFIT_LIMIT: { works: 'limit', waitsFor: 'profit' },
};

export const BAD_TYPE = badRequest(-1116, 'Invalid orderType.');
export const BAD_SIDE = badRequest(-1117, 'Invalid side.');
const BAD_TIME = badRequest(-1115, 'Invalid timeInForce.');
const OFF_TICK = badRequest(-1013, 'Filter failure: PRICE_FILTER');
const OFF_LOT = badRequest(-1013, 'Filter failure: LOT_SIZE');
const NO_ICEBERGS = badRequest(-2010, 'Iceberg orders are not supported for this symbol.');
const ICEBERG_EXCEEDS = badRequest(-2010, 'IcebergQty exceeds QTY.');
const UNSUPPORTED_COMBINATION = badRequest(-1014, 'Unsupported order combination.');

export interface ReadOrder {
  readonly order: NewOrder;
  readonly form: PlacedForm;
  readonly market: MarketView;
}

/** A new order, from the parameters of a request that places one. */
export function newOrder(call: Call): Result<ReadOrder, BinanceError> {
  const { parameters } = call;
  const market = marketOf(call);
  const side = mandatory(parameters, 'side', SIDES, BAD_SIDE);
  const type = mandatory(parameters, 'type', TYPES, BAD_TYPE);
  const shared = sharedTerms(call, 'newClientOrderId');
  if (market === null || side === null || type === null) return parameters.checked<ReadOrder>(null);
  const order = orderOf(call, market, { ...shared, side, type, named: (field) => field });
  const isUsuallyFull = type.works !== 'limit-maker' && type.waitsFor === null;
  const form = shared.form ?? (isUsuallyFull ? 'FULL' : 'ACK');
  return parameters.checked({ order, form, market });
}

/** What all orders of a request have in common. */
export function sharedTerms(
  { desk, parameters }: Call,
  idName: string,
): {
  readonly clientId: string;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly form: PlacedForm | null;
} {
  const clientId = parameters.matching(idName, CLIENT_ID) ?? autoClientId(desk.random);
  const badMode = invalid('selfTradePreventionMode');
  const mode = parameters.choice('selfTradePreventionMode', PREVENTION, badMode);
  const form = parameters.choice('newOrderRespType', FORMS, invalid('newOrderRespType'));
  return { clientId, selfTradePrevention: mode ?? 'none', form };
}

export interface OrderTerms {
  readonly clientId: string;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly side: Side;
  readonly type: TypeOfOrder;
  /** What a field is called in the request, which may be about several orders. */
  readonly named: (field: string) => string;
  /** Of an order in a list, whose legs share it; left out: it is among the order's own fields. */
  readonly quantity?: string | null;
}

/** Reads the rest of an order; a mistake is kept by `parameters`. */
export function orderOf(call: Call, market: MarketView, terms: OrderTerms): NewOrder {
  const { parameters, desk } = call;
  const { clientId, selfTradePrevention, side, type, named } = terms;
  const { instrument } = market.rules;
  const amounts = amountsOf(call, instrument, terms);
  const timeInForce = timeInForceOf(parameters, type, named('timeInForce'));
  const trigger = triggerOf(parameters, desk, instrument, terms);
  const shownLots = shownOf(parameters, market, terms, { ...amounts, timeInForce });
  return {
    ...{ symbol: instrument.symbol, clientId, side, type: type.works, timeInForce },
    ...{ selfTradePrevention, ...amounts },
    ...(trigger !== null && { trigger }),
    ...(shownLots > 0 && { shownLots }),
  };
}

/** Only an order that becomes a limit says how long it lives; a maker's lives until canceled. */
function timeInForceOf(parameters: Parameters, { works }: TypeOfOrder, name: string): TimeInForce {
  if (works !== 'limit') {
    parameters.mustNot(name);
    return 'gtc';
  }
  return mandatory(parameters, name, TIMES, BAD_TIME) ?? 'gtc';
}

function amountsOf(
  { desk, parameters }: Call,
  instrument: Instrument,
  { type, named, quantity: shared }: OrderTerms,
): Pick<NewOrder, 'ticks' | 'lots' | 'quote'> {
  const quantity = shared === undefined ? parameters.decimal(named('quantity')) : shared;
  const lots = quantity === null ? (0 as Lots) : parseLots(instrument, quantity);
  const isPlainMarket = type.works === 'market' && type.waitsFor === null;
  const quote = isPlainMarket ? quoteOf(parameters, named, quantity) : NO_AMOUNT;
  if (!isPlainMarket) {
    parameters.mustNot(named('quoteOrderQty'));
    if (shared === undefined) parameters.text(named('quantity'));
  }
  if (type.works === 'market') {
    parameters.mustNot(named('price'));
    return { ticks: 0 as Ticks, lots, quote };
  }
  const price = parameters.text(named('price'));
  parameters.decimal(named('price'));
  if (!isOnTick(desk, instrument.symbol, price)) parameters.fail(OFF_TICK);
  return { ticks: parseTicks(instrument, price), lots, quote };
}

/** A market order may be given by what it spends instead. */
function quoteOf(parameters: Parameters, named: OrderTerms['named'], quantity: string | null) {
  const quote = parameters.decimal(named('quoteOrderQty'));
  if (quantity !== null) parameters.mustNot(named('quoteOrderQty'));
  else if (quote === null) parameters.fail(neither(named('quantity'), named('quoteOrderQty')));
  return amountOf(parseBigDecimal(quote ?? '0', AMOUNT_DECIMALS) ?? NO_AMOUNT);
}

function triggerOf(
  parameters: Parameters,
  desk: Desk,
  instrument: Instrument,
  { type: { waitsFor }, side, named }: OrderTerms,
): VenueTrigger | null {
  const [stopName, trailName] = [named('stopPrice'), named('trailingDelta')];
  if (waitsFor === null) {
    parameters.mustNot(stopName);
    parameters.mustNot(trailName);
    return null;
  }
  const price = parameters.decimal(stopName);
  const bips = parameters.integer(trailName);
  if (price === null && bips === null) parameters.fail(neither(stopName, trailName));
  const ticks = price === null ? (0 as Ticks) : parseTicks(instrument, price);
  const isOff = price !== null && !(ticks > 0 && isOnTick(desk, instrument.symbol, price));
  if (isOff) parameters.fail(OFF_TICK);
  const isAbove = (waitsFor === 'stop') === (side === 'buy');
  return {
    direction: isAbove ? 'rises-to' : 'falls-to',
    ticks,
    reference: 'last',
    trail: bips === null ? null : { bips },
  };
}

/** What an iceberg shows; 0 of an order that shows all. */
function shownOf(
  parameters: Parameters,
  { rules: { instrument, native } }: MarketView,
  { type, named }: OrderTerms,
  { lots, timeInForce }: Pick<NewOrder, 'lots' | 'timeInForce'>,
): Lots {
  const name = named('icebergQty');
  if (type.works === 'market') parameters.mustNot(name);
  const quantity = parameters.decimal(name);
  if (quantity === null) return 0 as Lots;
  const shown = parseLots(instrument, quantity);
  if (native.icebergPartsMax === 0) parameters.fail(NO_ICEBERGS);
  if (!(shown === 0 || shown >= instrument.lotsMin)) parameters.fail(OFF_LOT);
  if (shown > lots) parameters.fail(ICEBERG_EXCEEDS);
  if (shown > 0 && timeInForce !== 'gtc') parameters.fail(UNSUPPORTED_COMBINATION);
  return shown;
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

export function neither(one: string, other: string): BinanceError {
  return badRequest(-1102, `Param '${one}' or '${other}' must be sent, but both were empty/null!`);
}

export function invalid(name: string): BinanceError {
  return badRequest(-1130, `Data sent for parameter '${name}' is not valid.`);
}
