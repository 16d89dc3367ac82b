import type { LevelChanges } from './level-changes.ts';

/** Levels beyond this are the farthest from the touch and are let go. */
export const LADDER_LEVELS_MAX = 65_536;
const LEVELS_AT_FIRST = 1024;

/**
 * One side of a book: prices in ticks and sizes in lots in two typed arrays with the best at the
 * **end**, so that a change near the touch moves few numbers. Bids rise towards the end, asks
 * fall. Ticks and lots are whole but for orders left from a time of a finer grid.
 */
export class Ladder {
  /** 1 for bids, −1 for asks: `sign * ticks` rises towards the best. */
  readonly #sign: 1 | -1;
  readonly #levelsMax: number;
  /** Where changes are noted; null while nobody records them. */
  changes: LevelChanges | null = null;
  #ticks = new Float64Array(LEVELS_AT_FIRST);
  #lots = new Float64Array(LEVELS_AT_FIRST);
  #depth = 0;
  #dropped = 0;

  constructor(side: 'bid' | 'ask', levelsMax = LADDER_LEVELS_MAX) {
    this.#sign = side === 'bid' ? 1 : -1;
    this.#levelsMax = levelsMax;
  }

  /** Number of price levels. */
  get depth(): number {
    return this.#depth;
  }

  /** How many far levels were let go because the ladder was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Best price in ticks; 0 when empty. */
  get bestTicks(): number {
    return this.#depth === 0 ? 0 : (this.#ticks[this.#depth - 1] as number);
  }

  /** Size at the best price in lots; 0 when empty. */
  get bestLots(): number {
    return this.#depth === 0 ? 0 : (this.#lots[this.#depth - 1] as number);
  }

  /** Price of the level `rank` places behind the best; 0 beyond the end. */
  ticksAt(rank: number): number {
    return rank < this.#depth ? (this.#ticks[this.#depth - 1 - rank] as number) : 0;
  }

  lotsAt(rank: number): number {
    return rank < this.#depth ? (this.#lots[this.#depth - 1 - rank] as number) : 0;
  }

  /** Size at a price; 0 when there is no such level. */
  lotsOn(ticks: number): number {
    const at = this.#find(ticks);
    return at < this.#depth && this.#ticks[at] === ticks ? (this.#lots[at] as number) : 0;
  }

  clear(): void {
    this.#depth = 0;
    this.changes?.noteWhole();
  }

  /** Sets the total size of a price level; 0 removes it. O(distance from the best). */
  set(ticks: number, lots: number): void {
    if (this.changes !== null) this.changes.note(ticks, lots);
    const at = this.#find(ticks);
    const isThere = at < this.#depth && this.#ticks[at] === ticks;
    if (lots === 0) {
      if (isThere) this.#remove(at);
    } else if (isThere) {
      this.#lots[at] = lots;
    } else {
      this.#insert(at, ticks, lots);
    }
  }

  /** Lets the farthest levels go, so that at most so many are left. */
  truncate(levels: number): void {
    const excess = this.#depth - levels;
    if (excess <= 0) return;
    if (this.changes !== null) {
      for (let at = 0; at < excess; at += 1) this.changes.note(this.#ticks[at] as number, 0);
    }
    this.#ticks.copyWithin(0, excess, this.#depth);
    this.#lots.copyWithin(0, excess, this.#depth);
    this.#depth = levels;
  }

  /** Index of the price, or where it would be inserted: gallops from the best, then halves. */
  #find(ticks: number): number {
    const wanted = this.#sign * ticks;
    let high = this.#depth;
    let step = 1;
    let low = high - 1;
    while (low >= 0 && this.#sign * (this.#ticks[low] as number) >= wanted) {
      high = low;
      low -= step;
      step *= 2;
    }
    low = Math.max(low + 1, 0);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sign * (this.#ticks[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(at: number): void {
    this.#ticks.copyWithin(at, at + 1, this.#depth);
    this.#lots.copyWithin(at, at + 1, this.#depth);
    this.#depth -= 1;
  }

  #insert(at: number, ticks: number, lots: number): void {
    let place = at;
    if (this.#depth === this.#levelsMax) {
      this.#dropped += 1;
      if (place === 0) return;
      this.#remove(0);
      place -= 1;
    }
    if (this.#depth === this.#ticks.length) this.#grow();
    this.#ticks.copyWithin(place + 1, place, this.#depth);
    this.#lots.copyWithin(place + 1, place, this.#depth);
    this.#ticks[place] = ticks;
    this.#lots[place] = lots;
    this.#depth += 1;
  }

  #grow(): void {
    const capacity = Math.min(this.#ticks.length * 2, this.#levelsMax);
    const ticks = new Float64Array(capacity);
    const lots = new Float64Array(capacity);
    ticks.set(this.#ticks);
    lots.set(this.#lots);
    this.#ticks = ticks;
    this.#lots = lots;
  }
}
