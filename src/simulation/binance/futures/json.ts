import { formatDecimal } from '../../../core/decimal.ts';
import { amountText, type Instrument } from '../../../core/instrument.ts';
import type { Amount, Lots } from '../../../core/units.ts';
import { averageEntryPerLot } from '../../../execution/positions.ts';
import type { Account } from '../../exchange/clearing.ts';
import { type MarketRules, OPEN_ORDERS_MAX, PERCENT_PRICE } from '../../exchange/market-rules.ts';
import type { AccountTrade, VenueOrder } from '../../exchange/orders.ts';
import { liquidationTicks, MAINTENANCE_PPM } from '../../perpetuals/margin.ts';
import { FORCED_PREFIX, type PerpetualExchange } from '../../perpetuals/perpetual-exchange.ts';
import { PREVENTIONS, STATUSES, type Wire, wireOf } from '../requests/order-json.ts';
import { CONDITIONAL_TYPES } from './order-fields.ts';

/** A perpetual has no end; the venue writes this one. */
const NO_DELIVERY_MS = 4_133_404_800_000;

export const TYPES: Readonly<Record<VenueOrder['type'], string>> = {
  limit: 'LIMIT',
  'limit-maker': 'LIMIT',
  market: 'MARKET',
};

/** A maker order is a limit order that lasts "till crossing". */
export function timeInForceText({ type, timeInForce }: VenueOrder): string {
  return type === 'limit-maker' ? 'GTX' : timeInForce.toUpperCase();
}

/** A market as `exchangeInfo` describes it. @param tick of the price filter, as a text */
export function contractJson(rules: MarketRules, isOpen: boolean, tick: string) {
  const { instrument } = rules;
  const wire = wireOf(instrument);
  return {
    symbol: instrument.symbol,
    pair: instrument.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: NO_DELIVERY_MS,
    onboardDate: 0,
    status: isOpen ? 'TRADING' : 'SETTLING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: instrument.base,
    quoteAsset: instrument.quote,
    marginAsset: instrument.quote,
    pricePrecision: instrument.priceDecimals,
    quantityPrecision: instrument.quantityDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    triggerProtect: '0.0500',
    liquidationFee: '0',
    marketTakeBound: '0.05',
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: wire.price(instrument.ticksMin),
        maxPrice: wire.price(instrument.ticksMax),
        tickSize: tick,
      },
      lotFilter('LOT_SIZE', wire, instrument, instrument.lotsMax),
      lotFilter('MARKET_LOT_SIZE', wire, instrument, rules.marketLotsMax),
      { filterType: 'MAX_NUM_ORDERS', limit: OPEN_ORDERS_MAX },
      { filterType: 'MIN_NOTIONAL', notional: amountText(instrument.notionalMin) },
      {
        filterType: 'PERCENT_PRICE',
        multiplierUp: String(PERCENT_PRICE.up),
        multiplierDown: String(PERCENT_PRICE.down),
        multiplierDecimal: '4',
      },
    ],
    orderTypes: ['LIMIT', 'MARKET', ...CONDITIONAL_TYPES],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}

function lotFilter(filterType: string, wire: Wire, { lotsMin }: Instrument, lotsMax: Lots) {
  return {
    filterType,
    minQty: wire.quantity(lotsMin),
    maxQty: wire.quantity(lotsMax),
    stepSize: wire.quantity(1),
  };
}

/** An order, in every answer that shows one. */
export function orderJson(wire: Wire, order: VenueOrder) {
  return {
    orderId: order.orderId,
    symbol: order.symbol,
    status: STATUSES[order.status],
    clientOrderId: order.clientId,
    price: wire.price(order.ticks),
    avgPrice: averageText(wire, order),
    origQty: wire.quantity(order.lots),
    executedQty: wire.quantity(order.filledLots),
    cumQty: wire.quantity(order.filledLots),
    cumQuote: amountText(order.filledQuote),
    timeInForce: timeInForceText(order),
    type: TYPES[order.type],
    reduceOnly: order.isReduceOnly === true,
    closePosition: false,
    side: order.side.toUpperCase(),
    positionSide: 'BOTH',
    stopPrice: '0.00000000',
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    origType: TYPES[order.type],
    priceMatch: 'NONE',
    selfTradePreventionMode: PREVENTIONS[order.selfTradePrevention],
    goodTillDate: 0,
    time: order.createdMs,
    updateTime: order.updatedMs,
  };
}

/** Average price of what was filled of an order. */
export function averageText(wire: Wire, { filledLots, filledQuote }: VenueOrder): string {
  if (filledLots === 0) return '0.00000000';
  const price = Number(filledQuote) / 1e8 / (filledLots * wire.instrument.lotSize);
  return estimateText(price);
}

export function tradeJson(wire: Wire, trade: AccountTrade) {
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    side: trade.side.toUpperCase(),
    price: wire.price(trade.ticks),
    qty: wire.quantity(trade.lots),
    realizedPnl: amountText(realisedOf(trade)),
    quoteQty: amountText(trade.quote),
    commission: amountText(trade.fee),
    commissionAsset: trade.feeAsset,
    time: trade.venueMs,
    positionSide: 'BOTH',
    buyer: trade.side === 'buy',
    maker: trade.isMaker,
  };
}

export function realisedOf(trade: AccountTrade): Amount {
  return trade.realised ?? (0n as Amount);
}

/** A position as `positionRisk` shows it. */
export function positionJson(exchange: PerpetualExchange, account: Account, rules: MarketRules) {
  const { instrument } = rules;
  const { symbol, quote: asset } = instrument;
  const position = exchange.margin.position(account.name, symbol);
  const own = exchange.symbolMargin(account, symbol);
  const whole = exchange.accountMargin(account, asset);
  const wire = wireOf(instrument);
  const entry = entryText(instrument, position);
  const signed = position.lots < 0 ? -own.notional : own.notional;
  return {
    symbol,
    positionSide: 'BOTH',
    positionAmt: wire.quantity(position.lots),
    entryPrice: entry,
    breakEvenPrice: entry,
    markPrice: wire.price(exchange.markOf(symbol)?.markTicks ?? 0),
    unRealizedProfit: amountText(own.unrealised),
    liquidationPrice: estimateText(
      liquidationTicks(instrument, position, whole, own) * instrument.tickSize,
    ),
    isolatedMargin: '0.00000000',
    notional: amountText(signed as Amount),
    marginAsset: asset,
    isolatedWallet: '0.00000000',
    initialMargin: amountText(own.initial),
    maintMargin: amountText(own.maintenance),
    positionInitialMargin: amountText(own.ofPosition),
    openOrderInitialMargin: amountText((own.initial - own.ofPosition) as Amount),
    leverage: String(exchange.margin.leverage(account.name, symbol)),
    marginType: 'cross',
    isAutoAddMargin: 'false',
    adl: 0,
    bidNotional: '0',
    askNotional: '0',
    updateTime: account.trades.get(account.tradeCount)?.venueMs ?? 0,
  };
}

export function entryText(instrument: Instrument, position: { lots: Lots; cost: Amount }): string {
  if (position.lots === 0) return '0.0';
  return estimateText(averageEntryPerLot(position as never) / instrument.lotSize);
}

/** The wallet of an asset, and what of it is bound. @param nowMs one with 0 passes for unused */
export function assetJson(
  exchange: PerpetualExchange,
  account: Account,
  asset: string,
  nowMs: number,
) {
  const margin = exchange.accountMargin(account, asset);
  const balance = amountText((margin.wallet + margin.unrealised) as Amount);
  const available = amountText((margin.available > 0n ? margin.available : 0n) as Amount);
  return {
    asset,
    walletBalance: amountText(margin.wallet),
    balance: amountText(margin.wallet),
    unrealizedProfit: amountText(margin.unrealised),
    marginBalance: balance,
    maintMargin: amountText(margin.maintenance),
    initialMargin: amountText(margin.initial),
    positionInitialMargin: amountText(margin.ofPositions),
    openOrderInitialMargin: amountText((margin.initial - margin.ofPositions) as Amount),
    crossWalletBalance: amountText(margin.wallet),
    crossUnPnl: amountText(margin.unrealised),
    availableBalance: available,
    maxWithdrawAmount: available,
    marginAvailable: true,
    updateTime: nowMs,
  };
}

/** The one bracket that this venue has. */
export function bracketJson(symbol: string, leverageMax: number) {
  const rate = Number(MAINTENANCE_PPM) / 1e6;
  const bracket = { bracket: 1, initialLeverage: leverageMax, notionalCap: 1e12, notionalFloor: 0 };
  return { symbol, brackets: [{ ...bracket, maintMarginRatio: rate, cum: 0 }] };
}

/** Whether the venue itself placed an order, to close a position. */
export function isForced({ clientId }: VenueOrder): boolean {
  return clientId.startsWith(FORCED_PREFIX);
}

/** An estimate with eight digits behind the dot. */
export function estimateText(value: number): string {
  return formatDecimal(Math.round(value * 1e8), 8);
}
