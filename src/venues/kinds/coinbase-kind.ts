import type { Instrument } from '../../core/instrument.ts';
import { assert, err, type Result } from '../../core/result.ts';
import { CoinbaseStream } from '../coinbase/market/stream.ts';
import { coinbaseOrders } from '../coinbase/orders.ts';
import { productsIn } from '../coinbase/products.ts';
import { coinbaseQueries } from '../coinbase/queries.ts';
import { publicRequest, replyIn } from '../coinbase/rest.ts';
import { coinbaseSession } from '../coinbase/session.ts';
import { tokenSigner } from '../coinbase/sign.ts';
import { coinbaseFacts } from '../facts/coinbase-facts.ts';
import { coinbaseCandles, coinbaseHistory } from '../history/coinbase-history.ts';
import type { HttpOutcome } from '../port.ts';
import {
  accountOf,
  RULES_TIMEOUT_MS,
  sessionUrlOf,
  type VenueAccess,
  type VenueKind,
  type VenueSettings,
} from './venue-kind.ts';

/**
 * Coinbase Advanced Trade: books and trades from one socket, reports on another, orders over REST.
 * A client's key is the name of a key and its private half as PEM.
 */
export const coinbaseKind: VenueKind = {
  exchange: 'coinbase',
  capabilities: { hasDeadMan: false, tellsOrders: false, keepsIcebergs: false },
  contract: 'spot',
  instruments(access, settings, firstIndex) {
    const wanted = settings.symbols.map((symbol) => `product_ids=${symbol}`).join('&');
    return {
      request: publicRequest(access.restUrl, `market/products?${wanted}`, RULES_TIMEOUT_MS),
      decode: (outcome) => rulesIn(outcome, access, settings, firstIndex),
    };
  },
  streams: ({ access, instruments }, { trades: hasTrades }) => [
    {
      name: '',
      open: () =>
        new CoinbaseStream({
          streamUrl: `${access.streamUrl}/`,
          instruments,
          aliases: aliasesOf(instruments),
          hasTrades,
        }),
    },
  ],
  history: ({ access, settings: { requestTimeoutMs: timeoutMs } }) =>
    coinbaseHistory({ url: access.restUrl, timeoutMs }),
  candles: ({ access, settings: { requestTimeoutMs: timeoutMs } }) =>
    coinbaseCandles({ url: access.restUrl, timeoutMs }),
  trading({ access, settings, instruments }) {
    const { apiKey, secret } = accountOf(access);
    const signer = tokenSigner(apiKey, secret);
    assert(signer.ok, 'the key was checked with the rules');
    const lifeMs = lifeOf(settings);
    const sessionUrl = sessionUrlOf(access, { shared: '/user', own: '/' });
    const timeoutMs = settings.requestTimeoutMs;
    const rest = { url: access.restUrl, signer: signer.value, timeoutMs, lifeMs };
    return {
      session: coinbaseSession(sessionUrl, signer.value, lifeMs, instruments),
      orders: coinbaseOrders(rest),
      queries: coinbaseQueries(rest, instruments),
      replyIn,
      facts: coinbaseFacts(rest, settings.name),
    };
  },
};

/** Tokens count in whole seconds, and the one in which they are made is already running. */
function lifeOf({ receiveWindowMs }: VenueSettings): number {
  return (Math.ceil(receiveWindowMs / 1_000) + 1) * 1_000;
}

/** Market data of products in USDC is that of the same product in dollars, under its name. */
function aliasesOf(instruments: readonly Instrument[]): ReadonlyMap<string, string> {
  const inUsdc = instruments.filter(({ quote }) => quote === 'USDC');
  return new Map(inUsdc.map(({ symbol, base }) => [symbol, `${base}-USD`]));
}

function rulesIn(
  outcome: HttpOutcome,
  { account }: VenueAccess,
  { name, symbols }: VenueSettings,
  firstIndex: number,
): Result<readonly Instrument[], string> {
  const key = account === null ? null : tokenSigner(account.apiKey, account.secret);
  if (key?.ok === false) {
    return err(`${name}: key: found ${key.error.found}, wanted ${key.error.wanted}`);
  }
  if (!outcome.ok) return err(`${name}: ${outcome.error.detail}`);
  const { status, body } = outcome.value;
  if (status !== 200) return err(`${name}: products answers with status ${status}`);
  const found = productsIn(body, name, symbols, firstIndex);
  return found.ok ? found : err(`${name}: products: ${found.error}`);
}
