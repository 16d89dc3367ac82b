import { priceText, quantityText } from '../../../core/instrument.ts';
import type { ExchangeEvent, MarketView } from '../../exchange/port.ts';
import type { PublicTrade } from '../../exchange/tape.ts';
import { candlesJson, tradeJson } from '../requests/market-requests.ts';
import { timeText } from '../requests/operation.ts';

type LevelChange = Extract<ExchangeEvent, { kind: 'level-changed' }>;

const SNAPSHOT_TRADES = 50;
const CANDLE_MINUTES = 5;
const DAY_MS = 86_400_000;
/** What the venue writes where it knows no time. */
const LONG_AGO = '1970-01-01T00:00:00Z';

const SIDES = { buy: 'bid', sell: 'offer' } as const;

/** All levels of a book. */
export function bookSnapshot(market: MarketView) {
  const { instrument } = market.rules;
  const levels = (side: 'buy' | 'sell') =>
    market.depth(side, Number.MAX_SAFE_INTEGER).map(({ ticks, lots }) => ({
      side: SIDES[side],
      event_time: LONG_AGO,
      price_level: priceText(instrument, ticks),
      new_quantity: quantityText(instrument, lots),
    }));
  return {
    type: 'snapshot',
    product_id: instrument.symbol,
    updates: [...levels('buy'), ...levels('sell')],
  };
}

export function bookUpdate(market: MarketView, changes: readonly LevelChange[], nowMs: number) {
  const { instrument } = market.rules;
  const event_time = timeText(nowMs);
  return {
    type: 'update',
    product_id: instrument.symbol,
    updates: changes.map(({ side, ticks, lots }) => ({
      side: SIDES[side],
      event_time,
      price_level: priceText(instrument, ticks),
      new_quantity: lots === 0 ? '0' : quantityText(instrument, lots),
    })),
  };
}

/** Newest first. */
export function tradesEvent(market: MarketView, trades: readonly PublicTrade[]) {
  return { type: 'update', trades: [...trades].reverse().map((each) => tradeJson(market, each)) };
}

export function tradesSnapshot(market: MarketView) {
  return { ...tradesEvent(market, market.tape.latest(SNAPSHOT_TRADES)), type: 'snapshot' };
}

export function candlesEvent(type: 'snapshot' | 'update', market: MarketView, nowMs: number) {
  const fromMs = type === 'snapshot' ? nowMs - DAY_MS : nowMs;
  const { symbol } = market.rules.instrument;
  const candles = candlesJson(market, CANDLE_MINUTES, fromMs, nowMs);
  return { type, candles: candles.map((candle) => ({ ...candle, product_id: symbol })) };
}

/** @returns null before the first trade, of which a ticker tells */
export function tickerEvent(type: 'snapshot' | 'update', market: MarketView, nowMs: number) {
  const { instrument } = market.rules;
  const { last } = market.tape;
  const day = market.tape.window(nowMs - DAY_MS);
  if (last === null || day === null) return null;
  const [bid, ask] = [market.best('buy'), market.best('sell')];
  const price = (ticks: typeof last.ticks | undefined) =>
    ticks === undefined ? '' : priceText(instrument, ticks);
  const ticker = {
    type: 'ticker',
    product_id: instrument.symbol,
    price: price(last.ticks),
    volume_24_h: quantityText(instrument, day.lots),
    low_24_h: price(day.low),
    high_24_h: price(day.high),
    low_52_w: price(day.low),
    high_52_w: price(day.high),
    price_percent_chg_24_h: '0',
    best_bid: price(bid?.ticks),
    best_bid_quantity: bid === null ? '' : quantityText(instrument, bid.lots),
    best_ask: price(ask?.ticks),
    best_ask_quantity: ask === null ? '' : quantityText(instrument, ask.lots),
  };
  return { type, tickers: [ticker] };
}
