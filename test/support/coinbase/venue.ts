import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { VenueReply } from '../../../src/simulation/binance/facade.ts';
import { FaultPlan } from '../../../src/simulation/binance/faults.ts';
import type { ApiKey } from '../../../src/simulation/binance/signing.ts';
import { CoinbaseFacade, type CoinbaseLimits } from '../../../src/simulation/coinbase/facade.ts';
import { COINBASE_FLOWS, COINBASE_MARKETS } from '../../../src/simulation/coinbase/markets.ts';
import { DEFAULT_RETENTION } from '../../../src/simulation/exchange/clearing.ts';
import { openExchange } from '../../../src/simulation/exchange/exchange.ts';
import { compileMarket } from '../../../src/simulation/exchange/market-rules.ts';
import { MarketFlow } from '../../../src/simulation/flow/market-flow.ts';
import { openAccounts } from '../../../src/simulation/server/accounts.ts';
import { serveVenue } from '../../../src/simulation/server/venue-server.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { tokenSigner } from '../../../src/venues/coinbase/sign.ts';
import { must, NEW_YEAR } from '../venue/fixtures.ts';
import { anotherPem, KEY_NAME, SEC1 } from './keys.ts';

export const OTHER_PEM = anotherPem();
export const READER = 'organizations/1f4d/apiKeys/reads';
export const BOB = 'organizations/77aa/apiKeys/bob';

const KEYS: readonly ApiKey[] = [
  { apiKey: KEY_NAME, secret: SEC1, account: 'alice', right: 'trade' },
  { apiKey: READER, secret: SEC1, account: 'alice', right: 'read' },
  { apiKey: BOB, secret: OTHER_PEM, account: 'bob', right: 'trade' },
];
const OPENING = { USD: '100000', BTC: '10', ETH: '100' };
const FEES = { makerPpm: 100, takerPpm: 500, discount: null, isOnNotional: true } as const;
const MARKETS = { markets: COINBASE_MARKETS, opening: OPENING as Readonly<Record<string, string>> };
const PLENTY: CoinbaseLimits = { privatePerSecond: 1_000, publicPerSecond: 1_000 };

type Time = Pick<ReturnType<typeof virtualTime>, 'clock' | 'timers'>;

/** Exchange and façade; markets move once they are started. */
function compose({ clock, timers }: Time, limits: CoinbaseLimits, parts = MARKETS) {
  const markets = parts.markets.map((market, at) => must(compileMarket(market, 'sim', at)));
  const base = { markets, retention: DEFAULT_RETENTION, records: null, clock };
  const exchange = must(openExchange({ ...base, fees: FEES }));
  const accounts = ['alice', 'bob'].map((name) => ({ name, keys: [], opening: parts.opening }));
  openAccounts(exchange, accounts);
  const faults = new FaultPlan();
  const facade = new CoinbaseFacade({ exchange, faults, keys: KEYS, limits, clock, timers });
  const flows = [...exchange.markets].map(([symbol, market]) => {
    const profile = COINBASE_FLOWS[symbol.replace(/USDC$/, 'USD')];
    if (profile === undefined) throw new Error(`no flow for ${symbol}`);
    const random = rngOf(7).fork(symbol);
    return new MarketFlow({ exchange, market, profile, random, clock, timers });
  });
  return { exchange, facade, flows };
}

/** A venue with generated markets on a free port of the loopback interface. */
export async function aCoinbaseServer() {
  const { exchange, facade, flows } = compose({ clock: nodeClock, timers: nodeTimers }, PLENTY);
  const venue = {
    handleHttp: facade.handleHttp.bind(facade),
    connect: facade.connect.bind(facade),
    stop: () => {
      for (const flow of flows) flow.stop();
      facade.close();
    },
  };
  const server = must(await serveVenue(venue, { port: 0, note: () => {}, timers: nodeTimers }));
  for (const flow of flows) flow.start();
  return { server, exchange, facade, host: `127.0.0.1:${server.port}` };
}

const HOST = 'venue.test';
const API = '/api/v3/brokerage/';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by tests
type Json = any;

/** A venue on virtual time without a transport; its markets stand still until somebody trades. */
export function aCoinbaseVenue(limits = PLENTY, parts = MARKETS) {
  const time = virtualTime(NEW_YEAR);
  const composed = compose(time, limits, parts);
  const { facade } = composed;
  const raw = (
    method: string,
    path: string,
    over: { query?: string; body?: string; token?: string | null } = {},
  ): VenueReply | null | undefined => {
    const { query = '', body = '', token = null } = over;
    const bearer: Record<string, string> =
      token === null ? {} : { authorization: `Bearer ${token}` };
    const headers = { host: HOST, ...bearer };
    let answer: VenueReply | null | undefined;
    const request = { method, path, query, headers, body, address: '127.0.0.1' };
    facade.handleHttp(request, (reply) => {
      answer = reply;
    });
    return answer;
  };
  const tokenOf = (uri: string | null, key = KEY_NAME, pem = key === BOB ? OTHER_PEM : SEC1) => {
    return must(tokenSigner(key, pem)).token(time.clock.now(), uri, 5_000);
  };
  /** Asks with a token of the key; null asks without one. */
  const ask = (
    method: 'GET' | 'POST',
    path: string,
    detail: { query?: string; body?: object; key?: string | null } = {},
  ): { status: number; body: Json } => {
    const { query = '', body, key = KEY_NAME } = detail;
    const token = key === null ? null : tokenOf(`${method} ${HOST}${API}${path}`, key);
    const text = body === undefined ? '' : JSON.stringify(body);
    const reply = raw(method, API + path, { query, body: text, token });
    if (reply === null || reply === undefined) throw new Error(`no answer to ${method} ${path}`);
    return { status: reply.status, body: JSON.parse(reply.body) };
  };
  /** A client's end of a connection. */
  const dial = (path = '/') => {
    const frames: Json[] = [];
    const seen = { closed: null as string | null };
    const session = facade.connect(
      {
        address: '127.0.0.1',
        send: (text) => void frames.push(JSON.parse(text)),
        ping: () => {},
        close: (_, reason) => {
          seen.closed = reason;
          session?.closed();
        },
        drop: () => {
          seen.closed = 'dropped';
          session?.closed();
        },
      },
      path,
    );
    const say = (message: object | string) =>
      session?.message(typeof message === 'string' ? message : JSON.stringify(message));
    const subscribe = (channel: string, products: readonly string[] = [], jwt?: string) =>
      say({ type: 'subscribe', channel, product_ids: products, ...(jwt ? { jwt } : {}) });
    const of = (channel: string) => frames.filter((frame) => frame.channel === channel);
    return { frames, seen, say, subscribe, of, isOpen: session !== null };
  };
  return { ...composed, time, raw, ask, dial, tokenOf };
}
