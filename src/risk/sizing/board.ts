import { assert } from '../../core/result.ts';

/** Cells an instrument: lots of the position, lots of an order, monotonic time of both. */
const CELLS = 3;
/** The size of a market that nothing caps here. */
export const LIFTED_LOTS = Number.MAX_SAFE_INTEGER;

/**
 * The sizes in force, written every few seconds by the actor that works them out and read by the
 * pre-trade check and by the strategies, in the same lane: no message, no sum, no allocation.
 *
 * Before the first word every size is nothing. What is older than its bound is not known any more,
 * and counts as nothing, too.
 */
export class SizeBoard {
  readonly #cells: Float64Array;
  #staleNs = 0;

  /** @param bornNs monotonic; from here on the first sizes are waited for */
  constructor(how: {
    readonly instruments: number;
    readonly staleMs: number;
    readonly bornNs: number;
  }) {
    this.#cells = new Float64Array(how.instruments * CELLS);
    for (let at = 2; at < this.#cells.length; at += CELLS) this.#cells[at] = how.bornNs;
    this.setStaleMs(how.staleMs);
  }

  setStaleMs(staleMs: number): void {
    assert(staleMs > 0, 'sizes hold for a while');
    this.#staleNs = staleMs * 1e6;
  }

  get staleMs(): number {
    return this.#staleNs / 1e6;
  }

  /** @param positionLots largest position either way; `LIFTED_LOTS` where nothing is capped */
  write(instrument: number, positionLots: number, orderLots: number, atNs: number): void {
    // Written so that NaN is a bug: it must never become the size of an order.
    assert(positionLots >= 0 && orderLots >= 0, 'sizes of lots, at least 0');
    assert(orderLots <= positionLots, 'no order beyond the position');
    const cell = this.#cellOf(instrument);
    this.#cells[cell] = positionLots;
    this.#cells[cell + 1] = orderLots;
    this.#cells[cell + 2] = atNs;
  }

  /** Largest position in lots, either way; 0 where it is not known now. */
  positionLots(instrument: number, nowNs: number): number {
    return this.isStale(instrument, nowNs) ? 0 : (this.#cells[this.#cellOf(instrument)] as number);
  }

  /** Largest order in lots; 0 where it is not known now. */
  orderLots(instrument: number, nowNs: number): number {
    if (this.isStale(instrument, nowNs)) return 0;
    return this.#cells[this.#cellOf(instrument) + 1] as number;
  }

  isStale(instrument: number, nowNs: number): boolean {
    return !(nowNs - (this.#cells[this.#cellOf(instrument) + 2] as number) <= this.#staleNs);
  }

  /** Since the sizes of an instrument were worked out. */
  ageMs(instrument: number, nowNs: number): number {
    return (nowNs - (this.#cells[this.#cellOf(instrument) + 2] as number)) / 1e6;
  }

  #cellOf(instrument: number): number {
    const cell = instrument * CELLS;
    assert(cell >= 0 && cell + CELLS <= this.#cells.length, 'an instrument of the desk');
    return cell;
  }
}
