import type { Book } from '../../../market/book.ts';
import {
  blankRecord,
  FLAG,
  KIND,
  type MarketRecord,
  SIDE,
} from '../../../storage/columns/record.ts';

/** Levels as decoders and books list them. */
export interface ListedLevels {
  readonly count: number;
  readonly ticks: ArrayLike<number>;
  readonly lots: ArrayLike<number>;
}

/** The records of one frame; the last one says that it is. */
export class FrameRecords {
  readonly #records: MarketRecord[] = [];
  readonly #common: Pick<MarketRecord, 'instrument' | 'tsExchange' | 'tsLocal'>;

  /** @param times.venueMs venue's time with a fraction; 0 when it is not known */
  constructor(
    instrument: number,
    { venueMs, localUs }: { readonly venueMs: number; readonly localUs: number },
  ) {
    const tsExchange = Math.round(venueMs * 1_000);
    this.#common = { instrument, tsExchange, tsLocal: localUs };
  }

  add(kind: number, side: number, ticks: number, lots: number, sequence: number): void {
    const price = Math.round(ticks);
    const quantity = Math.round(lots);
    const flags = price === ticks && quantity === lots ? 0 : FLAG.rounded;
    const numbers = { kind, side, price, quantity, sequence, flags };
    this.#records.push({ ...blankRecord(), ...this.#common, ...numbers });
  }

  addLevels(
    kind: number,
    side: number,
    { count, ticks, lots }: ListedLevels,
    sequence: number,
  ): void {
    for (let at = 0; at < count; at += 1) {
      this.add(kind, side, ticks[at] as number, lots[at] as number, sequence);
    }
  }

  /** All levels of a book that begins here. */
  addBook({ bids, asks }: Book, sequence: number): void {
    this.add(KIND.clear, SIDE.none, 0, 0, sequence);
    for (const [side, ladder] of [
      [SIDE.buy, bids],
      [SIDE.sell, asks],
    ] as const) {
      for (let rank = 0; rank < ladder.depth; rank += 1) {
        this.add(KIND.snapshot, side, ladder.ticksAt(rank), ladder.lotsAt(rank), sequence);
      }
    }
  }

  finished(): readonly MarketRecord[] {
    const last = this.#records.at(-1);
    if (last !== undefined) last.flags |= FLAG.frameEnd;
    return this.#records;
  }
}
