import { FUTURES_DEAD_MAN_TIMES, futuresDeadMan } from '../binance/futures/dead-man.ts';
import { futuresStreams } from '../binance/futures/futures-stream.ts';
import { futuresOrders } from '../binance/futures/orders.ts';
import { pairedNet } from '../binance/futures/paired-net.ts';
import { futuresQueries, futuresReplyIn } from '../binance/futures/queries.ts';
import { futuresSession } from '../binance/futures/session.ts';
import { apiKeyOf } from '../binance/sign.ts';
import { binanceHistory } from '../history/binance-history.ts';
import { rulesIn } from './binance-kind.ts';
import type { VenueKind } from './venue-kind.ts';

const ASK_TIMEOUT_MS = 5_000;

/** Binance USD-M futures: one-way positions on cross margin. */
export const binanceUsdmKind: VenueKind = {
  capabilities: { hasDeadMan: true, amends: true },
  contract: 'perpetual',
  instruments: ({ restUrl }, settings, firstIndex) => ({
    request: {
      method: 'GET',
      url: `${restUrl}/fapi/v1/exchangeInfo`,
      headers: {},
      timeoutMs: ASK_TIMEOUT_MS,
    },
    decode: (outcome) => rulesIn(outcome, settings, firstIndex),
  }),
  streams: ({ access, instruments }, { trades: hasTrades }) => {
    const [books, market] = futuresStreams({ ...access, instruments, hasTrades });
    return [
      { name: '', open: books },
      { name: 'market', open: market },
    ];
  },
  history({ access, settings: { receiveWindowMs, requestTimeoutMs: timeoutMs } }) {
    const key = apiKeyOf(access.account.apiKey, access.account.secret);
    return binanceHistory({ url: access.restUrl, key, receiveWindowMs, timeoutMs }, 'futures');
  },
  trading({ access, settings, instruments }) {
    const key = apiKeyOf(access.account.apiKey, access.account.secret);
    const { receiveWindowMs, requestTimeoutMs: timeoutMs } = settings;
    const rest = { url: access.restUrl, key, receiveWindowMs, timeoutMs };
    const ordersUrl = `${access.sessionUrl}/ws-fapi/v1`;
    const eventsUrl = `${access.streamUrl}/private/ws`;
    return {
      session: futuresSession(ordersUrl, rest, instruments),
      orders: futuresOrders(key, receiveWindowMs),
      queries: futuresQueries(rest, instruments),
      replyIn: futuresReplyIn,
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
