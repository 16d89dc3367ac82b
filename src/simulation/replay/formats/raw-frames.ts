import { significantDecimals } from '../../../core/decimal.ts';
import { compileInstrument, type Instrument } from '../../../core/instrument.ts';
import { Book } from '../../../market/book.ts';
import {
  type Dictionary,
  type DictionaryMarket,
  dictionaryOf,
  gridText,
} from '../../../storage/columns/dictionary.ts';
import { KIND, type RecordBlock, SIDE } from '../../../storage/columns/record.ts';
import { DepthSync } from '../../../venues/binance/depth-sync.ts';
import { MarketDecoder } from '../../../venues/binance/market-decoder.ts';
import { foreignVenueOf } from '../foreign/foreign-venue.ts';
import { readForeignFrames } from './foreign-frames.ts';
import { framesOf } from './frame-lines.ts';
import { FrameRecords } from './frame-records.ts';
import { BlockFiller, FormatFault, type MarketSource, Tally } from './market-source.ts';

/**
 * Reads recorded frames of a socket, whichever venue they are of: the first frame that only one of
 * them sends tells.
 *
 * @param venue name in the dictionary; null takes that of the dialect
 * @throws FormatFault
 */
export async function readRaw(path: string, venue: string | null): Promise<MarketSource> {
  for await (const { text } of framesOf(path)) {
    const found = foreignVenueOf(text);
    if (found === 'binance') break;
    if (found !== null) return readForeignFrames(path, found, venue ?? found);
  }
  return readBinance(path, venue ?? 'binance');
}

/**
 * Reads recorded frames of Binance, spot or futures: each market's book is rebuilt by the rules of
 * the venue, and becomes a snapshot where it comes to life and its changes from there on, with
 * trades and best prices between them. Replies to REST questions that lie in files beside a file
 * of a socket are read with it. What is none of these is counted.
 *
 * @throws FormatFault
 */
async function readBinance(path: string, venue: string): Promise<MarketSource> {
  const skipped = new Tally();
  const { markets, isFutures } = await surveyed(path);
  const dictionary = dictionaryOf([venue], markets);
  return {
    dictionary,
    blocks: blocksOf(path, dictionary, isFutures, skipped),
    skipped: skipped.counts,
  };
}

interface Decimals {
  price: number;
  size: number;
}

/** Every market that is named, with the finest price and size that occur. */
async function surveyed(
  path: string,
): Promise<{ readonly markets: readonly DictionaryMarket[]; readonly isFutures: boolean }> {
  const found = new Map<string, Decimals>();
  const nameless: Decimals = { price: 0, size: 0 };
  let isFutures = false;
  for await (const { text, symbol } of framesOf(path)) {
    const data = dataIn(text);
    if (data === null) continue;
    const name = symbol ?? (typeof data['s'] === 'string' ? data['s'] : null);
    if (typeof data['pu'] === 'number') isFutures = true;
    const decimals = name === null ? nameless : (found.get(name) ?? { price: 0, size: 0 });
    if (name !== null) found.set(name, decimals);
    for (const side of ['b', 'a', 'bids', 'asks']) {
      for (const [price, size] of levelsIn(data[side])) see(decimals, price, size);
    }
    if (data['e'] === 'trade') see(decimals, data['p'], data['q']);
  }
  if (found.size === 0) throw new FormatFault(`${path}: no frame names a symbol of Binance`);
  const markets = [...found].map(([symbol, decimals], instrument) => ({
    instrument,
    venue: 0,
    symbol,
    // A snapshot that names nobody is of the only market that there is.
    priceDecimals: Math.max(decimals.price, found.size === 1 ? nameless.price : 0),
    tickSteps: 1,
    quantityDecimals: Math.max(decimals.size, found.size === 1 ? nameless.size : 0),
    lotSteps: 1,
  }));
  return { markets, isFutures };
}

function see(decimals: Decimals, price: unknown, size: unknown): void {
  decimals.price = Math.max(decimals.price, significantDecimals(String(price)));
  decimals.size = Math.max(decimals.size, significantDecimals(String(size)));
}

type Json = Readonly<Record<string, unknown>>;

/** The event of a frame, out of its wrapper if it has one; null when it is no JSON object. */
function dataIn(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const { data } = value as { data?: unknown };
    return typeof data === 'object' && data !== null ? (data as Json) : (value as Json);
  } catch {
    return null;
  }
}

function levelsIn(value: unknown): readonly (readonly unknown[])[] {
  return Array.isArray(value) ? value.filter(Array.isArray) : [];
}

async function* blocksOf(
  path: string,
  { markets }: Dictionary,
  isFutures: boolean,
  skipped: Tally,
): AsyncGenerator<RecordBlock> {
  const instruments = markets.map(instrumentOf);
  const decoder = new MarketDecoder(instruments);
  const syncs = markets.map(() => new DepthSync(new Book(), isFutures ? 'futures' : 'spot'));
  const filler = new BlockFiller();
  const encoder = new TextEncoder();
  const only = instruments.length === 1 ? instruments[0] : undefined;
  for await (const { localUs, text, symbol } of framesOf(path)) {
    const asked = instruments.find((each) => each.symbol === symbol) ?? only;
    const kind = decoder.decode(encoder.encode(text), asked);
    const frame = new FrameRecords(decoder.instrument.index, {
      venueMs: decoder.eventMs,
      localUs,
    });
    if (kind === 'depth' || kind === 'snapshot') {
      const sync = syncs[decoder.instrument.index] as DepthSync;
      if (kind === 'depth') followDiff(frame, sync, decoder, skipped);
      else takeSnapshot(frame, sync, decoder, skipped);
    } else if (kind === 'trade') {
      const side = decoder.isBuyerMaker ? SIDE.sell : SIDE.buy;
      frame.add(KIND.trade, side, decoder.tradeTicks, decoder.tradeLots, decoder.tradeId);
    } else if (kind === 'book-ticker') {
      frame.add(KIND.bbo, SIDE.buy, decoder.bidTicks, decoder.bidLots, decoder.finalId);
      frame.add(KIND.bbo, SIDE.sell, decoder.askTicks, decoder.askLots, decoder.finalId);
    } else {
      skipped.add(kind);
    }
    for (const record of frame.finished()) {
      const block = filler.push(record);
      if (block !== null) yield block;
    }
  }
  const rest = filler.take();
  if (rest !== null) yield rest;
}

function followDiff(
  frame: FrameRecords,
  sync: DepthSync,
  decoder: MarketDecoder,
  skipped: Tally,
): void {
  const outcome = sync.onDiff(decoder);
  if (outcome === 'applied') {
    frame.addLevels(KIND.depth, SIDE.buy, decoder.bids, decoder.finalId);
    frame.addLevels(KIND.depth, SIDE.sell, decoder.asks, decoder.finalId);
  } else {
    skipped.add(`diff-${outcome}`);
    // The book is not to be believed until the next snapshot.
    if (outcome === 'gap' || outcome === 'crossed') frame.add(KIND.clear, SIDE.none, 0, 0, 0);
  }
}

/** The book as it is with the diffs that were waiting for the snapshot. */
function takeSnapshot(
  frame: FrameRecords,
  sync: DepthSync,
  decoder: MarketDecoder,
  skipped: Tally,
): void {
  const outcome = sync.onSnapshot(decoder);
  if (outcome !== 'live') {
    skipped.add(`snapshot-${outcome}`);
    return;
  }
  frame.addBook(sync.book, sync.lastId);
}

function instrumentOf(market: DictionaryMarket): Instrument {
  const { instrument, symbol, priceDecimals, quantityDecimals } = market;
  const compiled = compileInstrument({
    index: instrument,
    venue: 'recorded',
    symbol,
    base: '',
    quote: '',
    tick: gridText(market.tickSteps, priceDecimals),
    lot: gridText(market.lotSteps, quantityDecimals),
  });
  if (compiled.ok) return compiled.value;
  const { field, found, wanted } = compiled.error;
  throw new FormatFault(`${symbol}.${field}: found ${found}, wanted ${wanted}`);
}
