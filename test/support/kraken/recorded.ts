import { significantDecimals } from '../../../src/core/decimal.ts';
import {
  type V1Frame,
  v1FrameIn,
  type WireLevel,
} from '../../../src/simulation/replay/kraken-v1/frame.ts';
import type { KrakenInstrument } from '../../../src/venues/kraken/pair.ts';
import { recording } from '../edge/recordings.ts';
import { aPair, checksumOf, type Level } from './pairs.ts';

/** The recorded v1 books as the v2 sockets would have written them, digit for digit. */
export interface RecordedBooks {
  readonly pairs: readonly KrakenInstrument[];
  readonly frames: readonly Uint8Array[];
  /** How many of the frames are updates; their checksums are the recorded ones. */
  readonly updates: number;
}

/** Levels a side that were recorded. */
export const RECORDED_DEPTH = 1_000;

/** @param joined so many updates of a pair stand in one frame, with the checksum of the last */
export function recordedBooks(joined = 1): RecordedBooks {
  const text = new TextDecoder().decode(recording('raw/kraken/KRAKEN.ws.50.0.gz', 'e52b6bec40a3'));
  const pairs = new Map<string, KrakenInstrument>();
  const frames: Uint8Array[] = [];
  let updates = 0;
  const waiting = new Map<string, BookUpdate[]>();
  for (const line of text.split('\n')) {
    const body = /^\d+\.\d+: (\[.*)$/.exec(line)?.[1];
    const frame = body === undefined ? null : v1FrameIn(body);
    if (frame?.kind === 'book-snapshot') {
      const { pair, asks, bids } = frame;
      pairs.set(pair, pairOf(pair, pairs.size, asks[0] as WireLevel));
      const checksum = checksumOf(asks.map(levelOf), bids.map(levelOf));
      frames.push(encoded('snapshot', { ...frame, checksum }));
    } else if (frame?.kind === 'book-update') {
      const own = [...(waiting.get(frame.pair) ?? []), frame];
      waiting.set(frame.pair, own.length < joined ? own : []);
      if (own.length < joined) continue;
      const asks = own.flatMap((each) => each.asks);
      const bids = own.flatMap((each) => each.bids);
      frames.push(encoded('update', { ...frame, asks, bids }));
      updates += 1;
    }
  }
  return { pairs: [...pairs.values()], frames, updates };
}

type BookUpdate = Extract<V1Frame, { kind: 'book-update' }>;

const levelOf = ([price, size]: WireLevel): Level => [price, size];

function pairOf(symbol: string, index: number, [price]: WireLevel): KrakenInstrument {
  const pairDecimals = price.length - price.indexOf('.') - 1;
  const [base = '', quote = ''] = symbol.split('/');
  const tick = (10 ** -pairDecimals).toFixed(pairDecimals);
  if (significantDecimals(tick) !== pairDecimals) throw new Error(`${symbol}: ${tick}`);
  return aPair({ index, symbol, base, quote, tick, altname: base + quote, pairDecimals });
}

function encoded(
  type: 'snapshot' | 'update',
  book: {
    readonly pair: string;
    readonly asks: readonly WireLevel[];
    readonly bids: readonly WireLevel[];
    readonly checksum: number;
  },
): Uint8Array {
  const side = (levels: readonly WireLevel[]): string =>
    levels.map(([price, size]) => `{"price":${price},"qty":${size}}`).join(',');
  const data =
    `"symbol":"${book.pair}","bids":[${side(book.bids)}],"asks":[${side(book.asks)}],` +
    `"checksum":${book.checksum},"timestamp":"2021-04-17T16:48:54.213106Z"`;
  return new TextEncoder().encode(`{"channel":"book","type":"${type}","data":[{${data}}]}`);
}
