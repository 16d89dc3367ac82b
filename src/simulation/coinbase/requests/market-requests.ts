import { priceText, quantityText } from '../../../core/instrument.ts';
import type { MarketView } from '../../exchange/port.ts';
import { MINUTE_MS, TRADES_KEPT } from '../../exchange/tape.ts';
import {
  badArgument,
  type Call,
  type CallReply,
  countOf,
  good,
  notFound,
  type Operation,
  timeText,
} from './operation.ts';

const LEVELS_MAX = 5_000;
const TRADES_MAX = 1_000;
const CANDLES_MAX = 350;
/** Minutes of a candle by the venue's name for it. */
const GRANULARITIES: Readonly<Record<string, number>> = {
  ONE_MINUTE: 1,
  FIVE_MINUTE: 5,
  FIFTEEN_MINUTE: 15,
  THIRTY_MINUTE: 30,
  ONE_HOUR: 60,
  TWO_HOUR: 120,
  SIX_HOUR: 360,
  ONE_DAY: 1_440,
};

/** Each is there twice: for everybody under `market`, and for whoever signs. */
const BOTH: readonly (readonly [name: string, route: string, run: Operation['run']])[] = [
  ['products.list', 'products', products],
  ['products.get', 'products/*', product],
  ['products.trades', 'products/*/ticker', trades],
  ['products.candles', 'products/*/candles', candles],
  ['products.book', 'product_book', book],
];

export const MARKET_REQUESTS: readonly Operation[] = [
  { name: 'time', route: 'GET time', right: null, run: time },
  ...BOTH.flatMap(([name, route, run]): Operation[] => [
    { name, route: `GET market/${route}`, right: null, run },
    { name, route: `GET ${route}`, right: 'read', run },
  ]),
  { name: 'products.best', route: 'GET best_bid_ask', right: 'read', run: best },
];

function time({ desk }: Call): CallReply {
  const nowMs = desk.clock.now();
  const epochSeconds = String(Math.floor(nowMs / 1_000));
  return good({ iso: timeText(nowMs), epochSeconds, epochMillis: String(nowMs) });
}

function products({ desk, query }: Call): CallReply {
  const nowMs = desk.clock.now();
  const wanted = query.getAll('product_ids');
  const isSpot = (query.get('product_type') ?? 'SPOT') === 'SPOT';
  const listed = [...desk.exchange.markets.values()]
    .filter(({ rules }) => wanted.length === 0 || wanted.includes(rules.instrument.symbol))
    .filter(() => isSpot)
    .map((market) => desk.board.productJson(market, nowMs));
  return good({ products: listed, num_products: listed.length, pagination: null });
}

function product(call: Call): CallReply {
  const market = marketOf(call);
  if (market === null) return notFound('product');
  return good(call.desk.board.productJson(market, call.desk.clock.now()));
}

/** Newest first, between two seconds; the side is that of the order that was resting. */
function trades(call: Call): CallReply {
  const market = marketOf(call);
  const limit = countOf(call.query, 'limit', 100);
  if (market === null) return notFound('product');
  if (limit === null) return badArgument('limit: wanted a whole number above 0');
  const fromMs = Number(call.query.get('start') ?? 0) * 1_000;
  const toMs = Number(call.query.get('end') ?? Number.MAX_SAFE_INTEGER / 1_000) * 1_000;
  if (Number.isNaN(fromMs + toMs)) return badArgument('start and end: wanted seconds');
  const { instrument } = market.rules;
  const latest = market.tape
    .latest(TRADES_KEPT)
    .filter(({ venueMs }) => venueMs >= fromMs && venueMs <= toMs)
    .slice(-Math.min(limit, TRADES_MAX))
    .reverse();
  const touch = (side: 'buy' | 'sell') => {
    const level = market.best(side);
    return level === null ? '' : priceText(instrument, level.ticks);
  };
  return good({
    trades: latest.map((trade) => tradeJson(market, trade)),
    best_bid: touch('buy'),
    best_ask: touch('sell'),
  });
}

export function tradeJson(
  { rules: { instrument } }: MarketView,
  { tradeId, ticks, lots, takerSide, venueMs }: ReturnType<MarketView['tape']['latest']>[number],
) {
  return {
    trade_id: String(tradeId),
    product_id: instrument.symbol,
    price: priceText(instrument, ticks),
    size: quantityText(instrument, lots),
    time: timeText(venueMs),
    side: takerSide === 'buy' ? 'SELL' : 'BUY',
    exchange: 'coinbase',
  };
}

function candles(call: Call): CallReply {
  const market = marketOf(call);
  const minutes = GRANULARITIES[call.query.get('granularity') ?? 'ONE_MINUTE'];
  if (market === null) return notFound('product');
  if (minutes === undefined) return badArgument('granularity: wanted ONE_MINUTE … ONE_DAY');
  const fromMs = Number(call.query.get('start') ?? 0) * 1_000;
  const toMs = Number(call.query.get('end') ?? Number.MAX_SAFE_INTEGER / 1_000) * 1_000;
  if (Number.isNaN(fromMs + toMs)) return badArgument('start and end: wanted seconds');
  return good({ candles: candlesJson(market, minutes, fromMs, toMs) });
}

/** Newest first. */
export function candlesJson(market: MarketView, minutes: number, fromMs: number, toMs: number) {
  const { instrument } = market.rules;
  return market.tape
    .bars(minutes, fromMs - (fromMs % (minutes * MINUTE_MS)), toMs, CANDLES_MAX)
    .map(({ openMs, open, high, low, close, lots }) => ({
      start: String(Math.floor(openMs / 1_000)),
      low: priceText(instrument, low),
      high: priceText(instrument, high),
      open: priceText(instrument, open),
      close: priceText(instrument, close),
      volume: quantityText(instrument, lots),
    }))
    .reverse();
}

function book(call: Call): CallReply {
  const market = call.desk.exchange.markets.get(call.query.get('product_id') ?? '');
  const limit = countOf(call.query, 'limit', LEVELS_MAX);
  if (market === undefined) return notFound('product');
  if (limit === null) return badArgument('limit: wanted a whole number above 0');
  return good({ pricebook: bookJson(market, limit, call.desk.clock.now()) });
}

function best({ desk, query }: Call): CallReply {
  const wanted = query.getAll('product_ids');
  const markets = [...desk.exchange.markets.values()].filter(
    ({ rules }) => wanted.length === 0 || wanted.includes(rules.instrument.symbol),
  );
  const nowMs = desk.clock.now();
  return good({ pricebooks: markets.map((market) => bookJson(market, 1, nowMs)) });
}

function bookJson(market: MarketView, limit: number, nowMs: number) {
  const { instrument } = market.rules;
  const levels = (side: 'buy' | 'sell') =>
    market.depth(side, Math.min(limit, LEVELS_MAX)).map(({ ticks, lots }) => ({
      price: priceText(instrument, ticks),
      size: quantityText(instrument, lots),
    }));
  const sides = { bids: levels('buy'), asks: levels('sell') };
  return { product_id: instrument.symbol, ...sides, time: timeText(nowMs) };
}

function marketOf({ desk, path }: Call): MarketView | null {
  return desk.exchange.markets.get(path[0] ?? '') ?? null;
}
