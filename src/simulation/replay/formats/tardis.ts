import { formatDecimal, parseDecimal } from '../../../core/decimal.ts';
import { type Dictionary, dictionaryOf } from '../../../storage/columns/dictionary.ts';
import {
  blankRecord,
  FLAG,
  KIND,
  kindName,
  type MarketRecord,
  RECORD_WORDS,
  type RecordBlock,
  readRecord,
  SIDE,
} from '../../../storage/columns/record.ts';
import { BlockFiller, FormatFault, type MarketSource, Tally } from './market-source.ts';
import { textLines } from './text-lines.ts';

/** What a file of tardis.dev holds. */
export type TardisKind = 'book' | 'trades';

/** Columns that are read, by their names; files may have them in any order, and more. */
const COLUMNS = {
  book: [
    'exchange',
    'symbol',
    'timestamp',
    'local_timestamp',
    'is_snapshot',
    'side',
    'price',
    'amount',
  ],
  trades: ['exchange', 'symbol', 'timestamp', 'local_timestamp', 'id', 'side', 'price', 'amount'],
} as const;

/** A decimal is read in full to this many places; a finer one is refused. */
const DECIMALS_MAX = 12;
const MARKETS_MAX = 4_096;

interface Row {
  readonly exchange: string;
  readonly symbol: string;
  readonly timestamp: number;
  readonly local: number;
  readonly isSnapshot: boolean;
  readonly id: string;
  readonly side: string;
  readonly price: string;
  readonly amount: string;
  readonly line: number;
}

/** Which of the two a file is, by its header; null when it is neither. */
export function tardisKindOf(header: string): TardisKind | null {
  const names = new Set(header.trim().split(','));
  const has = (kind: TardisKind): boolean => COLUMNS[kind].every((name) => names.has(name));
  if (has('book')) return 'book';
  return has('trades') ? 'trades' : null;
}

/**
 * Reads `incremental_book_L2` or `trades`, plain or gzipped. The file is read twice: first for its
 * markets and their finest decimals, which become tick and lot.
 *
 * @throws FormatFault
 */
export async function readTardis(path: string): Promise<MarketSource> {
  const dictionary = await surveyed(path);
  const skipped = new Tally();
  return { dictionary, blocks: blocksOf(path, dictionary, skipped), skipped: skipped.counts };
}

async function surveyed(path: string): Promise<Dictionary> {
  const venues: string[] = [];
  const markets = new Map<string, { venue: number; symbol: string; price: number; lot: number }>();
  for await (const { exchange, symbol, price, amount, line } of rowsOf(path)) {
    if (!venues.includes(exchange)) venues.push(exchange);
    const key = `${exchange} ${symbol}`;
    const market = markets.get(key) ?? {
      venue: venues.indexOf(exchange),
      symbol,
      price: 0,
      lot: 0,
    };
    market.price = Math.max(market.price, decimalsIn(price, path, line));
    market.lot = Math.max(market.lot, decimalsIn(amount, path, line));
    markets.set(key, market);
    if (markets.size > MARKETS_MAX) {
      throw new FormatFault(`${path}:${line}: more than ${MARKETS_MAX} markets`);
    }
  }
  if (markets.size === 0) throw new FormatFault(`${path}: found no rows, wanted some`);
  return dictionaryOf(
    venues.map((name) => name.toLowerCase()),
    [...markets.values()].map(({ venue, symbol, price, lot }, instrument) => ({
      instrument,
      venue,
      symbol,
      priceDecimals: price,
      tickSteps: 1,
      quantityDecimals: lot,
      lotSteps: 1,
    })),
  );
}

async function* blocksOf(
  path: string,
  { venues, markets }: Dictionary,
  skipped: Tally,
): AsyncGenerator<RecordBlock> {
  const filler = new BlockFiller();
  const byName = new Map(
    markets.map((market) => [`${venues[market.venue]} ${market.symbol}`, market]),
  );
  /** Time of the snapshot that a market is in the middle of. */
  const snapshots = new Map<number, string>();
  // One record is held back, since only the next row shows whether it ends its frame.
  let held: { record: MarketRecord; frame: string } | null = null;
  for await (const row of rowsOf(path)) {
    const market = byName.get(`${row.exchange.toLowerCase()} ${row.symbol}`);
    if (market === undefined) throw new FormatFault(`${path}:${row.line}: it changed meanwhile`);
    const isTrade = row.id !== '';
    const frame = `${row.timestamp} ${row.local} ${market.instrument}`;
    const record: MarketRecord = {
      ...blankRecord(),
      tsExchange: row.timestamp,
      tsLocal: row.local,
      price: scaled(row.price, market.priceDecimals),
      quantity: scaled(row.amount, market.quantityDecimals),
      sequence: isTrade ? idOf(row.id, skipped) : 0,
      instrument: market.instrument,
      venue: market.venue,
      kind: isTrade ? KIND.trade : row.isSnapshot ? KIND.snapshot : KIND.depth,
      side: sideOf(row.side),
    };
    const pieces = [record];
    const isNewSnapshot = row.isSnapshot && snapshots.get(market.instrument) !== frame;
    if (isNewSnapshot) {
      const { tsExchange, tsLocal, instrument, venue } = record;
      const emptied = { tsExchange, tsLocal, instrument, venue, kind: KIND.clear };
      pieces.unshift({ ...blankRecord(), ...emptied });
    }
    if (row.isSnapshot) snapshots.set(market.instrument, frame);
    else snapshots.delete(market.instrument);
    for (const piece of pieces) {
      if (held !== null) {
        const isEnd = held.frame !== frame;
        const block = filler.push({ ...held.record, flags: isEnd ? FLAG.frameEnd : 0 });
        if (block !== null) yield block;
      }
      held = { record: piece, frame };
    }
  }
  if (held !== null) {
    const block = filler.push({ ...held.record, flags: FLAG.frameEnd });
    if (block !== null) yield block;
  }
  const rest = filler.take();
  if (rest !== null) yield rest;
}

async function* rowsOf(path: string): AsyncGenerator<Row> {
  let at: ReadonlyMap<string, number> | null = null;
  for await (const { text, line } of textLines(path)) {
    if (text === '') continue;
    const cells = text.split(',');
    if (at === null) {
      if (tardisKindOf(text) === null) {
        const wanted = `${COLUMNS.book.join(',')} or ${COLUMNS.trades.join(',')}`;
        throw new FormatFault(`${path}:${line}: found ${text.slice(0, 80)}, wanted ${wanted}`);
      }
      at = new Map(cells.map((name, column) => [name, column]));
      continue;
    }
    yield rowIn(cells, at, path, line);
  }
}

function rowIn(
  cells: readonly string[],
  at: ReadonlyMap<string, number>,
  path: string,
  line: number,
): Row {
  const cell = (name: string): string => cells[at.get(name) ?? -1] ?? '';
  const micros = (name: string): number => {
    const value = Number(cell(name));
    if (Number.isSafeInteger(value) && cell(name) !== '') return value;
    throw new FormatFault(`${path}:${line}: ${name}: found ${cell(name)}, wanted microseconds`);
  };
  return {
    exchange: cell('exchange'),
    symbol: cell('symbol'),
    timestamp: micros('timestamp'),
    local: micros('local_timestamp'),
    isSnapshot: cell('is_snapshot') === 'true',
    // A row of trades without an id is one all the same.
    id: at.has('is_snapshot') ? '' : cell('id') || '-',
    side: cell('side'),
    price: cell('price'),
    amount: cell('amount'),
    line,
  };
}

function sideOf(side: string): number {
  if (side === 'bid' || side === 'buy') return SIDE.buy;
  return side === 'ask' || side === 'sell' ? SIDE.sell : SIDE.none;
}

/** Ids of some venues are texts, which a record has no room for. */
function idOf(id: string, skipped: Tally): number {
  const number = Number(id);
  if (/^\d+$/.test(id) && Number.isSafeInteger(number)) return number;
  skipped.add('trade-id');
  return 0;
}

/** Decimals as they are written: `61737.630` has three, so that tick and lot outlive a round. */
function decimalsIn(text: string, path: string, line: number): number {
  const plain = plainDecimal(text);
  const places = /^\d+(?:\.(\d+))?$/.exec(plain);
  const decimals = places?.[1]?.length ?? 0;
  if (places !== null && decimals <= DECIMALS_MAX) return decimals;
  const wanted = `a decimal of at most ${DECIMALS_MAX} places`;
  throw new FormatFault(`${path}:${line}: found ${text}, wanted ${wanted}`);
}

function scaled(text: string, decimals: number): number {
  return parseDecimal(plainDecimal(text), decimals);
}

/** `1e-7` as people write it. */
function plainDecimal(text: string): string {
  const match = /^(\d+)(?:\.(\d+))?e([+-]?\d{1,2})$/i.exec(text);
  if (match === null) return text;
  const [, whole = '', fraction = '', exponent] = match;
  const shift = Number(exponent);
  const before = Math.max(0, -shift);
  const digits = `${'0'.repeat(before)}${whole}${fraction}${'0'.repeat(Math.max(0, shift))}`;
  const dot = before + whole.length + shift;
  const cut = digits.slice(dot);
  return cut === '' ? digits.slice(0, dot) : `${digits.slice(0, dot) || '0'}.${cut}`;
}

/**
 * The records of a kind as lines of a tardis file, the header first. What it has no row for is
 * counted by name.
 */
export async function* tardisLines(
  { venues, markets }: Dictionary,
  blocks: AsyncIterable<RecordBlock>,
  kind: TardisKind,
  skipped: Tally,
): AsyncGenerator<string> {
  yield `${COLUMNS[kind].join(',')}\n`;
  const byInstrument = new Map(markets.map((market) => [market.instrument, market]));
  const record = blankRecord();
  for await (const { words, count } of blocks) {
    let lines = '';
    for (let at = 0; at < count; at += 1) {
      readRecord(words, at * RECORD_WORDS, record);
      const market = byInstrument.get(record.instrument);
      const isTrade = record.kind === KIND.trade;
      const isLevel = record.kind === KIND.depth || record.kind === KIND.snapshot;
      if (market === undefined || (kind === 'trades' ? !isTrade : !isLevel)) {
        // An emptying is what the first row of the snapshot behind it says.
        if (record.kind !== KIND.clear || kind === 'trades') skipped.add(kindName(record.kind));
        continue;
      }
      const price = formatDecimal(record.price * market.tickSteps, market.priceDecimals);
      const amount = formatDecimal(record.quantity * market.lotSteps, market.quantityDecimals);
      const name = `${venues[market.venue]},${market.symbol}`;
      const times = `${record.tsExchange},${record.tsLocal}`;
      const side = record.side === SIDE.buy ? 'bid' : 'ask';
      const what =
        kind === 'trades'
          ? `${record.sequence || ''},${takerOf(record.side)}`
          : `${record.kind === KIND.snapshot},${side}`;
      lines += `${name},${times},${what},${price},${amount}\n`;
    }
    if (lines !== '') yield lines;
  }
}

function takerOf(side: number): string {
  if (side === SIDE.buy) return 'buy';
  return side === SIDE.sell ? 'sell' : 'unknown';
}
