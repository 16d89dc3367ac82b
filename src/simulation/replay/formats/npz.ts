import type { Files } from '../../../core/env.ts';
import { type DictionaryMarket, dictionaryOf } from '../../../storage/columns/dictionary.ts';
import {
  blankRecord,
  FLAG,
  KIND,
  kindName,
  longAt,
  type MarketRecord,
  RECORD_WORDS,
  type RecordBlock,
  readRecord,
  SIDE,
  WORD,
} from '../../../storage/columns/record.ts';
import { BlockFiller, FormatFault, type MarketSource, Tally } from './market-source.ts';
import { readNpyHeader, writeNpyHeader } from './npy.ts';
import { readZip, writeZip } from './zip.ts';

/** The fields of an event of hftbacktest, 64 bytes. */
const FIELDS = [
  ['ev', '<u8'],
  ['exch_ts', '<i8'],
  ['local_ts', '<i8'],
  ['px', '<f8'],
  ['qty', '<f8'],
  ['order_id', '<u8'],
  ['ival', '<i8'],
  ['fval', '<f8'],
] as const;
const EVENT_BYTES = 64;
/** An array is in memory as a whole: 512 MB. Longer recordings are converted hour by hour. */
export const NPZ_EVENTS_MAX = 8_000_000;
const BYTES_MAX = (NPZ_EVENTS_MAX + 1) * EVENT_BYTES;
/** Decimals of a price or size beyond this are noise of a double. */
const DECIMALS_MAX = 12;

const EXCHANGE = 1 << 31;
const LOCAL = 1 << 30;
const BUY = 1 << 29;
const SELL = 1 << 28;
const KIND_MASK = 0xff;
/** Kinds that have the id of an order. */
const ORDER_KINDS: ReadonlySet<number> = new Set([KIND.add, KIND.cancel, KIND.modify, KIND.fill]);
const EVENT_KINDS: ReadonlySet<number> = new Set([
  KIND.depth,
  KIND.trade,
  KIND.clear,
  KIND.snapshot,
  KIND.bbo,
  ...ORDER_KINDS,
]);

/**
 * Reads the events that the collector saw, in the order in which it saw them. Times are cut to
 * microseconds; rows that exist for the order at the exchange alone are the same events again.
 *
 * @throws FormatFault
 */
export function readNpz(
  files: Files,
  path: string,
  market: { readonly venue: string; readonly symbol: string },
): MarketSource {
  const archive = files.read(path);
  if (archive === null) throw new FormatFault(`${path}: no such file`);
  const entry = readZip(archive, BYTES_MAX).find(({ name }) => name.endsWith('.npy'));
  if (entry === undefined) throw new FormatFault(`${path}: found no array in it`);
  const { fields, count, bytes } = readNpyHeader(entry.bytes);
  const found = JSON.stringify(fields);
  if (found !== JSON.stringify(FIELDS)) {
    throw new FormatFault(`${path}: found the fields ${found}, wanted those of hftbacktest`);
  }
  if (entry.bytes.length < bytes + count * EVENT_BYTES) {
    throw new FormatFault(`${path}: the array ends before its ${count} events`);
  }
  const events = new DataView(
    entry.bytes.buffer,
    entry.bytes.byteOffset + bytes,
    count * EVENT_BYTES,
  );
  const priceDecimals = decimalsOf(events, 24);
  const quantityDecimals = decimalsOf(events, 32);
  const skipped = new Tally();
  const grid = { priceDecimals, tickSteps: 1, quantityDecimals, lotSteps: 1 };
  return {
    dictionary: dictionaryOf(
      [market.venue],
      [{ instrument: 0, venue: 0, symbol: market.symbol, ...grid }],
    ),
    blocks: blocksOf(events, 10 ** priceDecimals, 10 ** quantityDecimals, skipped),
    skipped: skipped.counts,
  };
}

async function* blocksOf(
  events: DataView,
  priceScale: number,
  quantityScale: number,
  skipped: Tally,
): AsyncGenerator<RecordBlock> {
  const filler = new BlockFiller();
  const record = blankRecord();
  const count = events.byteLength / EVENT_BYTES;
  for (let row = 0; row < count; row += 1) {
    const at = row * EVENT_BYTES;
    const event = events.getUint32(at, true);
    if ((event & LOCAL) === 0) {
      skipped.add('exchange-order-only');
      continue;
    }
    if (!EVENT_KINDS.has(event & KIND_MASK)) {
      skipped.add(`event-${event & KIND_MASK}`);
      continue;
    }
    record.kind = event & KIND_MASK;
    record.side = sideOf(event);
    record.tsExchange = microsOf(events.getBigInt64(at + 8, true));
    record.tsLocal = microsOf(events.getBigInt64(at + 16, true));
    record.price = Math.round(events.getFloat64(at + 24, true) * priceScale);
    record.quantity = Math.round(events.getFloat64(at + 32, true) * quantityScale);
    record.sequence = Number(events.getBigUint64(at + 40, true));
    const isNext = row + 1 < count && isSameFrame(events, at, at + EVENT_BYTES);
    record.flags = isNext ? 0 : FLAG.frameEnd;
    const block = filler.push(record);
    if (block !== null) yield block;
  }
  const rest = filler.take();
  if (rest !== null) yield rest;
}

function sideOf(event: number): number {
  if ((event & BUY) !== 0) return SIDE.buy;
  return (event & SELL) !== 0 ? SIDE.sell : SIDE.none;
}

function microsOf(nanos: bigint): number {
  return Number(nanos / 1_000n);
}

function isSameFrame(events: DataView, at: number, next: number): boolean {
  const isSameTime = events.getBigInt64(at + 16, true) === events.getBigInt64(next + 16, true);
  return isSameTime && events.getBigInt64(at + 8, true) === events.getBigInt64(next + 8, true);
}

/** The fewest decimals that every double of a column comes back from. */
function decimalsOf(events: DataView, offset: number): number {
  let most = 0;
  for (let at = offset; at < events.byteLength; at += EVENT_BYTES) {
    const value = events.getFloat64(at, true);
    if (!Number.isFinite(value)) continue;
    // Further digits would be of the double, not of the price: 21100.26 has sixteen of them.
    while (most < DECIMALS_MAX && Number(value.toFixed(most)) !== value) most += 1;
    if (most === DECIMALS_MAX) break;
  }
  return most;
}

/** What a conversion did. */
export interface Written {
  readonly written: number;
  readonly skipped: Readonly<Record<string, number>>;
}

/**
 * Writes the records of one market as hftbacktest reads them: every event with its order at the
 * exchange and its order at the collector, split into two rows where those differ.
 *
 * @throws FormatFault when there are more events than fit
 */
export async function writeNpz(
  files: Files,
  path: string,
  market: DictionaryMarket,
  blocks: AsyncIterable<RecordBlock>,
): Promise<Written> {
  const skipped = new Tally();
  const kept = new KeptRecords();
  for await (const { words, count } of blocks) {
    for (let at = 0; at < count; at += 1) {
      const what = words[at * RECORD_WORDS + WORD.what] as number;
      if ((what & 0xffff) !== market.instrument) skipped.add('other-market');
      else if (!EVENT_KINDS.has(what >>> 24)) skipped.add(kindName(what >>> 24));
      else kept.add(words, at * RECORD_WORDS);
    }
    if (kept.count > NPZ_EVENTS_MAX) {
      const wanted = 'wanted a shorter stretch; convert hour by hour';
      throw new FormatFault(`${path}: more than ${NPZ_EVENTS_MAX} events, ${wanted}`);
    }
  }
  const rows = inBothOrders(exchangeTimes(kept));
  const header = writeNpyHeader({ fields: FIELDS, count: rows.length });
  const array = new Uint8Array(header.length + rows.length * EVENT_BYTES);
  array.set(header);
  const view = new DataView(array.buffer, header.length);
  const record = blankRecord();
  rows.forEach(({ event, flags }, at) => {
    readRecord(kept.words, event * RECORD_WORDS, record);
    putEvent(view, at * EVENT_BYTES, record, flags, market);
  });
  files.replace(path, Buffer.concat(writeZip([{ name: 'data.npy', bytes: array }])));
  return { written: kept.count, skipped: skipped.counts };
}

/** Records in one piece of memory that grows. */
class KeptRecords {
  words = new Int32Array(4_096 * RECORD_WORDS);
  count = 0;

  add(from: Int32Array, at: number): void {
    if ((this.count + 1) * RECORD_WORDS > this.words.length) {
      const words = new Int32Array(this.words.length * 2);
      words.set(this.words);
      this.words = words;
    }
    this.words.set(from.subarray(at, at + RECORD_WORDS), this.count * RECORD_WORDS);
    this.count += 1;
  }
}

/** When each event was at the exchange; at the collector where nobody says. */
function exchangeTimes({ words, count }: KeptRecords): Float64Array {
  return Float64Array.from({ length: count }, (_, event) => {
    const at = event * RECORD_WORDS;
    return longAt(words, at + WORD.tsExchange) || longAt(words, at + WORD.tsLocal);
  });
}

/**
 * Walks the order at the exchange and the order at the collector side by side: where an event is
 * next in both it is one row, else it has one in each.
 *
 * @param times at the exchange, by event in the order of the collector
 */
function inBothOrders(times: Float64Array): readonly { event: number; flags: number }[] {
  const byExchange = Int32Array.from(times.keys()).sort(
    (left, right) => (times[left] as number) - (times[right] as number) || left - right,
  );
  const isPassed = new Uint8Array(times.length);
  const rows: { event: number; flags: number }[] = [];
  let next = 0;
  for (let local = 0; local < times.length; ) {
    const event = byExchange[next] as number;
    if (event === local) {
      rows.push({ event, flags: EXCHANGE | LOCAL });
      next += 1;
      local += 1;
    } else if (isPassed[local] === 1) {
      rows.push({ event: local, flags: LOCAL });
      local += 1;
    } else {
      rows.push({ event, flags: EXCHANGE });
      isPassed[event] = 1;
      next += 1;
    }
  }
  return rows;
}

function putEvent(
  view: DataView,
  at: number,
  record: MarketRecord,
  flags: number,
  market: DictionaryMarket,
): void {
  const { kind, side, tsExchange, tsLocal, price, quantity, sequence } = record;
  const sideFlag = side === SIDE.buy ? BUY : side === SIDE.sell ? SELL : 0;
  view.setUint32(at, (kind | flags | sideFlag) >>> 0, true);
  view.setBigInt64(at + 8, BigInt(tsExchange === 0 ? tsLocal : tsExchange) * 1_000n, true);
  view.setBigInt64(at + 16, BigInt(tsLocal) * 1_000n, true);
  view.setFloat64(at + 24, (price * market.tickSteps) / 10 ** market.priceDecimals, true);
  view.setFloat64(at + 32, (quantity * market.lotSteps) / 10 ** market.quantityDecimals, true);
  if (ORDER_KINDS.has(kind)) view.setBigUint64(at + 40, BigInt(sequence), true);
}
