import { parseLots, parseTicks } from '../../../core/instrument.ts';
import type { Lots, Ticks } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import { arrayIn, objectIn, textOf, WireFault, wordIn } from '../../binance/wire.ts';
import { type Candle, candleOf } from '../../history/candle-history.ts';
import type { Query } from '../../port.ts';
import { statusOf, type TradingStatus } from '../market/rare-frame.ts';
import type { KrakenInstrument } from '../pair.ts';
import { type KrakenAccess, publicQuestion } from '../rest.ts';

type Access = Pick<KrakenAccess, 'url' | 'timeoutMs'>;

/** A trade that anybody made. */
export interface HistoryTrade {
  readonly tradeId: number;
  readonly ticks: Ticks;
  readonly lots: Lots;
  /** Of the taker. */
  readonly side: Side;
  readonly venueMs: number;
}

/** A page with where the next begins. */
export interface HistoryPage<T> {
  readonly entries: readonly T[];
  /** For the next call; a page that names the same again is the last for now. */
  readonly since: string;
}

/**
 * Trades of a pair after a cursor, oldest first: with `since` from page to page the whole history.
 *
 * @param since nanoseconds of the Unix epoch as text; '0' for the beginning
 */
export function tradesSince(
  access: Access,
  pair: KrakenInstrument,
  since: string,
): Query<HistoryPage<HistoryTrade>> {
  const params = [
    ['pair', pair.altname],
    ['since', since],
    ['count', 1_000],
  ] as const;
  return publicQuestion(access, 'Trades', params, (result) =>
    pageIn(result, (entry) => {
      const [price, quantity, seconds, side, , , tradeId] = arrayIn(entry, 'trade');
      const isNumbered = typeof tradeId === 'number' && typeof seconds === 'number';
      if (!isNumbered) throw new WireFault('trade: wanted seven members');
      return {
        tradeId,
        ...{ ticks: ticksIn(pair, price), lots: lotsIn(pair, quantity) },
        side: side === 's' ? ('sell' as const) : ('buy' as const),
        venueMs: seconds * 1_000,
      };
    }),
  );
}

/**
 * Candles of a pair. The venue keeps the last 720 of every length, whatever the cursor: what is
 * older is made of trades.
 *
 * @param minutes 1, 5, 15, 30, 60, 240, 1440, 10080 or 21600
 */
export function candlesSince(
  access: Access,
  pair: KrakenInstrument,
  minutes: number,
  sinceSeconds: number,
): Query<HistoryPage<Candle>> {
  const params = [
    ['pair', pair.altname],
    ['interval', minutes],
    ['since', sinceSeconds],
  ] as const;
  return publicQuestion(access, 'OHLC', params, (result) =>
    pageIn(result, (entry) => {
      const [seconds, open, high, low, close, , quantity] = arrayIn(entry, 'candle');
      const openMs = typeof seconds === 'number' ? seconds * 1_000 : Number.NaN;
      return candleOf(openMs, { open, high, low, close, quantity });
    }),
  );
}

/** How the whole venue trades at the moment. */
export function systemStatus(access: Access): Query<TradingStatus> {
  return publicQuestion(access, 'SystemStatus', [], (result) =>
    statusOf(textOf(objectIn(result, 'system status'), 'status')),
  );
}

/** A page stands under whatever name the venue has for the pair, beside `last`. */
function pageIn<T>(result: unknown, read: (entry: unknown) => T): HistoryPage<T> {
  const object = objectIn(result, 'history');
  const name = Object.keys(object).find((key) => key !== 'last');
  const entries = arrayIn(name === undefined ? undefined : object[name], 'history').map(read);
  return { entries, since: wordIn(object['last']) };
}

function ticksIn(pair: KrakenInstrument, value: unknown): Ticks {
  const ticks = parseTicks(pair, wordIn(value));
  if (ticks > 0) return ticks;
  throw new WireFault(`${pair.symbol}: found the price ${wordIn(value)}, wanted one of its grid`);
}

function lotsIn(pair: KrakenInstrument, value: unknown): Lots {
  const lots = parseLots(pair, wordIn(value));
  if (lots > 0) return lots;
  throw new WireFault(`${pair.symbol}: found the size ${wordIn(value)}, wanted one of its grid`);
}
