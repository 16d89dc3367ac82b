import { formatDecimal } from '../../../core/decimal.ts';
import { amountText, type Instrument } from '../../../core/instrument.ts';
import { assert } from '../../../core/result.ts';
import type { Lots, Ticks } from '../../../core/units.ts';
import type { TimeInForce } from '../../../execution/order.ts';
import type { SelfTradePrevention } from '../../book/match-plan.ts';
import type {
  AccountTrade,
  OrderType,
  VenueOrder,
  VenueOrderStatus,
} from '../../exchange/orders.ts';
import type { Placed } from '../../exchange/port.ts';

/** Every type of an order, as Binance names them. */
export const TYPE_NAMES: readonly string[] = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
];

/** Digits behind the dot of every number that Binance writes as a text. */
const WIRE_DECIMALS = 8;

const ORDER_TYPES: Readonly<Record<OrderType, string>> = {
  limit: 'LIMIT',
  'limit-maker': 'LIMIT_MAKER',
  market: 'MARKET',
};

export const STATUSES: Readonly<Record<VenueOrderStatus, string>> = {
  new: 'NEW',
  'partially-filled': 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
  'expired-in-match': 'EXPIRED_IN_MATCH',
};

export const PREVENTIONS: Readonly<Record<SelfTradePrevention, string>> = {
  none: 'NONE',
  'expire-taker': 'EXPIRE_TAKER',
  'expire-maker': 'EXPIRE_MAKER',
  'expire-both': 'EXPIRE_BOTH',
};

export const TIMES_IN_FORCE: Readonly<Record<TimeInForce, string>> = {
  gtc: 'GTC',
  ioc: 'IOC',
  fok: 'FOK',
};

/** Writes the amounts of one market as texts with eight digits behind the dot. */
export interface Wire {
  readonly instrument: Instrument;
  price(ticks: number): string;
  quantity(lots: number): string;
}

export function wireOf(instrument: Instrument): Wire {
  const { priceDecimals, tickSteps, quantityDecimals, lotSteps } = instrument;
  assert(Math.max(priceDecimals, quantityDecimals) <= WIRE_DECIMALS, 'eight digits are enough');
  const ticksUnit = tickSteps * 10 ** (WIRE_DECIMALS - priceDecimals);
  const lotsUnit = lotSteps * 10 ** (WIRE_DECIMALS - quantityDecimals);
  return {
    instrument,
    // A recorded book may hold prices and sizes from a time of a finer grid.
    price: (ticks) => formatDecimal(Math.round(ticks * ticksUnit), WIRE_DECIMALS),
    quantity: (lots) => formatDecimal(Math.round(lots * lotsUnit), WIRE_DECIMALS),
  };
}

/** The fields that every description of an order shares. */
function orderFields(wire: Wire, order: VenueOrder) {
  return {
    price: wire.price(order.ticks),
    origQty: wire.quantity(order.lots),
    executedQty: wire.quantity(order.filledLots),
    origQuoteOrderQty: amountText(order.quote),
    cummulativeQuoteQty: amountText(order.filledQuote),
    status: STATUSES[order.status],
    timeInForce: TIMES_IN_FORCE[order.timeInForce],
    type: typeText(order),
    side: order.side.toUpperCase(),
  };
}

/** What an order was placed as: one that has woken keeps that type. */
export function typeText({ type, side, trigger }: VenueOrder): string {
  if (trigger === undefined) return ORDER_TYPES[type];
  const isStop = (trigger.direction === 'rises-to') === (side === 'buy');
  return `${isStop ? 'STOP_LOSS' : 'TAKE_PROFIT'}${type === 'market' ? '' : '_LIMIT'}`;
}

/** Whether an order has ever been at work. */
export function hasWorked({ trigger, wokenMs }: VenueOrder): boolean {
  return trigger === undefined || wokenMs !== undefined;
}

/** When it began to work; -1 before. */
export function workingMs(order: VenueOrder): number {
  return hasWorked(order) ? (order.wokenMs ?? order.createdMs) : -1;
}

/** The trail of an order in 1/10000ths, and since when it follows the price; -1 before. */
export function trailOf({ trigger, markTicks, updatedMs, createdMs }: VenueOrder) {
  const trail = trigger?.trail ?? null;
  if (trail === null || !('bips' in trail)) return null;
  const followsMs = trigger?.ticks === 0 ? createdMs : updatedMs;
  return { bips: trail.bips, sinceMs: markTicks === undefined ? -1 : followsMs };
}

/** The fields that only some orders have. */
function conditionalFields(wire: Wire, order: VenueOrder) {
  const { trigger, shownLots } = order;
  return {
    ...(trigger !== undefined && { stopPrice: wire.price(trigger.ticks) }),
    ...(shownLots !== undefined && { icebergQty: wire.quantity(shownLots) }),
    ...trailFields(order),
  };
}

function trailFields(order: VenueOrder) {
  const trail = trailOf(order);
  return trail === null ? {} : { trailingDelta: trail.bips, trailingTime: trail.sinceMs };
}

function preventionFields(wire: Wire, order: VenueOrder) {
  const isPrevented = order.preventedMatchId >= 0;
  return {
    selfTradePreventionMode: PREVENTIONS[order.selfTradePrevention],
    ...(isPrevented && {
      preventedMatchId: order.preventedMatchId,
      preventedQuantity: wire.quantity(order.preventedLots),
    }),
  };
}

/** An order as queries show it. */
export function queriedOrder(wire: Wire, order: VenueOrder) {
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: order.listId ?? -1,
    clientOrderId: order.clientId,
    ...orderFields(wire, order),
    stopPrice: wire.price(order.trigger?.ticks ?? 0),
    icebergQty: wire.quantity(order.shownLots ?? 0),
    ...trailFields(order),
    time: order.createdMs,
    updateTime: order.updatedMs,
    isWorking: hasWorked(order),
    workingTime: workingMs(order),
    ...preventionFields(wire, order),
  };
}

/** An order as its cancellation shows it: `clientOrderId` names the cancellation. */
export function canceledOrder(wire: Wire, order: VenueOrder, cancelId: string) {
  return {
    symbol: order.symbol,
    origClientOrderId: order.clientId,
    orderId: order.orderId,
    orderListId: order.listId ?? -1,
    clientOrderId: cancelId,
    transactTime: order.updatedMs,
    ...orderFields(wire, order),
    ...conditionalFields(wire, order),
    ...preventionFields(wire, order),
  };
}

/** An order as the answer to an amendment shows it, with names of its own for some fields. */
export function amendedOrder(wire: Wire, order: VenueOrder) {
  const fields = orderFields(wire, order);
  const { origQty: qty, origQuoteOrderQty, cummulativeQuoteQty, ...others } = fields;
  return {
    transactTime: order.updatedMs,
    executionId: order.orderId,
    amendedOrder: {
      symbol: order.symbol,
      orderId: order.orderId,
      orderListId: -1,
      origClientOrderId: order.clientId,
      clientOrderId: order.clientId,
      qty,
      ...others,
      preventedQty: wire.quantity(order.preventedLots),
      quoteOrderQty: origQuoteOrderQty,
      cumulativeQuoteQty: cummulativeQuoteQty,
      workingTime: order.createdMs,
      ...preventionFields(wire, order),
    },
  };
}

export type PlacedForm = 'ACK' | 'RESULT' | 'FULL';

/** A new order, in the length that was asked for. */
export function placedOrder(wire: Wire, { order, trades, prevented }: Placed, form: PlacedForm) {
  const acknowledged = {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: order.listId ?? -1,
    clientOrderId: order.clientId,
    transactTime: order.updatedMs,
  };
  if (form === 'ACK') return acknowledged;
  const result = {
    ...acknowledged,
    ...orderFields(wire, order),
    ...conditionalFields(wire, order),
    workingTime: workingMs(order),
    ...preventionFields(wire, order),
  };
  if (form === 'RESULT') return result;
  const fills = trades.map((trade) => ({
    price: wire.price(trade.ticks),
    qty: wire.quantity(trade.lots),
    commission: amountText(trade.fee),
    commissionAsset: trade.feeAsset,
    tradeId: trade.tradeId,
  }));
  const preventedMatches = prevented.map((match) => ({
    preventedMatchId: match.preventedMatchId,
    makerOrderId: match.makerOrderId,
    price: wire.price(match.ticks),
    ...(match.takerLots > 0 && { takerPreventedQuantity: wire.quantity(match.takerLots) }),
    ...(match.makerLots > 0 && { makerPreventedQuantity: wire.quantity(match.makerLots) }),
  }));
  return { ...result, fills, ...(prevented.length > 0 && { preventedMatches }) };
}

/**
 * A trade as its account sees it.
 *
 * @param listId of the list that its order is in; -1: in none
 */
export function accountTradeJson(wire: Wire, trade: AccountTrade, listId = -1) {
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    orderListId: listId,
    price: wire.price(trade.ticks),
    qty: wire.quantity(trade.lots),
    quoteQty: amountText(trade.quote),
    commission: amountText(trade.fee),
    commissionAsset: trade.feeAsset,
    time: trade.venueMs,
    isBuyer: trade.side === 'buy',
    isMaker: trade.isMaker,
    isBestMatch: true,
  };
}

export function levelsJson(
  wire: Wire,
  levels: readonly { readonly ticks: Ticks; readonly lots: Lots }[],
): string[][] {
  return levels.map(({ ticks, lots }) => [wire.price(ticks), wire.quantity(lots)]);
}
