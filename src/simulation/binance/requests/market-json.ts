import { formatDecimal } from '../../../core/decimal.ts';
import { amountText } from '../../../core/instrument.ts';
import { assert } from '../../../core/result.ts';
import {
  AVERAGE_MINUTES,
  type MarketRules,
  OPEN_ORDERS_MAX,
  PERCENT_PRICE,
} from '../../exchange/market-rules.ts';
import type { MarketView } from '../../exchange/port.ts';
import { type Bar, MINUTE_MS, type PublicTrade } from '../../exchange/tape.ts';
import { levelsJson, PREVENTIONS, TYPE_NAMES, type Wire, wireOf } from './order-json.ts';

const DAY_MS = 86_400_000;

/** A market as `exchangeInfo` describes it, with every rule that is enforced. */
export function symbolJson(
  { rules, isHalted = false }: MarketView,
  tickSizes: ReadonlyMap<string, string>,
) {
  const { instrument } = rules;
  const wire = wireOf(instrument);
  const tick = tickSizes.get(instrument.symbol) ?? wire.price(1);
  return {
    symbol: instrument.symbol,
    status: isHalted ? 'BREAK' : 'TRADING',
    baseAsset: instrument.base,
    baseAssetPrecision: 8,
    quoteAsset: instrument.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: TYPE_NAMES,
    icebergAllowed: rules.native.icebergPartsMax > 0,
    ocoAllowed: true,
    otoAllowed: false,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: true,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filtersJson(rules, wire, tick),
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: PREVENTIONS.none,
    allowedSelfTradePreventionModes: Object.values(PREVENTIONS),
  };
}

function filtersJson(
  { instrument, marketLotsMax, notionalMax, native }: MarketRules,
  wire: Wire,
  tickSize: string,
) {
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: wire.price(instrument.ticksMin),
      maxPrice: wire.price(instrument.ticksMax),
      tickSize,
    },
    {
      filterType: 'LOT_SIZE',
      minQty: wire.quantity(instrument.lotsMin),
      maxQty: wire.quantity(instrument.lotsMax),
      stepSize: wire.quantity(1),
    },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: wire.quantity(0),
      maxQty: wire.quantity(marketLotsMax),
      stepSize: wire.quantity(0),
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: String(PERCENT_PRICE.up),
      bidMultiplierDown: String(PERCENT_PRICE.down),
      askMultiplierUp: String(PERCENT_PRICE.up),
      askMultiplierDown: String(PERCENT_PRICE.down),
      avgPriceMins: AVERAGE_MINUTES,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: amountText(instrument.notionalMin),
      applyMinToMarket: true,
      maxNotional: amountText(notionalMax),
      applyMaxToMarket: false,
      avgPriceMins: AVERAGE_MINUTES,
    },
    { filterType: 'ICEBERG_PARTS', limit: native.icebergPartsMax },
    {
      filterType: 'TRAILING_DELTA',
      minTrailingAboveDelta: native.trailBipsMin,
      maxTrailingAboveDelta: native.trailBipsMax,
      minTrailingBelowDelta: native.trailBipsMin,
      maxTrailingBelowDelta: native.trailBipsMax,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: OPEN_ORDERS_MAX },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: native.algoOrdersMax },
  ];
}

export function depthJson(market: MarketView, limit: number) {
  const wire = wireOf(market.rules.instrument);
  return {
    lastUpdateId: market.updateId,
    bids: levelsJson(wire, market.depth('buy', limit)),
    asks: levelsJson(wire, market.depth('sell', limit)),
  };
}

/** Best bid and ask; zeros where a side is empty, as Binance writes them. */
export function bookTickerJson(market: MarketView) {
  const { instrument } = market.rules;
  const wire = wireOf(instrument);
  const bid = market.best('buy');
  const ask = market.best('sell');
  return {
    symbol: instrument.symbol,
    bidPrice: wire.price(bid?.ticks ?? 0),
    bidQty: wire.quantity(bid?.lots ?? 0),
    askPrice: wire.price(ask?.ticks ?? 0),
    askQty: wire.quantity(ask?.lots ?? 0),
  };
}

export function publicTradeJson(wire: Wire, trade: PublicTrade) {
  return {
    id: trade.tradeId,
    price: wire.price(trade.ticks),
    qty: wire.quantity(trade.lots),
    quoteQty: amountText(trade.quote),
    time: trade.venueMs,
    isBuyerMaker: trade.takerSide === 'sell',
    isBestMatch: true,
  };
}

/** Trades of one taker at one price as one, whose number is that of the first. */
export function groupJson(wire: Wire, [first, ...others]: readonly PublicTrade[]) {
  assert(first !== undefined, 'a group has a first trade');
  return {
    a: first.tradeId,
    p: wire.price(first.ticks),
    q: wire.quantity(others.reduce((sum, { lots }) => sum + lots, first.lots as number)),
    f: first.tradeId,
    l: (others.at(-1) ?? first).tradeId,
    T: first.venueMs,
    m: first.takerSide === 'sell',
    M: true,
  };
}

export function klineJson(wire: Wire, bar: Bar, minutes: number) {
  return [
    bar.openMs,
    wire.price(bar.open),
    wire.price(bar.high),
    wire.price(bar.low),
    wire.price(bar.close),
    wire.quantity(bar.lots),
    bar.openMs + minutes * MINUTE_MS - 1,
    amountText(bar.quote),
    bar.trades,
    wire.quantity(bar.takerBuyLots),
    amountText(bar.takerBuyQuote),
    '0',
  ];
}

export function lastPriceJson({ rules: { instrument }, tape }: MarketView) {
  return { symbol: instrument.symbol, price: wireOf(instrument).price(tape.last?.ticks ?? 0) };
}

export function averagePriceJson({ rules: { instrument }, tape }: MarketView, nowMs: number) {
  const ticks = tape.averageTicks(nowMs - AVERAGE_MINUTES * MINUTE_MS);
  return {
    mins: AVERAGE_MINUTES,
    price: estimateText(Number.isNaN(ticks) ? 0 : ticks * instrument.tickSize),
    closeTime: tape.last?.venueMs ?? 0,
  };
}

/** What was traded within a day. */
export function dayJson(market: MarketView, nowMs: number) {
  const { instrument } = market.rules;
  const wire = wireOf(instrument);
  const day = market.tape.window(nowMs - DAY_MS);
  const change = day === null ? 0 : day.close - day.open;
  const volume = (day?.lots ?? 0) * instrument.lotSize;
  const { symbol: _symbol, ...best } = bookTickerJson(market);
  return {
    symbol: instrument.symbol,
    priceChange: wire.price(change),
    priceChangePercent: (day === null ? 0 : (change / day.open) * 100).toFixed(3),
    weightedAvgPrice: estimateText(day === null ? 0 : Number(day.quote) / 1e8 / volume),
    prevClosePrice: wire.price(day?.open ?? 0),
    lastPrice: wire.price(day?.close ?? 0),
    lastQty: wire.quantity(day?.closeLots ?? 0),
    ...best,
    openPrice: wire.price(day?.open ?? 0),
    highPrice: wire.price(day?.high ?? 0),
    lowPrice: wire.price(day?.low ?? 0),
    volume: wire.quantity(day?.lots ?? 0),
    quoteVolume: day === null ? wire.price(0) : amountText(day.quote),
    openTime: nowMs - DAY_MS,
    closeTime: nowMs,
    firstId: day?.firstTradeId ?? -1,
    lastId: day?.lastTradeId ?? -1,
    count: day?.trades ?? 0,
  };
}

/** An estimate with eight digits behind the dot. */
function estimateText(value: number): string {
  return formatDecimal(Math.round(value * 1e8), 8);
}
