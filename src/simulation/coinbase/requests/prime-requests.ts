import { createHmac, timingSafeEqual } from 'node:crypto';
import { amountText } from '../../../core/instrument.ts';
import type { VenueRequest } from '../../binance/facade.ts';
import type { ApiKey } from '../../binance/signing.ts';
import { type CallReply, type Desk, good, notFound, refused } from './operation.ts';

const ROUTE = /^\/v1\/portfolios\/[A-Za-z0-9-]{1,64}\/(credit|commission|balances)$/;
/** A client's clock may be off by this much. */
const SKEW_SECONDS = 30;
const PPM = 1_000_000;

/**
 * Coinbase Prime's figures of a portfolio, which are those of the account behind the key. Nobody
 * lends here, so there is a credit of nothing.
 *
 * @returns null for a request that is not for Prime
 */
export function primeReply(
  request: VenueRequest,
  desk: Desk,
  keys: readonly ApiKey[],
): CallReply | null {
  if (!request.path.startsWith('/v1/portfolios/')) return null;
  const key = signerOf(request, keys, desk.clock.now());
  if (key === null) return refused(401, 'unauthorized', 'Unauthorized');
  const [, what] = ROUTE.exec(request.path) ?? [];
  if (request.method !== 'GET' || what === undefined) return notFound('the request');
  const { fees } = desk.exchange;
  if (what === 'credit') {
    const none = { limit: '0', utilized: '0', available: '0' };
    return good({ post_trade_credit: { currency: 'USD', ...none, frozen: false } });
  }
  if (what === 'commission') {
    const rate = String(fees.takerPpm / PPM);
    return good({ commission: { type: 'all_in', rate, trading_volume: '0' } });
  }
  const held = desk.exchange.account(key.account)?.balances ?? new Map();
  const balances = [...held].map(([asset, { free, locked }]) => ({
    symbol: asset.toLowerCase(),
    amount: amountText((free + locked) as never),
    holds: amountText(locked),
  }));
  return good({ balances });
}

/** Whose key signed time, method and path; null when none did, or not now. */
function signerOf(
  { method, path, headers, body }: VenueRequest,
  keys: readonly ApiKey[],
  nowMs: number,
): ApiKey | null {
  const header = (name: string): string => headers[`x-cb-access-${name}`] ?? '';
  const key = keys.find(({ apiKey }) => apiKey === header('key'));
  const seconds = Number(header('timestamp'));
  if (key === undefined || !(Math.abs(nowMs / 1_000 - seconds) <= SKEW_SECONDS)) return null;
  const text = `${header('timestamp')}${method}${path}${body}`;
  const wanted = createHmac('sha256', key.secret).update(text).digest();
  const found = Buffer.from(header('signature'), 'base64');
  return found.length === wanted.length && timingSafeEqual(found, wanted) ? key : null;
}
