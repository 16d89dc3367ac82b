import { createPrivateKey } from 'node:crypto';
import type ccxt from 'ccxt';
import { nodeClock } from '../../core/node-env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { Nonces } from '../kraken/sign.ts';

/** The classes that we use; the pro class of a venue is its REST class too. */
export const EXCHANGE_IDS = ['binance', 'binanceusdm', 'kraken', 'coinbase'] as const;
export type ExchangeId = (typeof EXCHANGE_IDS)[number];

/** What every class of ccxt has, as far as we call it. */
export type CcxtExchange = InstanceType<typeof ccxt.Exchange>;

export interface ExchangeAccess {
  readonly exchange: ExchangeId;
  /** Absent: only what everybody may ask. */
  readonly apiKey?: string;
  readonly secret?: string;
  /** `host:port` of a venue of ours that is asked instead; absent: the real one. */
  readonly host?: string;
  /** One request's time, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Imports one class and makes an instance of it. The package exports its root alone, which takes
 * seconds and 130 MB to load, so the file is named by its address; a CommonJS path would fail.
 *
 * @returns one sentence when the package is not as it was when this was written
 */
export async function openCcxt(access: ExchangeAccess): Promise<Result<CcxtExchange, string>> {
  const { exchange: id, apiKey, secret, host, timeoutMs } = access;
  try {
    const address = new URL(`./src/pro/${id}.js`, import.meta.resolve('ccxt')).href;
    const { default: Class } = (await import(address)) as {
      default: new (options: object) => CcxtExchange;
    };
    const exchange = new Class({
      ...(apiKey !== undefined && { apiKey, secret: secretFor(id, secret ?? '') }),
      timeout: timeoutMs,
      // What may be asked how often is decided by one budget for the venue, not in here.
      enableRateLimit: false,
      // Decimals stay texts: no double stands between a venue's tick and ours.
      number: String,
      options: { warnOnFetchOpenOrdersWithoutSymbol: false, ...(host && LOCAL[id]) },
    });
    if (host !== undefined) redirect(exchange, host);
    if (id === 'kraken') {
      // Its own are milliseconds: two calls may share one, and ours, which are finer, are above.
      const nonces = new Nonces();
      exchange.nonce = () => nonces.next(nodeClock.now());
    }
    return ok(exchange);
  } catch (thrown) {
    return err(`ccxt ${id}: ${reasonOf(thrown)}`);
  }
}

/** Coinbase's class takes a private key in the older of its two forms alone. */
function secretFor(id: ExchangeId, secret: string): string {
  if (id !== 'coinbase') return secret;
  return createPrivateKey(secret).export({ type: 'sec1', format: 'pem' }).toString();
}

/** What a venue of ours does not answer, and ccxt would ask for by itself. */
const BINANCE = { fetchCurrencies: false, fetchMargins: false } as const;
const LOCAL: Readonly<Record<ExchangeId, object>> = {
  binance: { ...BINANCE, defaultType: 'spot', fetchMarkets: { types: ['spot'] } },
  binanceusdm: { ...BINANCE, fetchMarkets: { types: ['linear'] } },
  kraken: {},
  coinbase: {},
};

/** Keeps the path of each address and replaces scheme and host. */
function redirect(exchange: CcxtExchange, host: string): void {
  const api = exchange.urls?.['api'] as Record<string, unknown>;
  for (const [name, url] of Object.entries(api)) {
    if (typeof url === 'string') api[name] = url.replace(/^https?:\/\/[^/]+/, `http://${host}`);
  }
}
