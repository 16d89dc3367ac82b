import type { Instrument } from '../../core/instrument.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import { err, type Result } from '../../core/result.ts';
import { instrumentsIn } from '../binance/exchange-info.ts';
import { binanceOrders } from '../binance/orders.ts';
import { binanceQueries } from '../binance/queries.ts';
import type { RestAccess } from '../binance/rest.ts';
import { binanceSession } from '../binance/session.ts';
import { apiKeyOf } from '../binance/sign.ts';
import { BinanceStream, SPOT_BOOKS } from '../binance/stream.ts';
import { binanceCandles, binanceHistory } from '../history/binance-history.ts';
import type { HttpOutcome } from '../port.ts';
import { accountOf, type OpenedVenue, type VenueKind, type VenueSettings } from './venue-kind.ts';

const ASK_TIMEOUT_MS = 5_000;

/** Binance spot: books and trades from one socket, orders and reports on another. */
export const binanceKind: VenueKind = {
  exchange: 'binance',
  capabilities: { hasDeadMan: false, amends: false, tellsOrders: false },
  contract: 'spot',
  instruments: ({ restUrl }, settings, firstIndex) => ({
    request: {
      method: 'GET',
      url: `${restUrl}/api/v3/exchangeInfo`,
      headers: {},
      timeoutMs: ASK_TIMEOUT_MS,
    },
    decode: (outcome) => rulesIn(outcome, settings, firstIndex),
  }),
  history: (opened) => binanceHistory(restOf(opened), 'spot'),
  candles: (opened) => binanceCandles(restOf(opened), 'spot'),
  streams({ access, instruments }, { trades: hasTrades }) {
    const snapshots = new RateBudget(SPOT_BOOKS.snapshotRate, 0);
    const options = { ...access, instruments, hasTrades, snapshots };
    return [{ name: '', open: () => new BinanceStream(options) }];
  },
  trading(opened) {
    const { access, instruments } = opened;
    const rest = restOf(opened);
    const { key, receiveWindowMs } = rest;
    const url = `${access.sessionUrl}/ws-api/v3`;
    return {
      session: binanceSession(url, key, receiveWindowMs, instruments),
      orders: binanceOrders(key, receiveWindowMs),
      queries: binanceQueries(rest, instruments),
      replyIn: null,
    };
  },
};

function restOf({ access, settings }: OpenedVenue): RestAccess {
  const { apiKey, secret } = accountOf(access);
  const { receiveWindowMs, requestTimeoutMs: timeoutMs } = settings;
  return { url: access.restUrl, key: apiKeyOf(apiKey, secret), receiveWindowMs, timeoutMs };
}

/** The instruments of an `exchangeInfo`, which spot and futures write alike. */
export function rulesIn(
  outcome: HttpOutcome,
  { name, symbols }: VenueSettings,
  firstIndex: number,
): Result<readonly Instrument[], string> {
  if (!outcome.ok) return err(`${name}: ${outcome.error.detail}`);
  const { status, body } = outcome.value;
  if (status !== 200) return err(`${name}: exchangeInfo answers with status ${status}`);
  const found = instrumentsIn(body, name, symbols, firstIndex);
  return found.ok ? found : err(`${name}: exchangeInfo: ${found.error}`);
}
