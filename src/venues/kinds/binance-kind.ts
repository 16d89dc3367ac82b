import type { Instrument } from '../../core/instrument.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import { err, type Result } from '../../core/result.ts';
import { instrumentsIn, marketsSaidIn } from '../binance/exchange-info.ts';
import { binanceOrders } from '../binance/orders.ts';
import { binanceQueries } from '../binance/queries.ts';
import type { PublicAccess, RestAccess } from '../binance/rest.ts';
import { binanceSession } from '../binance/session.ts';
import { apiKeyOf } from '../binance/sign.ts';
import { BinanceStream, SPOT_BOOKS } from '../binance/stream.ts';
import { binanceCandles, binanceHistory } from '../history/binance-history.ts';
import type { RulesQuestion } from '../market/market-rules.ts';
import type { HttpOutcome } from '../port.ts';
import {
  accountOf,
  type OpenedVenue,
  RULES_TIMEOUT_MS,
  type VenueKind,
  type VenueSettings,
} from './venue-kind.ts';

const OK = 200;
const BAD_REQUEST = 400;

/** A filter of the market, more decimals than it has, a symbol that is unknown by now. */
const REFUSALS: ReadonlySet<number> = new Set([-1013, -1111, -1121]);
/** How orders are rejected that are well-formed; only its words tell why. */
const REJECTED = -2010;
const CLOSED = /market is closed|not open for trading/i;

/** Binance spot: books and trades from one socket, orders and reports on another. */
export const binanceKind: VenueKind = {
  exchange: 'binance',
  capabilities: { hasDeadMan: false, tellsOrders: false, keepsIcebergs: true },
  contract: 'spot',
  instruments: ({ restUrl }, settings, firstIndex) => ({
    request: {
      method: 'GET',
      url: `${restUrl}/api/v3/exchangeInfo`,
      headers: {},
      timeoutMs: RULES_TIMEOUT_MS,
    },
    decode: (outcome) => rulesIn(outcome, settings, firstIndex),
  }),
  rules: ({ restUrl }, instruments) =>
    rulesQuestion(
      `${restUrl}/api/v3/exchangeInfo`,
      instruments,
      (code, reason) => REFUSALS.has(code) || (code === REJECTED && CLOSED.test(reason)),
      symbolsOf,
    ),
  history: (opened) => binanceHistory(publicOf(opened), 'spot'),
  candles: (opened) => binanceCandles(publicOf(opened), 'spot'),
  streams({ access, instruments, rules }, { trades: hasTrades }) {
    const snapshots = new RateBudget(SPOT_BOOKS.snapshotRate, 0);
    const options = { ...access, instruments, rules, hasTrades, snapshots };
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

/** How anybody asks, and with whose key where there is one. */
export function publicOf({ access, settings }: OpenedVenue): PublicAccess {
  const { account, restUrl: url } = access;
  const key = account === null ? null : apiKeyOf(account.apiKey, account.secret);
  return { url, key, timeoutMs: settings.requestTimeoutMs };
}

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
  if (status !== OK) return err(`${name}: exchangeInfo answers with status ${status}`);
  const found = instrumentsIn(body, name, symbols, firstIndex);
  return found.ok ? found : err(`${name}: exchangeInfo: ${found.error}`);
}

/**
 * The question for the rules of markets that are known. A list with a symbol that the venue knows
 * no longer is refused as a whole: from then on it is asked for everything.
 *
 * @param listOf what behind the address asks for some markets alone; left out: nothing does
 */
export function rulesQuestion(
  url: string,
  instruments: readonly Instrument[],
  isRefusal: RulesQuestion['isRefusal'],
  listOf: (instruments: readonly Instrument[]) => string = () => '',
): RulesQuestion {
  let list = listOf(instruments);
  return {
    get request() {
      return { method: 'GET' as const, url: url + list, headers: {}, timeoutMs: RULES_TIMEOUT_MS };
    },
    read(outcome) {
      if (!outcome.ok) return err(`exchangeInfo: ${outcome.error.detail}`);
      const { status, body } = outcome.value;
      if (status === BAD_REQUEST) list = '';
      if (status !== OK) return err(`exchangeInfo answers with status ${status}`);
      return marketsSaidIn(body, instruments);
    },
    isRefusal,
  };
}

function symbolsOf(instruments: readonly Instrument[]): string {
  const names = JSON.stringify(instruments.map(({ symbol }) => symbol));
  return `?symbols=${encodeURIComponent(names)}`;
}
