import { checkFuturesAccount } from '../binance/futures/account-check.ts';
import { FUTURES_DEAD_MAN_TIMES, futuresDeadMan } from '../binance/futures/dead-man.ts';
import { futuresStreams } from '../binance/futures/futures-stream.ts';
import { futuresOrders } from '../binance/futures/orders.ts';
import { pairedNet } from '../binance/futures/paired-net.ts';
import { futuresQueries, futuresReplyIn } from '../binance/futures/queries.ts';
import { futuresSession } from '../binance/futures/session.ts';
import type { RestAccess } from '../binance/rest.ts';
import { apiKeyOf } from '../binance/sign.ts';
import { usdmFacts } from '../facts/usdm-facts.ts';
import { binanceCandles, binanceHistory } from '../history/binance-history.ts';
import { publicOf, rulesIn, rulesQuestion } from './binance-kind.ts';
import {
  accountOf,
  RULES_TIMEOUT_MS,
  type VenueAccess,
  type VenueKind,
  type VenueSettings,
} from './venue-kind.ts';

/**
 * Precision, unknown symbol, quantity below its least, above its most and off its step, price off
 * its tick, a contract that is settled or may not be traded, notional below its least.
 */
const REFUSALS: ReadonlySet<number> = new Set([
  ...[-1111, -1121, -4003, -4004, -4005, -4013, -4014, -4023, -4108, -4140, -4141, -4164],
]);

/** Binance USD-M futures: one-way positions on cross margin. */
export const binanceUsdmKind: VenueKind = {
  exchange: 'binanceusdm',
  capabilities: { hasDeadMan: true, tellsOrders: false, keepsIcebergs: false },
  contract: 'perpetual',
  instruments: ({ restUrl }, settings, firstIndex) => ({
    request: {
      method: 'GET',
      url: `${restUrl}/fapi/v1/exchangeInfo`,
      headers: {},
      timeoutMs: RULES_TIMEOUT_MS,
    },
    decode: (outcome) => rulesIn(outcome, settings, firstIndex),
  }),
  rules: ({ restUrl }, instruments) =>
    rulesQuestion(`${restUrl}/fapi/v1/exchangeInfo`, instruments, (code) => REFUSALS.has(code)),
  streams: ({ access, instruments, rules }, { trades: hasTrades, options: hasOptions }) => {
    const options = { ...access, instruments, rules, hasTrades, hasOptions };
    const [books, market] = futuresStreams(options);
    return [
      { name: '', open: books },
      { name: 'market', open: market },
    ];
  },
  history: (opened) => binanceHistory(publicOf(opened), 'futures'),
  candles: (opened) => binanceCandles(publicOf(opened), 'futures'),
  checkAccount: ({ access, settings }, ask) =>
    checkFuturesAccount(restOf(access, settings), settings.symbols, ask),
  trading({ access, settings, instruments }) {
    const rest = restOf(access, settings);
    const { key, receiveWindowMs } = rest;
    const ordersUrl = `${access.sessionUrl}/ws-fapi/v1`;
    const eventsUrl = `${access.streamUrl}/private/ws`;
    return {
      session: futuresSession(ordersUrl, rest, instruments),
      orders: futuresOrders(key, receiveWindowMs),
      queries: futuresQueries(rest, instruments),
      replyIn: futuresReplyIn,
      facts: usdmFacts(rest, settings.name, instruments),
      deadMan: (edges) =>
        futuresDeadMan({
          ...edges,
          access: rest,
          symbols: settings.symbols,
          times: FUTURES_DEAD_MAN_TIMES,
        }),
      netOver: (edges) => pairedNet({ ...edges, ordersUrl, eventsUrl }),
    };
  },
};

function restOf(access: VenueAccess, settings: VenueSettings): RestAccess {
  const { apiKey, secret } = accountOf(access);
  const key = apiKeyOf(apiKey, secret);
  const { receiveWindowMs, requestTimeoutMs: timeoutMs } = settings;
  return { url: access.restUrl, key, receiveWindowMs, timeoutMs };
}
