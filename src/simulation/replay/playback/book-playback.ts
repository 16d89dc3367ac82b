import { createHash } from 'node:crypto';
import { Book } from '../../../market/book.ts';
import type { Ladder } from '../../../market/ladder.ts';
import type { Dictionary, DictionaryMarket } from '../../../storage/columns/dictionary.ts';
import {
  FLAG,
  KIND,
  longAt,
  RECORD_WORDS,
  type RecordBlock,
  SIDE,
  WORD,
} from '../../../storage/columns/record.ts';

/** What one market came to. */
export interface PlayedMarket {
  readonly symbol: string;
  readonly venue: string;
  readonly events: number;
  readonly trades: number;
  /** Records that the recording says it could not keep. */
  readonly lost: number;
  /** Ends of frames at which the best bid was at or above the best ask. */
  readonly crossed: number;
  readonly bidTicks: number;
  readonly askTicks: number;
  readonly levels: number;
}

interface Track {
  readonly market: DictionaryMarket;
  readonly book: Book;
  events: number;
  trades: number;
  lost: number;
  crossed: number;
}

/**
 * Plays market records through books. It takes no notice of time: who wants a pace gives the
 * blocks at that pace. The same records leave the same state, which `hash` names.
 */
export class BookPlayback {
  readonly #venues: readonly string[];
  readonly #tracks: Track[] = [];
  #events = 0;
  /** Best prices at the end of every frame, in their order. */
  #mixed = 0x811c9dc5;

  constructor({ venues, markets }: Dictionary) {
    this.#venues = venues;
    for (const market of markets) {
      const counts = { events: 0, trades: 0, lost: 0, crossed: 0 };
      this.#tracks[market.instrument] = { market, book: new Book(), ...counts };
    }
  }

  get events(): number {
    return this.#events;
  }

  /** The book of an instrument as it is now; null when the dictionary has no such market. */
  bookOf(instrument: number): Book | null {
    return this.#tracks[instrument]?.book ?? null;
  }

  /** Records of an instrument that the dictionary does not have are a fault of the file. */
  play({ words, count }: RecordBlock): void {
    for (let row = 0; row < count; row += 1) {
      const at = row * RECORD_WORDS;
      const what = words[at + WORD.what] as number;
      const track = this.#tracks[what & 0xffff];
      if (track === undefined) throw new RangeError(`no market has the number ${what & 0xffff}`);
      const sideAndFlags = words[at + WORD.side] as number;
      track.events += 1;
      const kind = what >>> 24;
      if (kind === KIND.depth || kind === KIND.snapshot) {
        const { bids, asks } = track.book;
        const ladder = (sideAndFlags & 0xff) === SIDE.buy ? bids : asks;
        ladder.set(longAt(words, at + WORD.price), longAt(words, at + WORD.quantity));
      } else if (kind === KIND.clear) {
        track.book.clear();
      } else if (kind === KIND.trade) {
        track.trades += 1;
      } else if (kind === KIND.gap) {
        track.lost += longAt(words, at + WORD.quantity);
      }
      if (((sideAndFlags >>> 8) & FLAG.frameEnd) !== 0) this.#endFrame(track);
    }
    this.#events += count;
  }

  #endFrame(track: Track): void {
    const { bids, asks, isCrossed } = track.book;
    if (isCrossed) track.crossed += 1;
    let mixed = this.#mixed;
    mixed = Math.imul(mixed ^ (bids.bestTicks | 0), 0x01000193);
    mixed = Math.imul(mixed ^ (bids.bestLots | 0), 0x01000193);
    mixed = Math.imul(mixed ^ (asks.bestTicks | 0), 0x01000193);
    this.#mixed = Math.imul(mixed ^ (asks.bestLots | 0), 0x01000193);
  }

  /** SHA-256 over every level, every counter and the course of the best prices, in hex. */
  hash(): string {
    const hash = createHash('sha256');
    hash.update(`${this.#events} ${this.#mixed >>> 0}\n`);
    for (const track of this.#tracks) {
      if (track === undefined) continue;
      const { market, book, events, trades, lost, crossed } = track;
      hash.update(`${market.symbol} ${events} ${trades} ${lost} ${crossed}\n`);
      for (const ladder of [book.bids, book.asks]) hash.update(levelsOf(ladder));
    }
    return hash.digest('hex');
  }

  markets(): readonly PlayedMarket[] {
    return this.#tracks.flatMap((track) => {
      const { market, book, events, trades, lost, crossed } = track;
      return events === 0
        ? []
        : [
            {
              symbol: market.symbol,
              venue: this.#venues[market.venue] ?? '',
              events,
              trades,
              lost,
              crossed,
              bidTicks: book.bids.bestTicks,
              askTicks: book.asks.bestTicks,
              levels: book.bids.depth + book.asks.depth,
            },
          ];
    });
  }
}

function levelsOf(ladder: Ladder): Uint8Array {
  const levels = new Float64Array(2 * ladder.depth);
  for (let rank = 0; rank < ladder.depth; rank += 1) {
    levels[2 * rank] = ladder.ticksAt(rank);
    levels[2 * rank + 1] = ladder.lotsAt(rank);
  }
  return new Uint8Array(levels.buffer);
}
