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

/** Digits behind the dot of every number that Binance writes as a text. */
const WIRE_DECIMALS = 8;

export const ORDER_TYPES: Readonly<Record<OrderType, string>> = {
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
    type: ORDER_TYPES[order.type],
    side: order.side.toUpperCase(),
  };
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
    orderListId: -1,
    clientOrderId: order.clientId,
    ...orderFields(wire, order),
    stopPrice: wire.price(0),
    icebergQty: wire.quantity(0),
    time: order.createdMs,
    updateTime: order.updatedMs,
    isWorking: true,
    workingTime: order.createdMs,
    ...preventionFields(wire, order),
  };
}

/** An order as its cancellation shows it: `clientOrderId` names the cancellation. */
export function canceledOrder(wire: Wire, order: VenueOrder, cancelId: string) {
  return {
    symbol: order.symbol,
    origClientOrderId: order.clientId,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: cancelId,
    transactTime: order.updatedMs,
    ...orderFields(wire, order),
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
    orderListId: -1,
    clientOrderId: order.clientId,
    transactTime: order.updatedMs,
  };
  if (form === 'ACK') return acknowledged;
  const result = {
    ...acknowledged,
    ...orderFields(wire, order),
    workingTime: order.createdMs,
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

/** A trade as its account sees it. */
export function accountTradeJson(wire: Wire, trade: AccountTrade) {
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    orderListId: -1,
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
