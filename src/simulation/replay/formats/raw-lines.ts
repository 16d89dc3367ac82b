import { Book } from '../../../market/book.ts';
import type { Ladder } from '../../../market/ladder.ts';
import { type DictionaryMarket, gridText } from '../../../storage/columns/dictionary.ts';
import {
  FLAG,
  KIND,
  kindName,
  type MarketRecord,
  type RecordBlock,
  recordsOf,
  SIDE,
} from '../../../storage/columns/record.ts';
import type { Tally } from './market-source.ts';

/** A frame has at most a book of two full sides, an emptying and a gap. */
const FRAME_RECORDS_MAX = 262_144;

/**
 * Records of one market as lines of `<local ns> <json>` in the form of Binance spot, whichever
 * venue they are of: what `flyball start --replay` trades on. Updates are numbered anew, one number
 * a frame. Where the recording lost its book a number is left out, so whoever follows loses it as
 * well, and has it again with the next snapshot.
 *
 * @param skipped counts what the form has no room for
 */
export async function* rawLines(
  market: DictionaryMarket,
  blocks: AsyncIterable<RecordBlock>,
  skipped: Tally,
): AsyncGenerator<string> {
  const writer = new RawWriter(market, skipped);
  let frame: MarketRecord[] = [];
  for await (const block of blocks) {
    for (const record of recordsOf(block)) {
      frame.push(record);
      if ((record.flags & FLAG.frameEnd) === 0 && frame.length < FRAME_RECORDS_MAX) continue;
      yield* writer.linesOf(frame);
      frame = [];
    }
  }
  if (frame.length > 0) yield* writer.linesOf(frame);
}

/** A symbol as Binance would write it: `BTC/USD` and `BTC-USD` are `BTCUSD`. */
export function plainSymbol(symbol: string): string {
  return symbol.replace(/[^A-Za-z0-9_]/g, '').toUpperCase();
}

type Level = readonly [price: string, size: string];

class RawWriter {
  readonly #market: DictionaryMarket;
  readonly #symbol: string;
  readonly #skipped: Tally;
  readonly #book = new Book();
  /** Number of the newest frame, and of the newest that changed the book. */
  #id = 0;
  #bookId = 0;
  #isLive = false;

  constructor(market: DictionaryMarket, skipped: Tally) {
    this.#market = market;
    this.#symbol = plainSymbol(market.symbol);
    this.#skipped = skipped;
  }

  *linesOf(frame: readonly MarketRecord[]): Generator<string> {
    const of = (...kinds: readonly number[]) => frame.filter(({ kind }) => kinds.includes(kind));
    const levels = of(KIND.depth, KIND.snapshot);
    const isSnapshot = of(KIND.snapshot).length > 0;
    const isEmptied = of(KIND.clear).length > 0;
    const [first] = frame as readonly [MarketRecord, ...MarketRecord[]];
    if (isEmptied && !isSnapshot) yield* this.#lose(first);
    else if (isSnapshot) yield* this.#replace(first, levels);
    else if (levels.length > 0) yield* this.#change(first, levels);
    for (const trade of of(KIND.trade)) yield this.#trade(trade);
    const tickers = of(KIND.bbo);
    if (tickers.length > 0) yield* this.#ticker(tickers);
    for (const { kind } of frame) if (!WRITTEN.has(kind)) this.#skipped.add(kindName(kind));
  }

  /** The book is gone: the number that is left out tells it. */
  *#lose(record: MarketRecord): Generator<string> {
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#id += 1;
    yield this.#diff(record, [], []);
  }

  /** A book as a whole: a snapshot for whoever has none, else what makes the old one the new. */
  *#replace(record: MarketRecord, levels: readonly MarketRecord[]): Generator<string> {
    const now = new Book();
    setAll(now, levels);
    const bids = changes(this.#book.bids, now.bids);
    const asks = changes(this.#book.asks, now.asks);
    for (const [price, lots] of bids) this.#book.bids.set(price, lots);
    for (const [price, lots] of asks) this.#book.asks.set(price, lots);
    if (this.#isLive) {
      if (bids.length + asks.length > 0) yield this.#diff(record, bids, asks);
      return;
    }
    this.#isLive = true;
    this.#id += 1;
    this.#bookId = this.#id;
    const side = (ladder: Ladder) =>
      Array.from({ length: ladder.depth }, (_, rank) =>
        this.#level(ladder.ticksAt(rank), ladder.lotsAt(rank)),
      );
    const { bids: buyers, asks: sellers } = this.#book;
    yield line(record, {
      lastUpdateId: this.#id,
      bids: side(buyers),
      asks: side(sellers),
    });
  }

  *#change(record: MarketRecord, levels: readonly MarketRecord[]): Generator<string> {
    if (!this.#isLive) {
      this.#skipped.add('depth without a book', levels.length);
      return;
    }
    setAll(this.#book, levels);
    const side = (wanted: number) =>
      levels
        .filter((each) => each.side === wanted)
        .map(({ price, quantity }) => [price, quantity] as const);
    yield this.#diff(record, side(SIDE.buy), side(SIDE.sell));
  }

  #diff(
    record: MarketRecord,
    bids: readonly (readonly [number, number])[],
    asks: readonly (readonly [number, number])[],
  ): string {
    const gap = this.#isLive ? 1 : 2;
    const from = this.#bookId + gap;
    this.#id = Math.max(this.#id + 1, from);
    this.#bookId = this.#id;
    const texts = (side: typeof bids) => side.map(([ticks, lots]) => this.#level(ticks, lots));
    return line(record, {
      stream: `${this.#symbol.toLowerCase()}@depth@100ms`,
      data: {
        ...{ e: 'depthUpdate', E: venueMsOf(record), s: this.#symbol },
        ...{ U: from, u: this.#id, b: texts(bids), a: texts(asks) },
      },
    });
  }

  #trade(record: MarketRecord): string {
    const [p, q] = this.#level(record.price, record.quantity);
    const ms = venueMsOf(record);
    const isBuyerMaker = record.side === SIDE.sell;
    return line(record, {
      stream: `${this.#symbol.toLowerCase()}@trade`,
      data: {
        ...{ e: 'trade', E: ms, s: this.#symbol, t: record.sequence, p, q },
        ...{ T: ms, m: isBuyerMaker, M: true },
      },
    });
  }

  /** Best prices are ahead of the book by one number, until the next change of it. */
  *#ticker(records: readonly MarketRecord[]): Generator<string> {
    const bid = records.find(({ side }) => side === SIDE.buy);
    const ask = records.find(({ side }) => side === SIDE.sell);
    if (bid === undefined || ask === undefined || !this.#isLive) {
      this.#skipped.add(kindName(KIND.bbo), records.length);
      return;
    }
    this.#id += 1;
    const [b, B] = this.#level(bid.price, bid.quantity);
    const [a, A] = this.#level(ask.price, ask.quantity);
    yield line(bid, {
      stream: `${this.#symbol.toLowerCase()}@bookTicker`,
      data: { u: this.#id, s: this.#symbol, b, B, a, A },
    });
  }

  #level(ticks: number, lots: number): Level {
    const { tickSteps, priceDecimals, lotSteps, quantityDecimals } = this.#market;
    return [
      gridText(ticks * tickSteps, priceDecimals),
      gridText(lots * lotSteps, quantityDecimals),
    ];
  }
}

/** Kinds that have a line of their own, or are said by what is written. */
const WRITTEN: ReadonlySet<number> = new Set([
  KIND.depth,
  KIND.snapshot,
  KIND.clear,
  KIND.trade,
  KIND.bbo,
]);

function setAll({ bids, asks }: Book, levels: readonly MarketRecord[]): void {
  for (const { side, price, quantity } of levels) {
    (side === SIDE.buy ? bids : asks).set(price, quantity);
  }
}

/** What turns a side into another: sizes of its levels, 0 for those that are gone. */
function changes(from: Ladder, to: Ladder): (readonly [ticks: number, lots: number])[] {
  const changed: [number, number][] = [];
  for (let rank = 0; rank < from.depth; rank += 1) {
    const ticks = from.ticksAt(rank);
    if (to.lotsOn(ticks) === 0) changed.push([ticks, 0]);
  }
  for (let rank = 0; rank < to.depth; rank += 1) {
    const [ticks, lots] = [to.ticksAt(rank), to.lotsAt(rank)];
    if (from.lotsOn(ticks) !== lots) changed.push([ticks, lots]);
  }
  return changed;
}

/** Milliseconds of the venue's clock; of the collector's where the venue told none. */
function venueMsOf({ tsExchange, tsLocal }: MarketRecord): number {
  return Math.floor((tsExchange > 0 ? tsExchange : tsLocal) / 1_000);
}

function line({ tsLocal }: MarketRecord, frame: unknown): string {
  return `${tsLocal}000 ${JSON.stringify(frame)}\n`;
}
