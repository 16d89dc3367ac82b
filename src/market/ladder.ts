import type { LevelChanges } from './level-changes.ts';

/** Levels beyond this are the farthest from the touch and are let go. */
export const LADDER_LEVELS_MAX = 65_536;
const LEVELS_AT_FIRST = 1024;
/** Fewer numbers than this are moved one by one: a call of `copyWithin` costs more. */
const MOVED_BY_CALL = 16;
/** So many of the best levels are looked at one after the other: leaps would be guessed wrong. */
const LOOKED_AT = 16;
/** Beyond every rank. */
const NO_RANK = 1 << 30;

/**
 * One side of a book: prices in ticks and sizes in lots in two typed arrays with the best at the
 * **end**, so that a change near the touch moves few numbers. Bids rise towards the end, asks
 * fall. Ticks and lots are whole but for orders left from a time of a finer grid.
 */
export class Ladder {
  /** 1 for bids, −1 for asks. */
  readonly #sign: 1 | -1;
  readonly #levelsMax: number;
  /** Where changes are noted; null while nobody records them. */
  changes: LevelChanges | null = null;
  /** Levels better than this rank are as they were when `settle` was called last. */
  changedFrom = 0;
  /** Ticks with the sign of the side, so that they rise towards the best on both. */
  #keys = new Float64Array(LEVELS_AT_FIRST);
  #lots = new Float64Array(LEVELS_AT_FIRST);
  /** Levels stand from here … */
  #start = 0;
  /** … to before here, so that the farthest can be let go without moving the others. */
  #end = 0;
  #dropped = 0;
  /** Where the last price was, or would have been. */
  #near = 0;

  constructor(side: 'bid' | 'ask', levelsMax = LADDER_LEVELS_MAX) {
    this.#sign = side === 'bid' ? 1 : -1;
    this.#levelsMax = levelsMax;
  }

  /** Number of price levels. */
  get depth(): number {
    return this.#end - this.#start;
  }

  /** How many far levels were let go because the ladder was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Best price in ticks; 0 when empty. */
  get bestTicks(): number {
    return this.#end === this.#start ? 0 : this.#sign * (this.#keys[this.#end - 1] as number);
  }

  /** Size at the best price in lots; 0 when empty. */
  get bestLots(): number {
    return this.#end === this.#start ? 0 : (this.#lots[this.#end - 1] as number);
  }

  /** Price of the level `rank` places behind the best; 0 beyond the end. */
  ticksAt(rank: number): number {
    return rank < this.depth ? this.#sign * (this.#keys[this.#end - 1 - rank] as number) : 0;
  }

  lotsAt(rank: number): number {
    return rank < this.depth ? (this.#lots[this.#end - 1 - rank] as number) : 0;
  }

  /** Size at a price; 0 when there is no such level. */
  lotsOn(ticks: number): number {
    const key = this.#sign * ticks;
    const at = this.#find(key);
    return at < this.#end && this.#keys[at] === key ? (this.#lots[at] as number) : 0;
  }

  /** Whoever remembers the best levels has taken note of them as they are now. */
  settle(): void {
    this.changedFrom = NO_RANK;
  }

  clear(): void {
    this.changedFrom = 0;
    this.#start = 0;
    this.#end = 0;
    this.changes?.noteWhole();
  }

  /** Sets the total size of a price level; 0 removes it. O(distance from the best). */
  set(ticks: number, lots: number): void {
    if (this.changes !== null) this.changes.note(ticks, lots);
    const key = this.#sign * ticks;
    const at = this.#find(key);
    const better = this.#end - at;
    if (better > 0 && this.#keys[at] === key) {
      if (better <= this.changedFrom) this.changedFrom = better - 1;
      if (lots === 0) this.#remove(at);
      else this.#lots[at] = lots;
    } else if (lots !== 0) {
      if (better < this.changedFrom) this.changedFrom = better;
      this.#insert(at, key, lots);
    }
  }

  /** Lets the farthest levels go, so that at most so many are left. */
  truncate(levels: number): void {
    const first = this.#end - levels;
    if (first <= this.#start) return;
    if (levels < this.changedFrom) this.changedFrom = levels;
    if (this.changes !== null) {
      for (let at = this.#start; at < first; at += 1) {
        this.changes.note(this.#sign * (this.#keys[at] as number), 0);
      }
    }
    this.#start = first;
  }

  /**
   * Index of a level, or where it would be inserted. Most changes are at the best levels or next to
   * the one before, for venues send them in order: these are looked at one after the other, since
   * leaps would be guessed wrong.
   */
  #find(key: number): number {
    const keys = this.#keys;
    const last = this.#end - LOOKED_AT;
    if (last > this.#start && (keys[last] as number) >= key) return this.#findNear(key);
    let at = this.#end;
    const from = Math.max(last, this.#start);
    while (at > from && (keys[at - 1] as number) >= key) at -= 1;
    return at;
  }

  /** From where the last was found: some one by one, then in leaps, then halving what is left. */
  #findNear(key: number): number {
    const keys = this.#keys;
    let low = this.#start;
    // It is not among the best, or it would not be sought here.
    let high = this.#end - LOOKED_AT;
    const near = Math.min(Math.max(this.#near, low), high);
    let step = 1;
    if (near < high && (keys[near] as number) < key) {
      low = near + 1;
      for (let looks = 0; low < high; looks += 1) {
        const probe = Math.min(low + step, high) - 1;
        if ((keys[probe] as number) >= key) {
          high = probe;
          break;
        }
        low = probe + 1;
        if (looks >= LOOKED_AT) step *= 2;
      }
    } else {
      high = near;
      for (let looks = 0; low < high; looks += 1) {
        const probe = Math.max(high - step, low);
        if ((keys[probe] as number) < key) {
          low = probe + 1;
          break;
        }
        high = probe;
        if (looks >= LOOKED_AT) step *= 2;
      }
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    this.#near = low;
    return low;
  }

  #remove(at: number): void {
    const end = this.#end;
    if (end - at > MOVED_BY_CALL) {
      this.#keys.copyWithin(at, at + 1, end);
      this.#lots.copyWithin(at, at + 1, end);
    } else {
      const [keys, lots] = [this.#keys, this.#lots];
      for (let to = at; to < end - 1; to += 1) {
        keys[to] = keys[to + 1] as number;
        lots[to] = lots[to + 1] as number;
      }
    }
    this.#end = end - 1;
  }

  #insert(at: number, key: number, lots: number): void {
    if (this.depth === this.#levelsMax) {
      this.#dropped += 1;
      if (at === this.#start) return;
      this.#start += 1;
    }
    const place = this.#end === this.#keys.length ? at - this.#makeRoom() : at;
    const end = this.#end;
    if (end - place > MOVED_BY_CALL) {
      this.#keys.copyWithin(place + 1, place, end);
      this.#lots.copyWithin(place + 1, place, end);
    } else {
      const [keys, allLots] = [this.#keys, this.#lots];
      for (let to = end; to > place; to -= 1) {
        keys[to] = keys[to - 1] as number;
        allLots[to] = allLots[to - 1] as number;
      }
    }
    this.#keys[place] = key;
    this.#lots[place] = lots;
    this.#end = end + 1;
  }

  /**
   * Makes room behind the best: where levels have been let go, else in longer arrays, so that what
   * is moved was paid for by as many insertions.
   *
   * @returns by how many places all levels have moved
   */
  #makeRoom(): number {
    const [moved, length] = [this.#start, this.#keys.length];
    const isRoomy = moved >= length >> 2 || length > this.#levelsMax;
    const capacity = isRoomy ? length : length * 2;
    const [keys, lots] = isRoomy
      ? [this.#keys, this.#lots]
      : [new Float64Array(capacity), new Float64Array(capacity)];
    keys.set(this.#keys.subarray(moved, this.#end));
    lots.set(this.#lots.subarray(moved, this.#end));
    this.#keys = keys;
    this.#lots = lots;
    this.#start = 0;
    this.#end -= moved;
    return moved;
  }
}
