import { type Instrument, parseLots, parseTicks } from '../../core/instrument.ts';
import { question, type RestAccess } from '../binance/rest.ts';
import { arrayIn, flagOf, objectIn, textOf, WireFault, wholeOf } from '../binance/wire.ts';
import {
  type CandleHistory,
  MINUTE_MS,
  type MinuteCandle,
  minuteCandle,
} from './candle-history.ts';
import type { HistoryTrade, TradeHistory } from './trade-history.ts';

/** Trades of one answer; more make it long to read beside orders. */
const PAGE = 500;

/**
 * Aggregated trades, the only ones that can be asked for by time: each names the first and last of
 * the trades in it. Futures are followed by aggregates, and so their numbers are those.
 */
export function binanceHistory(access: RestAccess, market: 'spot' | 'futures'): TradeHistory {
  const path = market === 'spot' ? '/api/v3/aggTrades' : '/fapi/v1/aggTrades';
  return (instrument, fromMs) =>
    question(
      access,
      `${path}?symbol=${instrument.symbol}&startTime=${fromMs}&limit=${PAGE}`,
      (value) => arrayIn(value, 'aggTrades').map((entry) => tradeIn(entry, instrument, market)),
    );
}

/** Candles of one answer. */
const CANDLES = 1_000;

export function binanceCandles(access: RestAccess, market: 'spot' | 'futures'): CandleHistory {
  const path = market === 'spot' ? '/api/v3/klines' : '/fapi/v1/klines';
  return {
    spanMs: CANDLES * MINUTE_MS,
    query(instrument, fromMs, toMs) {
      const times = `startTime=${fromMs}&endTime=${toMs - 1}&limit=${CANDLES}`;
      const asked = `${path}?symbol=${instrument.symbol}&interval=1m&${times}`;
      return question(access, asked, (value) => arrayIn(value, 'klines').map(candleIn));
    },
  };
}

function candleIn(entry: unknown): MinuteCandle {
  const [openMs, open, high, low, close, quantity] = arrayIn(entry, 'kline');
  return minuteCandle(Number(openMs), { open, high, low, close, quantity });
}

function tradeIn(entry: unknown, instrument: Instrument, market: 'spot' | 'futures'): HistoryTrade {
  const found = objectIn(entry, 'aggTrade');
  const first = wholeOf(found, market === 'spot' ? 'f' : 'a');
  const last = market === 'spot' ? wholeOf(found, 'l') : first;
  const ticks = parseTicks(instrument, textOf(found, 'p'));
  const lots = parseLots(instrument, textOf(found, 'q'));
  if (!(ticks > 0 && lots > 0 && last >= first)) {
    throw new WireFault(`aggTrade ${first}: wanted a price and a size of the grid of the market`);
  }
  return {
    ...{ tradeId: first, count: last - first + 1, ticks, lots },
    takerSide: flagOf(found, 'm') ? 'sell' : 'buy',
    venueMs: wholeOf(found, 'T'),
  };
}
