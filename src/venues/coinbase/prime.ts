import { createHmac } from 'node:crypto';
import type { HttpRequest } from '../../core/env.ts';
import type { Amount } from '../../core/units.ts';
import { arrayIn, objectIn, textOf, type WireObject, wordIn } from '../binance/wire.ts';
import type { Query } from '../port.ts';
import { fineAmountIn } from './order-answers.ts';
import { question } from './rest.ts';

/** A key of Coinbase Prime, which signs otherwise than Advanced Trade does. */
export interface PrimeKey {
  readonly accessKey: string;
  readonly passphrase: string;
  readonly secret: string;
  /** Who the key belongs to; sockets want it beside the key. */
  readonly serviceAccountId: string;
  readonly portfolioId: string;
}

export interface PrimeAccess {
  /** Scheme, host and port, without a path. */
  readonly url: string;
  readonly key: PrimeKey;
  readonly timeoutMs: number;
}

/** What an institution may still use. */
export interface PrimeCredit {
  readonly currency: string;
  readonly limit: Amount;
  readonly utilized: Amount;
  readonly available: Amount;
  readonly isFrozen: boolean;
}

/** What it pays, and on how much traded. */
export interface PrimeCommission {
  readonly type: string;
  /** A fraction of the notional. */
  readonly rateFraction: number;
  readonly tradingVolume: Amount;
}

export interface PrimeBalance {
  readonly asset: string;
  readonly total: Amount;
  readonly held: Amount;
}

/** The figures that Prime keeps for one portfolio. They are read, and nothing is traded here. */
export function primeQueries(access: PrimeAccess) {
  const { portfolioId } = access.key;
  const path = (what: string): string => `/v1/portfolios/${portfolioId}/${what}`;
  return {
    credit: (nowMs: number): Query<PrimeCredit> =>
      question(signedGet(access, path('credit'), nowMs), (value) =>
        creditIn(objectIn(objectIn(value, 'reply')['post_trade_credit'], 'post_trade_credit')),
      ),
    commission: (nowMs: number): Query<PrimeCommission> =>
      question(signedGet(access, path('commission'), nowMs), (value) => {
        const commission = objectIn(objectIn(value, 'reply')['commission'], 'commission');
        return {
          type: textOf(commission, 'type'),
          rateFraction: Number(fineAmountIn(commission, 'rate')) / 1e8,
          tradingVolume: fineAmountIn(commission, 'trading_volume'),
        };
      }),
    balances: (nowMs: number): Query<readonly PrimeBalance[]> =>
      question(signedGet(access, path('balances'), nowMs), (value) =>
        arrayIn(objectIn(value, 'reply')['balances'], 'balances').map((entry) => {
          const balance = objectIn(entry, 'balance');
          return {
            asset: textOf(balance, 'symbol').toUpperCase(),
            total: fineAmountIn(balance, 'amount'),
            held: fineAmountIn(balance, 'holds'),
          };
        }),
      ),
  };
}

function signedGet({ url, key, timeoutMs }: PrimeAccess, path: string, nowMs: number): HttpRequest {
  const timestamp = String(Math.floor(nowMs / 1_000));
  return {
    method: 'GET',
    url: `${url}${path}`,
    headers: {
      'X-CB-ACCESS-KEY': key.accessKey,
      'X-CB-ACCESS-PASSPHRASE': key.passphrase,
      'X-CB-ACCESS-SIGNATURE': signatureOf(key.secret, `${timestamp}GET${path}`),
      'X-CB-ACCESS-TIMESTAMP': timestamp,
    },
    timeoutMs,
  };
}

/** Base64 HMAC-SHA256 under the secret as it is written. */
function signatureOf(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64');
}

function creditIn(credit: WireObject): PrimeCredit {
  return {
    currency: wordIn(credit['currency']),
    limit: fineAmountIn(credit, 'limit'),
    utilized: fineAmountIn(credit, 'utilized'),
    available: fineAmountIn(credit, 'available'),
    isFrozen: credit['frozen'] === true,
  };
}
