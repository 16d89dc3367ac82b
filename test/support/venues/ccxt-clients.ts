import type ccxt from 'ccxt';
import type { Exchange } from 'ccxt';
import { nodeClock } from '../../../src/core/node-env.ts';
import type { VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import { pause, until } from '../process/until.ts';

/** What of ccxt speaks to each kind of venue: books and orders over REST and over sockets. */
export interface CcxtClients {
  readonly binance: InstanceType<typeof ccxt.pro.binance>;
  readonly 'binance-usdm': InstanceType<typeof ccxt.pro.binanceusdm>;
  readonly kraken: InstanceType<typeof ccxt.pro.kraken>;
  readonly coinbase: InstanceType<typeof ccxt.pro.coinbase>;
}

export interface CcxtKey {
  readonly apiKey: string;
  readonly secret: string;
}

/**
 * Unmodified ccxt, pointed at a venue of this machine; see exchanges.md for what it needs and why.
 * The whole package takes seconds to import, one class half of one.
 */
export async function aCcxtClient<K extends VenueKindName>(
  kind: K,
  host: string,
  { apiKey, secret }: CcxtKey,
): Promise<CcxtClients[K]> {
  const file = kind === 'binance-usdm' ? 'binanceusdm' : kind;
  const path = new URL(`./src/pro/${file}.js`, import.meta.resolve('ccxt')).href;
  const Client = (await import(path)).default as new (options: object) => Exchange;
  const { options, direct } = POINTED[kind];
  const ws = { options: { perMessageDeflate: false } };
  const shared = { apiKey, secret, enableRateLimit: false };
  const client = new Client({ ...shared, options: { ...options, ws } });
  direct(client, host);
  await client.loadHttpProxyAgent();
  return client as CcxtClients[K];
}

/** Between two orders: a venue takes a hundred of them in ten seconds. */
const AGAIN_MS = 150;

/**
 * What ccxt hears by all of these watches. Nobody tells when it has subscribed, so something is
 * done that it will hear of, again and again until it has.
 */
export async function heardOf<T extends readonly Promise<unknown>[]>(
  watches: readonly [...T],
  act: () => Promise<void>,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  let isOver = false;
  const watched = Promise.all(watches).finally(() => {
    isOver = true;
  });
  const acts = until('ccxt to hear of an order', async () => {
    if (!isOver) await act();
    if (!isOver) await Promise.race([watched, pause(AGAIN_MS)]);
    return isOver;
  });
  const [heard] = await Promise.all([watched, acts]);
  return heard as { -readonly [K in keyof T]: Awaited<T[K]> };
}

interface Pointed {
  readonly options: object;
  readonly direct: (client: Exchange, host: string) => void;
}

const QUIET = {
  fetchCurrencies: false,
  fetchMargins: false,
  warnOnFetchOpenOrdersWithoutSymbol: false,
};

const POINTED: Readonly<Record<VenueKindName, Pointed>> = {
  binance: {
    options: { ...QUIET, defaultType: 'spot', fetchMarkets: { types: ['spot'] } },
    direct: (client, host) => binanceUrls(client, host, { spot: `ws://${host}/stream/ws` }),
  },
  'binance-usdm': {
    options: { ...QUIET, fetchMarkets: { types: ['linear'] } },
    direct: (client, host) => binanceUrls(client, host, { future: `ws://${host}/ws` }),
  },
  kraken: {
    options: {},
    direct(client, host) {
      const [http, ws] = [`http://${host}`, `ws://${host}`];
      const sockets = { public: ws, private: `${ws}/auth` };
      const second = { publicV2: `${ws}/v2`, privateV2: `${ws}/auth/v2` };
      const all = { public: http, private: http, zendesk: http, ws: { ...sockets, ...second } };
      (client.urls as Record<string, unknown>)['api'] = all;
      // Its nonces are milliseconds, and two calls may share one.
      let nonce = nodeClock.now() * 1_000;
      client.nonce = () => {
        nonce += 1;
        return nonce;
      };
    },
  },
  coinbase: {
    options: {},
    direct(client, host) {
      const api = { rest: `http://${host}`, ws: `ws://${host}` };
      (client.urls as Record<string, unknown>)['api'] = api;
    },
  },
};

function binanceUrls(client: Exchange, host: string, streams: object): void {
  const api = client.urls?.['api'] as Record<string, unknown>;
  for (const [name, url] of Object.entries(api)) {
    if (typeof url === 'string') api[name] = url.replace(/^https?:\/\/[^/]+/, `http://${host}`);
  }
  const orders = {
    spot: `ws://${host}/ws-api/v3`,
    future: `ws://${host}/ws-fapi/v1`,
    delivery: `ws://${host}/ws-dapi/v1`,
  };
  api['ws'] = { ...(api['ws'] as object), ...streams, 'ws-api': orders };
}
