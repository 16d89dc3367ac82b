import { compileInstrument } from '../../core/instrument.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import { Book } from '../../market/book.ts';
import {
  type DerivedRules,
  deriveRules,
  RecordingFault,
  readRecording,
} from '../../simulation/recording.ts';
import { DepthSync } from '../../venues/binance/depth-sync.ts';
import { MarketDecoder } from '../../venues/binance/market-decoder.ts';

/** A longer recording is to be cut: this is a day of a busy market. */
export const EVENTS_MAX = 10_000_000;

/** Numbers of a row: a quote is (ms, bid, lots, ask, lots), a trade (ms, ticks, lots, share, –). */
export const ROW = 5;

/**
 * The best quotes and the trades of a recording, in the order in which they arrived, with prices in
 * ticks and sizes in lots. The share of a trade is 1 when its taker bought, else 0.
 */
export interface MarketTape {
  readonly path: string;
  readonly symbol: string;
  readonly quotes: Float64Array;
  readonly trades: Float64Array;
}

/** The quote of the row that begins at a place. @throws BrokenInvariant where no row begins */
export function quoteAt(quotes: Float64Array, at: number) {
  assert(at >= 0 && at % ROW === 0 && at < quotes.length, 'a row of the tape begins there');
  const number = (column: number): number => quotes[at + column] as number;
  const [ms, bid, bidLots] = [number(0), number(1), number(2)];
  return { ms, bid, bidLots, ask: number(3), askLots: number(4) };
}

/**
 * Reads a recording into a tape. The quotes are those that the venue sent; where it sent none they
 * are the best of the book that the diffs make. A quote with an empty or a crossed side is none.
 */
export async function readTape(path: string): Promise<Result<MarketTape, string>> {
  try {
    return ok(await tapeOf(path, await deriveRules(path)));
  } catch (thrown) {
    if (thrown instanceof RecordingFault) return err(thrown.message);
    throw thrown;
  }
}

async function tapeOf(path: string, rules: DerivedRules): Promise<MarketTape> {
  const { isFutures, symbol, tick, lot } = rules;
  const names = { index: 0, venue: 'recording', base: '', quote: '' };
  const compiled = compileInstrument({ ...names, symbol, tick, lot });
  assert(compiled.ok, 'steps derived from decimals compile');
  const decoder = new MarketDecoder([compiled.value]);
  const book = new Book();
  const [told, built, trades] = [new Rows(path), new Rows(path), new Rows(path)];
  let nowMs = 0;
  const { bids, asks } = book;
  const sync = new DepthSync(book, isFutures ? 'futures' : 'spot', () => {
    if (!book.isTwoSided) return;
    built.add(nowMs, bids.bestTicks, bids.bestLots, asks.bestTicks, asks.bestLots);
  });
  for await (const { frame, localNs, line } of readRecording(path)) {
    nowMs = Math.max(nowMs, localNs / 1e6);
    switch (decoder.decode(frame, compiled.value)) {
      case 'depth':
        sync.onDiff(decoder);
        break;
      case 'snapshot':
        if (!sync.isLive) sync.onSnapshot(decoder);
        break;
      case 'book-ticker':
        if (decoder.bidTicks <= 0 || decoder.bidTicks >= decoder.askTicks) break;
        told.add(nowMs, decoder.bidTicks, decoder.bidLots, decoder.askTicks, decoder.askLots);
        break;
      case 'trade':
        trades.add(nowMs, decoder.tradeTicks, decoder.tradeLots, decoder.isBuyerMaker ? 0 : 1, 0);
        break;
      case 'malformed':
        throw new RecordingFault(`${path}:${line}: ${decoder.fault}`);
    }
  }
  const quotes = told.count > 0 ? told : built;
  return { path, symbol, quotes: quotes.all, trades: trades.all };
}

/** Rows of five numbers, up to a bound. */
class Rows {
  readonly #path: string;
  #rows = new Float64Array(ROW * 1_024);
  count = 0;

  constructor(path: string) {
    this.#path = path;
  }

  get all(): Float64Array {
    return this.#rows.slice(0, this.count * ROW);
  }

  add(ms: number, one: number, two: number, three: number, four: number): void {
    if (this.count === EVENTS_MAX) {
      throw new RecordingFault(
        `${this.#path}: more than ${EVENTS_MAX} events, wanted a part of it`,
      );
    }
    const at = this.count * ROW;
    if (at === this.#rows.length) {
      const grown = new Float64Array(2 * at);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[at] = ms;
    this.#rows[at + 1] = one;
    this.#rows[at + 2] = two;
    this.#rows[at + 3] = three;
    this.#rows[at + 4] = four;
    this.count += 1;
  }
}
