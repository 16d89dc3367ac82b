import { rngOf } from '../../../src/core/rng.ts';
import type { Session, VenueEdge, VenueReply } from '../../../src/simulation/binance/facade.ts';
import { signatureOf, socketPayload } from '../../../src/simulation/binance/signing.ts';
import { openVenue, type VenueOptions } from '../../../src/simulation/server/venue.ts';
import { type VirtualTime, virtualTime } from '../../../src/simulation/virtual-time.ts';
import { ACCOUNTS, ADMIN_TOKEN, SAMPLE_KEY, SAMPLE_SECRET } from './accounts.ts';
import { aCrowd, must, NEW_YEAR } from './fixtures.ts';

export interface Key {
  readonly apiKey: string;
  readonly secret: string;
}

export const ALICE: Key = { apiKey: SAMPLE_KEY, secret: SAMPLE_SECRET };
export const READER: Key = { apiKey: 'reads', secret: 'reads-secret' };
export const CANCELER: Key = { apiKey: 'cancels', secret: 'cancels-secret' };
export const BOB: Key = { apiKey: 'bobs', secret: 'bobs-secret' };

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by tests
type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

export type Params = Readonly<Record<string, string | number | boolean>>;

/** A venue on virtual time without generated flow, and a client without a transport. */
export function aVenue(over: Partial<VenueOptions> = {}) {
  const time = virtualTime(NEW_YEAR);
  const venue = must(
    openVenue({
      clock: time.clock,
      timers: time.timers,
      random: rngOf(1),
      accounts: ACCOUNTS,
      records: null,
      adminToken: ADMIN_TOKEN,
      flows: {},
      ...over,
    }),
  );
  const { exchange } = venue;
  const market = exchange.markets.get('BTCUSDT');
  if (market === undefined) throw new Error('the venue has BTCUSDT');

  const { raw, ask } = aClient(venue, time);
  return { time, venue, exchange, market, raw, ask, crowd: () => aCrowd(exchange, market) };
}

/** Asks a venue over REST, without a transport. */
export function aClient(venue: VenueEdge, time: VirtualTime, root = '/api/v3/') {
  const raw = (
    method: string,
    path: string,
    query: string,
    headers: Record<string, string> = {},
    body = '',
    address = '127.0.0.1',
  ): VenueReply | null | undefined => {
    let answer: VenueReply | null | undefined;
    venue.handleHttp({ method, path, query, headers, body, address }, (reply) => {
      answer = reply;
    });
    return answer;
  };

  /** Asks over REST; signed when there is a key. */
  const ask = (
    method: string,
    path: string,
    params: Params = {},
    key: Key | null = null,
  ): Answer => {
    const signed = key === null ? params : { timestamp: time.clock.now(), ...params };
    let query = formOf(signed);
    if (key !== null) query += `&signature=${signatureOf(key.secret, query)}`;
    const headers: Record<string, string> = key === null ? {} : { 'x-mbx-apikey': key.apiKey };
    const reply = raw(method, `${root}${path}`, query, headers);
    if (reply === null || reply === undefined) throw new Error(`no answer to ${method} ${path}`);
    return { ...reply, body: JSON.parse(reply.body) as Json };
  };

  return { raw, ask };
}

/** A client's end of a WebSocket connection to a façade. */
export function aSocket(
  { venue, time }: { readonly venue: VenueEdge; readonly time: VirtualTime },
  path: string,
  query = '',
) {
  const frames: Json[] = [];
  const seen = {
    pings: 0,
    closed: null as { code: number; reason: string } | null,
    session: null as Session | null,
  };
  const end = (code: number, reason: string): void => {
    seen.closed ??= { code, reason };
    seen.session?.closed();
  };
  seen.session = venue.connect(
    {
      address: '127.0.0.1',
      send: (text) => {
        frames.push(text.startsWith('<') ? text : JSON.parse(text));
      },
      ping: () => {
        seen.pings += 1;
      },
      close: end,
      drop: () => end(1006, ''),
    },
    path,
    query,
  );
  /** Sends a frame and takes the last one that came back. */
  const say = (message: unknown): Json => {
    seen.session?.message(typeof message === 'string' ? message : JSON.stringify(message));
    return frames.at(-1);
  };
  let asked = 0;
  /** A ws-api request; signed when there is a key. @returns the frame with its id, if it came */
  const call = (method: string, params: Params = {}, key: Key | null = null): Json => {
    asked += 1;
    const id = `call-${asked}`;
    say({
      id,
      method,
      params: key === null ? params : signedParams(params, key, time.clock.now()),
    });
    return frames.find((frame) => frame.id === id);
  };
  return { frames, seen, say, call };
}

export function signedParams(params: Params, key: Key, timestamp: number): Params {
  const all: Params = { apiKey: key.apiKey, timestamp, ...params };
  const texts = new Map(Object.entries(all).map(([name, value]) => [name, String(value)]));
  return { ...all, signature: signatureOf(key.secret, socketPayload(texts)) };
}

function formOf(params: Params): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/** A limit buy of 0.01 BTC at 50,000 unless told otherwise. */
export const limitOrder = (over: Params = {}): Params => ({
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '50000',
  ...over,
});
