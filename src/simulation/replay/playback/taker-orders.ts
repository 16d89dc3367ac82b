import { KIND, longAt, SIDE, WORD } from '../../../storage/columns/record.ts';

/** Trades that one order made, as far as a recording tells. */
export interface TakerOrder {
  readonly instrument: number;
  readonly isBuy: boolean;
  readonly lots: number;
  /** Average price in ticks, by lots. */
  readonly ticks: number;
  /** Local time of its first trade, in microseconds. */
  readonly localUs: number;
}

interface Open {
  readonly key: string;
  readonly instrument: number;
  readonly isBuy: boolean;
  readonly localUs: number;
  lots: number;
  ticksByLots: number;
}

/**
 * Puts trades together to the orders that made them: trades of one market and side at one
 * microsecond of the venue. A recording does not name the taker; two of them in the same
 * microsecond are taken for one.
 */
export class TakerOrders {
  readonly #open = new Map<number, Open>();

  /**
   * Looks at a record before it is played.
   *
   * @returns the order that it ends, with the book still as the order met it; null for none
   */
  before(words: Int32Array, at: number): TakerOrder | null {
    const what = words[at + WORD.what] as number;
    const kind = what >>> 24;
    const instrument = what & 0xffff;
    const open = this.#open.get(instrument);
    if (kind === KIND.trade) {
      return open !== undefined && open.key === keyOf(words, at) ? null : this.#take(instrument);
    }
    const changesBook = kind === KIND.depth || kind === KIND.snapshot || kind === KIND.clear;
    return changesBook ? this.#take(instrument) : null;
  }

  /** Takes note of a trade. Everything else is passed over. */
  after(words: Int32Array, at: number): void {
    const what = words[at + WORD.what] as number;
    if (what >>> 24 !== KIND.trade) return;
    const instrument = what & 0xffff;
    const lots = longAt(words, at + WORD.quantity);
    const ticksByLots = longAt(words, at + WORD.price) * lots;
    const open = this.#open.get(instrument);
    if (open === undefined) {
      this.#open.set(instrument, {
        key: keyOf(words, at),
        instrument,
        isBuy: ((words[at + WORD.side] as number) & 0xff) === SIDE.buy,
        localUs: longAt(words, at + WORD.tsLocal),
        lots,
        ticksByLots,
      });
    } else {
      open.lots += lots;
      open.ticksByLots += ticksByLots;
    }
  }

  /** Everything has been seen. @returns the orders that nothing came after */
  finish(): readonly TakerOrder[] {
    return [...this.#open.keys()].flatMap((instrument) => this.#take(instrument) ?? []);
  }

  #take(instrument: number): TakerOrder | null {
    const open = this.#open.get(instrument);
    if (open === undefined) return null;
    this.#open.delete(instrument);
    const { isBuy, lots, ticksByLots, localUs } = open;
    return lots > 0 ? { instrument, isBuy, lots, ticks: ticksByLots / lots, localUs } : null;
  }
}

function keyOf(words: Int32Array, at: number): string {
  const side = (words[at + WORD.side] as number) & 0xff;
  return `${side} ${longAt(words, at + WORD.tsExchange)}`;
}
