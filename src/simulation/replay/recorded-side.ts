import type { Lots, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import type { Ladder } from '../../market/ladder.ts';
import type { LevelView } from '../exchange/port.ts';
import type { Shown } from './level-queue.ts';

/** What accounts took of a level, and what was shown when they did. */
interface Taken {
  lots: number;
  shown: Shown;
}

/**
 * One side of the recorded book as an order meets it: the levels of the diffs, under the best price
 * of a ticker that is ahead of them, less what accounts have taken. What was taken comes back when
 * the recording shows another size there, and not before. A price or a part of a lot that is finer
 * than the market's grid is nobody's to take.
 */
export class RecordedSide {
  readonly #side: Side;
  readonly #ladder: Ladder;
  /** Bounded by the levels of the ladder: an entry goes when its level does. */
  readonly #taken = new Map<number, Taken>();
  #bookId = 0;
  #touch: { readonly ticks: number; readonly shown: Shown } | null = null;

  constructor(side: Side, ladder: Ladder) {
    this.#side = side;
    this.#ladder = ladder;
  }

  /** The diffs have come to this update. 0: there is no book. */
  onBook(id: number): void {
    this.#bookId = id;
    if (this.#touch !== null && (id === 0 || this.#touch.shown.id <= id)) this.#touch = null;
    this.#restock();
  }

  /** A ticker showed this best price. */
  onTicker(ticks: number, lots: number, id: number): void {
    if (this.#bookId === 0 || id <= this.#bookId) return;
    this.#touch = { ticks, shown: { lots, id } };
    this.#restock();
  }

  /** The best level that is shown, taken or not; null when there is none. */
  get best(): LevelView | null {
    const { ticks, lots } =
      this.#touch === null
        ? { ticks: this.#ladder.bestTicks, lots: this.#ladder.bestLots }
        : { ticks: this.#touch.ticks, lots: this.#touch.shown.lots };
    return ticks === 0 ? null : { ticks: ticks as Ticks, lots: lots as Lots };
  }

  /** What is known of a price; null while there is no book. */
  shownOn(ticks: number): Shown | null {
    if (this.#bookId === 0) return null;
    if (this.#touch !== null) {
      const { ticks: best, shown } = this.#touch;
      if (ticks === best) return shown;
      if (!this.#isBehind(ticks, best)) return { lots: 0, id: shown.id };
    }
    return { lots: this.#ladder.lotsOn(ticks), id: this.#bookId };
  }

  /** Whole lots that can be taken at a price. */
  availableOn(ticks: number): number {
    const taken = this.#taken.get(ticks);
    const now = this.shownOn(ticks);
    if (now === null) return 0;
    if (taken === undefined) return Math.floor(now.lots);
    const { lots } = now.id > taken.shown.id ? now : taken.shown;
    return Math.max(0, Math.floor(lots - taken.lots));
  }

  /** The best price behind another, or of all, at which something can be taken; 0 when none. */
  next(beyond: number | null): number {
    let ticks = this.#shownNext(beyond);
    while (ticks !== 0 && !(Number.isInteger(ticks) && this.availableOn(ticks) > 0)) {
      ticks = this.#shownNext(ticks);
    }
    return ticks;
  }

  /** Takes lots away that are available. */
  take(ticks: number, lots: number): void {
    const shown = this.shownOn(ticks) ?? { lots: 0, id: 0 };
    const taken = this.#taken.get(ticks);
    if (taken === undefined) this.#taken.set(ticks, { lots, shown });
    else taken.lots += lots;
  }

  /** Forgets what was taken from levels of which the recording now shows another size. */
  #restock(): void {
    for (const [ticks, taken] of this.#taken) {
      const now = this.shownOn(ticks);
      if (now !== null && now.id <= taken.shown.id) continue;
      if (now?.lots === taken.shown.lots) taken.shown = now;
      else this.#taken.delete(ticks);
    }
  }

  #shownNext(beyond: number | null): number {
    if (beyond === null) return this.best?.ticks ?? 0;
    let low = 0;
    let high = this.#ladder.depth;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBehind(this.#ladder.ticksAt(middle), beyond)) high = middle;
      else low = middle + 1;
    }
    return this.#ladder.ticksAt(low);
  }

  /** Whether a price is farther from the other side than another. */
  #isBehind(ticks: number, other: number): boolean {
    return this.#side === 'buy' ? ticks < other : ticks > other;
  }
}
