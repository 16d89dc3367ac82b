import { type Instrument, parseLots, parseTicks } from '../../core/instrument.ts';
import { arrayIn, objectIn, sideOf, textOf, WireFault } from '../binance/wire.ts';
import { publicRequest, question, type RestAccess } from '../coinbase/rest.ts';
import { timeStampMs } from '../market/time-stamp.ts';
import { type Candle, type CandleHistory, candleOf } from './candle-history.ts';
import type { HistoryTrade, TradeHistory } from './trade-history.ts';

/** Trades of one answer; more make it long to read beside orders. */
const PAGE = 500;

/** Trades of a product between two whole seconds, the latest of them first. */
export function coinbaseHistory(access: Pick<RestAccess, 'url' | 'timeoutMs'>): TradeHistory {
  return (instrument, fromMs, toMs) => {
    const start = Math.floor(fromMs / 1_000);
    const end = Math.floor(toMs / 1_000) + 1;
    const asked = `limit=${PAGE}&start=${start}&end=${end}`;
    const path = `market/products/${productOf(instrument)}/ticker?${asked}`;
    return question(publicRequest(access.url, path, access.timeoutMs), (value) =>
      arrayIn(objectIn(value, 'ticker')['trades'], 'trades').map((entry) =>
        tradeIn(entry, instrument),
      ),
    );
  };
}

/** Candles of one answer; the venue refuses a stretch of more. */
const CANDLES = 300;

/** What the venue calls each length, by its minutes. */
const GRANULARITIES: ReadonlyMap<number, string> = new Map([
  [1, 'ONE_MINUTE'],
  [5, 'FIVE_MINUTE'],
  [15, 'FIFTEEN_MINUTE'],
  [30, 'THIRTY_MINUTE'],
  [60, 'ONE_HOUR'],
  [120, 'TWO_HOUR'],
  [360, 'SIX_HOUR'],
  [1_440, 'ONE_DAY'],
]);

export function coinbaseCandles(access: Pick<RestAccess, 'url' | 'timeoutMs'>): CandleHistory {
  return {
    lengths: [...GRANULARITIES.keys()],
    candlesMax: CANDLES,
    query(instrument, fromMs, toMs, minutes) {
      const [start, end] = [Math.floor(fromMs / 1_000), Math.ceil(toMs / 1_000) - 1];
      const length = `granularity=${GRANULARITIES.get(minutes)}`;
      const times = `start=${start}&end=${end}&${length}&limit=${CANDLES}`;
      const path = `market/products/${productOf(instrument)}/candles?${times}`;
      return question(publicRequest(access.url, path, access.timeoutMs), (value) =>
        arrayIn(objectIn(value, 'candles')['candles'], 'candles').map(candleIn),
      );
    },
  };
}

/** Market data of products in USDC is that of the same product in dollars. */
function productOf({ quote, base, symbol }: Instrument): string {
  return quote === 'USDC' ? `${base}-USD` : symbol;
}

function candleIn(entry: unknown): Candle {
  const { start, open, high, low, close, volume } = objectIn(entry, 'candle');
  return candleOf(Number(start) * 1_000, { open, high, low, close, quantity: volume });
}

function tradeIn(entry: unknown, instrument: Instrument): HistoryTrade {
  const found = objectIn(entry, 'trade');
  const tradeId = Number(textOf(found, 'trade_id'));
  const ticks = parseTicks(instrument, textOf(found, 'price'));
  const lots = parseLots(instrument, textOf(found, 'size'));
  const venueMs = timeStampMs(textOf(found, 'time'));
  if (!(Number.isSafeInteger(tradeId) && ticks > 0 && lots > 0 && venueMs > 0)) {
    throw new WireFault(`trade ${tradeId}: wanted a number, a price, a size and a time`);
  }
  // The side that the venue names is that of the order that was resting.
  const takerSide = sideOf(found, 'side') === 'buy' ? 'sell' : 'buy';
  return { tradeId, count: 1, ticks, lots, takerSide, venueMs: Math.floor(venueMs) };
}
