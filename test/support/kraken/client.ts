import type { Session } from '../../../src/simulation/binance/facade.ts';
import { apiSign, krakenKeyOf } from '../../../src/venues/kraken/sign.ts';
import { ALICE, aKraken, type KrakenKeyText } from './venue.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by tests
export type Json = any;

/** Whoever has a key of a Kraken on virtual time: signed calls, and sockets of every path. */
export function aKrakenClient(over: Parameters<typeof aKraken>[0] = {}) {
  const { time, venue } = aKraken(over);
  let nonces = 0;
  const nextNonce = (): number => {
    nonces += 1;
    return nonces;
  };
  const send = (method: string, path: string, headers: Record<string, string>, body = ''): Json => {
    let answer: Json = null;
    const [plain = '', query = ''] = path.split('?');
    venue.handleHttp({ method, path: plain, query, headers, body, address: '' }, (reply) => {
      answer = reply === null ? null : JSON.parse(reply.body);
    });
    return answer;
  };
  const ask = (
    name: string,
    params: Record<string, string> = {},
    key: KrakenKeyText = ALICE,
    nonce = nextNonce(),
  ): Json => {
    const body = new URLSearchParams({ nonce: String(nonce), ...params }).toString();
    const path = `/0/private/${name}`;
    const sign = apiSign(krakenKeyOf(key.apiKey, key.secret), path, nonce, body);
    return send('POST', path, { 'api-key': key.apiKey, 'api-sign': sign }, body);
  };
  const socket = (path: string) => {
    const frames: Json[] = [];
    const seen = { session: null as Session | null };
    seen.session = venue.connect(
      {
        address: '',
        send: (text) => void frames.push(JSON.parse(text)),
        ping() {},
        close: () => seen.session?.closed(),
        drop: () => seen.session?.closed(),
      },
      path,
    );
    const say = (message: unknown): Json => {
      seen.session?.message(typeof message === 'string' ? message : JSON.stringify(message));
      return frames.at(-1);
    };
    return { frames, say, isOpen: seen.session !== null };
  };
  const tokenOf = (key: KrakenKeyText = ALICE): string =>
    ask('GetWebSocketsToken', {}, key).result.token;
  return { time, venue, send, ask, socket, tokenOf };
}
