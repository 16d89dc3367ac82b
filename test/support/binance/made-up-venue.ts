import type { Instrument } from '../../../src/core/instrument.ts';
import { binanceOrders } from '../../../src/venues/binance/orders.ts';
import { binanceQueries } from '../../../src/venues/binance/queries.ts';
import { binanceSession } from '../../../src/venues/binance/session.ts';
import type { Venue } from '../../../src/venues/port.ts';
import { aKey } from './api-keys.ts';

const WINDOW_MS = 5_000;

/** The venue of an instrument as the desk sees it, with a key that nobody has. */
export function madeUpVenue(instrument: Instrument): Venue {
  const key = aKey();
  const rest = { url: 'warm:rest', key, receiveWindowMs: WINDOW_MS, timeoutMs: 1_000 };
  return {
    name: instrument.venue,
    index: 0,
    session: binanceSession('warm:session', key, WINDOW_MS, [instrument]),
    orders: binanceOrders(key, WINDOW_MS),
    queries: binanceQueries(rest, [instrument]),
    replyIn: null,
  };
}
