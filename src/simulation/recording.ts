import { createReadStream, type ReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { significantDecimals } from '../core/decimal.ts';
import { reasonOf } from '../core/result.ts';

/** One line of a recording: a frame as it arrived. */
export interface RecordedFrame {
  /** Collector's clock in nanoseconds since the Unix epoch, as a double: exact to 0.3 µs. */
  readonly localNs: number;
  readonly frame: Uint8Array;
  /** Line of the file, from 1. */
  readonly line: number;
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
      if (bytes.length > 0) yield frameIn(bytes, line);
    }
  } catch (thrown) {
    throw new RecordingFault(`${path}:${line}: ${reasonOf(thrown)}`);
  }
}

function frameIn(bytes: Uint8Array, line: number): RecordedFrame {
  const blank = bytes.indexOf(BLANK);
  const stamp = new TextDecoder().decode(bytes.subarray(0, Math.max(blank, 0)));
  if (!/^\d{10,20}$/.test(stamp)) throw new Error('wanted `<local ns> <json>`');
  return { localNs: Number(stamp), frame: bytes.subarray(blank + 1), line };
}

/**
 * Lines of a file, plain or gzipped, without their ends; one chunk of it is in memory at a time.
 *
 * @throws the error of the system, and for a line that is too long
 */
export async function* linesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  let tail: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of path.endsWith('.gz') ? unpacked(file) : file) {
      let rest: Buffer = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        yield rest.subarray(0, end);
        rest = rest.subarray(end + 1);
      }
      if (rest.length > LINE_BYTES_MAX) {
        throw new Error(`a line of more than ${LINE_BYTES_MAX} bytes`);
      }
      tail = Buffer.from(rest);
    }
    if (tail.length > 0) yield tail;
  } finally {
    // Whoever stops reading early leaves no open file behind.
    file.destroy();
  }
}

function unpacked(file: ReadStream): Gunzip {
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

/** What a recording shows of its own market when nobody states the rules. */
export interface DerivedRules {
  readonly symbol: string;
  /** The finest price and size that occur: a bound, not the venue's word. */
  readonly tick: string;
  readonly lot: string;
  /** `pu` is there, so diffs follow the futures' rule. */
  readonly isFutures: boolean;
}

/** A whole recording, seen once from end to end. */
export interface RecordingSurvey extends DerivedRules {
  readonly path: string;
  readonly frames: number;
  /** Every symbol that is named. */
  readonly symbols: readonly string[];
  /** Names of the streams, as clients subscribe them. */
  readonly streams: readonly string[];
  /** Line of the first event without the name of its stream; 0 when there is none. */
  readonly namelessLine: number;
  /** Collector's clock at the first and the last frame, in milliseconds since the Unix epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The venue's clock less the collector's: the median of the samples; 0 without samples. */
  readonly offsetMs: number;
  readonly offsetSamples: number;
}

/** The rules that a recording shows. @throws RecordingFault as `surveyRecording` */
export async function deriveRules(path: string): Promise<DerivedRules> {
  const { symbol, tick, lot, isFutures } = await surveyRecording(path);
  return { symbol, tick, lot, isFutures };
}

/** Frames that the estimate of the clock's offset looks at: twenty minutes of a lively market. */
const OFFSET_SAMPLES_MAX = 65_536;

/**
 * Reads a whole recording once.
 *
 * @throws RecordingFault as `readRecording`, and when a frame is no JSON or none names a symbol
 */
export async function surveyRecording(path: string): Promise<RecordingSurvey> {
  const symbols = new Set<string>();
  const streams = new Set<string>();
  const offsets: number[] = [];
  const seen = { frames: 0, namelessLine: 0, firstMs: 0, lastMs: 0, isFutures: false };
  let priceDecimals = 0;
  let sizeDecimals = 0;
  const see = (price: unknown, size: unknown): void => {
    priceDecimals = Math.max(priceDecimals, significantDecimals(String(price)));
    sizeDecimals = Math.max(sizeDecimals, significantDecimals(String(size)));
  };
  for await (const { localNs, frame, line } of readRecording(path)) {
    const { stream, data } = eventIn(frame, `${path}:${line}`);
    const localMs = localNs / 1e6;
    if (seen.frames === 0) seen.firstMs = localMs;
    seen.lastMs = localMs;
    seen.frames += 1;
    if (stream !== null) streams.add(stream);
    else if (!('lastUpdateId' in data) && seen.namelessLine === 0) seen.namelessLine = line;
    if (typeof data['s'] === 'string') symbols.add(data['s']);
    if (typeof data['pu'] === 'number') seen.isFutures = true;
    if (typeof data['E'] === 'number' && offsets.length < OFFSET_SAMPLES_MAX) {
      offsets.push(data['E'] - localMs);
    }
    for (const side of ['b', 'a', 'bids', 'asks']) {
      for (const [price, size] of levelsOf(data[side])) see(price, size);
    }
    if (data['e'] === 'trade') see(data['p'], data['q']);
  }
  const symbol = [...symbols].at(-1);
  if (symbol === undefined) throw new RecordingFault(`${path}: no frame names a symbol`);
  return {
    ...seen,
    path,
    symbol,
    tick: stepOf(priceDecimals),
    lot: stepOf(sizeDecimals),
    symbols: [...symbols],
    streams: [...streams],
    offsetMs: offsets.sort((left, right) => left - right)[offsets.length >> 1] ?? 0,
    offsetSamples: offsets.length,
  };
}

type Json = Readonly<Record<string, unknown>>;

/** The event of a frame, and the stream that its wrapper names if it has one. */
function eventIn(frame: Uint8Array, where: string): { stream: string | null; data: Json } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(frame));
  } catch (thrown) {
    throw new RecordingFault(`${where}: ${reasonOf(thrown)}`);
  }
  if (!isObject(value)) throw new RecordingFault(`${where}: found no object, wanted a frame`);
  const { stream, data } = value;
  if (typeof stream === 'string' && isObject(data)) return { stream, data };
  return { stream: null, data: value };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function levelsOf(value: unknown): readonly (readonly unknown[])[] {
  return Array.isArray(value) ? value.filter(Array.isArray) : [];
}

function stepOf(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`;
}
