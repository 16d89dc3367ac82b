import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { significantDecimals } from '../core/decimal.ts';
import { reasonOf } from '../core/result.ts';

/** One line of a recording: a frame as it arrived. */
export interface RecordedFrame {
  /** Collector's clock in nanoseconds since the Unix epoch, as a double: exact to 0.3 µs. */
  readonly localNs: number;
  readonly frame: Uint8Array;
}

/** A recording that cannot be read on; says at which line. */
export class RecordingFault extends Error {
  override readonly name = 'RecordingFault';
}

/** A longer line is no frame of a venue. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
const NEWLINE = 0x0a;
const BLANK = 0x20;

/**
 * Frames of a raw recording, oldest first: lines of `<local ns> <json>`, plain or gzipped. One
 * chunk of the file is in memory at a time.
 *
 * @throws RecordingFault for a file that cannot be read or a line that is none of ours
 */
export async function* readRecording(path: string): AsyncGenerator<RecordedFrame> {
  let line = 0;
  try {
    for await (const bytes of linesOf(path)) {
      line += 1;
      if (bytes.length > 0) yield frameIn(bytes);
    }
  } catch (thrown) {
    throw new RecordingFault(`${path}:${line}: ${reasonOf(thrown)}`);
  }
}

function frameIn(bytes: Uint8Array): RecordedFrame {
  const blank = bytes.indexOf(BLANK);
  const stamp = new TextDecoder().decode(bytes.subarray(0, Math.max(blank, 0)));
  if (!/^\d{10,20}$/.test(stamp)) throw new Error('wanted `<local ns> <json>`');
  return { localNs: Number(stamp), frame: bytes.subarray(blank + 1) };
}

async function* linesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  const stream = path.endsWith('.gz') ? file.pipe(gunzip) : file;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let rest = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LINE_BYTES_MAX)
      throw new Error(`a line of more than ${LINE_BYTES_MAX} bytes`);
    tail = Buffer.from(rest);
  }
  if (tail.length > 0) yield tail;
}

/** What a recording shows of its own market when nobody states the rules. */
export interface DerivedRules {
  readonly symbol: string;
  readonly tick: string;
  readonly lot: string;
  /** `pu` is there, so diffs follow the futures' rule. */
  readonly isFutures: boolean;
}

/**
 * Reads a whole recording once and answers with the finest price and size that occur in it. That
 * is a bound, not the venue's word: a real tick may be coarser, and whoever uses it says so.
 *
 * @throws RecordingFault as `readRecording`, and when no frame names a symbol
 */
export async function deriveRules(path: string): Promise<DerivedRules> {
  let symbol = '';
  let isFutures = false;
  let priceDecimals = 0;
  let sizeDecimals = 0;
  const see = (price: unknown, size: unknown): void => {
    priceDecimals = Math.max(priceDecimals, significantDecimals(String(price)));
    sizeDecimals = Math.max(sizeDecimals, significantDecimals(String(size)));
  };
  for await (const { frame } of readRecording(path)) {
    const data = dataIn(frame, path);
    if (typeof data['s'] === 'string') symbol = data['s'];
    if (typeof data['pu'] === 'number') isFutures = true;
    for (const side of ['b', 'a', 'bids', 'asks']) {
      for (const [price, size] of levelsOf(data[side])) see(price, size);
    }
    if (data['e'] === 'trade') see(data['p'], data['q']);
  }
  if (symbol === '') throw new RecordingFault(`${path}: no frame names a symbol`);
  return { symbol, tick: stepOf(priceDecimals), lot: stepOf(sizeDecimals), isFutures };
}

/** The event of a frame, out of its `{stream, data}` wrapper if it has one. */
function dataIn(frame: Uint8Array, path: string): Record<string, unknown> {
  try {
    const value = JSON.parse(new TextDecoder().decode(frame));
    return value.data ?? value;
  } catch (thrown) {
    throw new RecordingFault(`${path}: ${reasonOf(thrown)}`);
  }
}

function levelsOf(value: unknown): readonly (readonly [string, string])[] {
  return Array.isArray(value) ? value : [];
}

function stepOf(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`;
}
