import { reasonOf } from '../../../core/result.ts';

/** A level as it is on the wire: price, size and time as decimal texts. */
export type WireLevel = readonly [price: string, size: string, seconds: string];

/** A trade of the v1 sockets; numbers are decimal texts. */
export interface WireTrade {
  readonly price: string;
  readonly size: string;
  readonly seconds: string;
  readonly side: 'buy' | 'sell';
  readonly kind: 'market' | 'limit';
}

/** What a v1 frame says. Everything that is not about a market is an `event`, named. */
export type V1Frame =
  | {
      readonly kind: 'book-snapshot';
      readonly pair: string;
      readonly asks: readonly WireLevel[];
      readonly bids: readonly WireLevel[];
    }
  | {
      readonly kind: 'book-update';
      readonly pair: string;
      readonly asks: readonly WireLevel[];
      readonly bids: readonly WireLevel[];
      /** CRC-32 of the book after this frame. */
      readonly checksum: number;
    }
  | { readonly kind: 'trades'; readonly pair: string; readonly trades: readonly WireTrade[] }
  | {
      readonly kind: 'ticker';
      readonly pair: string;
      readonly bid: string;
      readonly ask: string;
      readonly last: string;
    }
  | { readonly kind: 'event'; readonly name: string }
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly fault: string };

/**
 * Reads one frame of Kraken's old v1 sockets, which we do not trade on: recordings of it exist.
 * Market frames are arrays `[channel, {…}, name, pair]`, with a second object where both sides of a
 * book change at once; the checksum stands in the last of them, as text.
 */
export function v1FrameIn(text: string): V1Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return { kind: 'malformed', fault: reasonOf(thrown) };
  }
  if (Array.isArray(value)) return marketFrame(value);
  const name = isObject(value) ? value['event'] : undefined;
  if (typeof name === 'string') return { kind: 'event', name };
  return { kind: 'malformed', fault: 'found neither an array nor an event' };
}

function marketFrame(frame: readonly unknown[]): V1Frame {
  const [name, pair] = frame.slice(-2);
  const bodies = frame.slice(1, -2);
  if (typeof name !== 'string' || typeof pair !== 'string' || bodies.length === 0) {
    return { kind: 'malformed', fault: 'found no [channel, body, name, pair]' };
  }
  if (name.startsWith('book-')) return bookFrame(pair, bodies);
  if (name === 'trade') return tradeFrame(pair, bodies[0]);
  if (name === 'ticker') return tickerFrame(pair, bodies[0]);
  return { kind: 'other' };
}

function bookFrame(pair: string, bodies: readonly unknown[]): V1Frame {
  if (!bodies.every(isObject)) return { kind: 'malformed', fault: 'found a book without object' };
  const body = Object.assign({}, ...bodies) as Readonly<Record<string, unknown>>;
  const isSnapshot = 'as' in body || 'bs' in body;
  const asks = levelsIn(body[isSnapshot ? 'as' : 'a']);
  const bids = levelsIn(body[isSnapshot ? 'bs' : 'b']);
  if (asks === null || bids === null) {
    return { kind: 'malformed', fault: 'found levels that are not three texts' };
  }
  if (isSnapshot) return { kind: 'book-snapshot', pair, asks, bids };
  const { c } = body;
  if (typeof c !== 'string' || !/^\d{1,10}$/.test(c)) {
    return { kind: 'malformed', fault: 'found an update without checksum' };
  }
  return { kind: 'book-update', pair, asks, bids, checksum: Number(c) };
}

/** Levels of one side, none when the side is absent; null when they are malformed. */
function levelsIn(value: unknown): readonly WireLevel[] | null {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return null;
  const isLevel = (level: unknown): boolean =>
    Array.isArray(level) && level.length >= 3 && level.every((part) => typeof part === 'string');
  return value.every(isLevel) ? (value as readonly WireLevel[]) : null;
}

function tradeFrame(pair: string, body: unknown): V1Frame {
  const fault: V1Frame = { kind: 'malformed', fault: 'found trades that are not five texts' };
  if (!Array.isArray(body)) return fault;
  const trades: WireTrade[] = [];
  for (const entry of body) {
    const isTrade = Array.isArray(entry) && entry.length >= 5;
    if (!isTrade || !entry.every((part) => typeof part === 'string')) return fault;
    const [price, size, seconds, side, kind] = entry as string[];
    trades.push({
      price: price as string,
      size: size as string,
      seconds: seconds as string,
      side: side === 's' ? 'sell' : 'buy',
      kind: kind === 'm' ? 'market' : 'limit',
    });
  }
  return { kind: 'trades', pair, trades };
}

function tickerFrame(pair: string, body: unknown): V1Frame {
  const first = (name: string): string => {
    const value: unknown = isObject(body) ? body[name] : undefined;
    return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : '';
  };
  const [bid, ask, last] = [first('b'), first('a'), first('c')];
  if (bid === '' || ask === '' || last === '') {
    return { kind: 'malformed', fault: 'found a ticker without a, b or c' };
  }
  return { kind: 'ticker', pair, bid, ask, last };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
