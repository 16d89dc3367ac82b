import { candlesSince, tradesSince } from '../kraken/account/market-history.ts';
import type { KrakenInstrument } from '../kraken/pair.ts';
import type { KrakenAccess } from '../kraken/rest.ts';
import type { Query } from '../port.ts';
import { type CandleHistory, MINUTE_MS } from './candle-history.ts';
import type { HistoryTrade, TradeHistory } from './trade-history.ts';

/** Trades of a pair from a time on, a thousand at most. */
export function krakenHistory(access: Pick<KrakenAccess, 'url' | 'timeoutMs'>): TradeHistory {
  return (instrument, fromMs): Query<readonly HistoryTrade[]> => {
    // The cursor names what is known already, in nanoseconds; what comes twice is not taken twice.
    const since = `${fromMs - 1}000000`;
    const asked = tradesSince(access, instrument as KrakenInstrument, since);
    return {
      request: asked.request,
      decode(outcome) {
        const page = asked.decode(outcome);
        if (!page.ok) return page;
        return {
          ok: true,
          value: page.value.entries.map(({ tradeId, ticks, lots, side, venueMs }) => ({
            ...{ tradeId, count: 1, ticks, lots, takerSide: side, venueMs },
          })),
        };
      },
    };
  };
}

const LENGTHS = [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600] as const;

/** The last 720 of a pair, of any length, which is all that the venue keeps as candles. */
export function krakenCandles(access: Pick<KrakenAccess, 'url' | 'timeoutMs'>): CandleHistory {
  return {
    lengths: LENGTHS,
    candlesMax: Number.POSITIVE_INFINITY,
    query(instrument, fromMs, _toMs, minutes) {
      // The venue tells those after a time, and the one that is wanted first opens at it.
      const since = Math.floor((fromMs - minutes * MINUTE_MS) / 1_000);
      const asked = candlesSince(access, instrument as KrakenInstrument, minutes, since);
      return {
        request: asked.request,
        decode(outcome) {
          const page = asked.decode(outcome);
          return page.ok ? { ok: true, value: page.value.entries } : page;
        },
      };
    },
  };
}
