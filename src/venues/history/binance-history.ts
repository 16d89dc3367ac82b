import { type Instrument, parseLots, parseTicks } from '../../core/instrument.ts';
import { type PublicAccess, question } from '../binance/rest.ts';
import { arrayIn, flagOf, objectIn, textOf, WireFault, wholeOf } from '../binance/wire.ts';
import { type Candle, type CandleHistory, candleOf } from './candle-history.ts';
import type { HistoryTrade, TradeHistory } from './trade-history.ts';

/** Trades of one answer; more make it long to read beside orders. */
const PAGE = 500;

/**
 * Aggregated trades, the only ones that can be asked for by time: each names the first and last of
 * the trades in it. Futures are followed by aggregates, and so their numbers are those.
 */
export function binanceHistory(access: PublicAccess, market: 'spot' | 'futures'): TradeHistory {
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
/** What the venue calls each length, by its minutes. */
const INTERVALS: ReadonlyMap<number, string> = new Map([
  ...([1, 3, 5, 15, 30].map((minutes) => [minutes, `${minutes}m`]) as [number, string][]),
  ...([1, 2, 4, 6, 8, 12].map((hours) => [60 * hours, `${hours}h`]) as [number, string][]),
  [1_440, '1d'],
  [4_320, '3d'],
  [10_080, '1w'],
]);

export function binanceCandles(access: PublicAccess, market: 'spot' | 'futures'): CandleHistory {
  const path = market === 'spot' ? '/api/v3/klines' : '/fapi/v1/klines';
  return {
    lengths: [...INTERVALS.keys()],
    candlesMax: CANDLES,
    query(instrument, fromMs, toMs, minutes) {
      const times = `startTime=${fromMs}&endTime=${toMs - 1}&limit=${CANDLES}`;
      const interval = INTERVALS.get(minutes);
      const asked = `${path}?symbol=${instrument.symbol}&interval=${interval}&${times}`;
      return question(access, asked, (value) => arrayIn(value, 'klines').map(candleIn));
    },
  };
}

function candleIn(entry: unknown): Candle {
  const [openMs, open, high, low, close, quantity] = arrayIn(entry, 'kline');
  return candleOf(Number(openMs), { open, high, low, close, quantity });
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
