import { bookLots, bookTicks, type Instrument } from '../../core/instrument.ts';
import type { Ladder } from '../../market/ladder.ts';
import type { JsonScanner } from './json-scanner.ts';

/** More levels than this in one frame are refused; a full snapshot has 5,000 a side. */
export const FRAME_LEVELS_MAX = 65_536;
const LEVELS_AT_FIRST = 1024;

/** The levels of one side of a frame, reused from frame to frame. */
export class LevelList {
  /** How many levels are valid; the arrays may be longer. */
  count = 0;
  ticks = new Float64Array(LEVELS_AT_FIRST);
  lots = new Float64Array(LEVELS_AT_FIRST);

  /** Reads `[["price","size"], …]` at an offset; false and a fault when anything else is there. */
  read(scanner: JsonScanner, at: number, instrument: Instrument): boolean {
    this.count = 0;
    scanner.seek(at);
    if (!scanner.open(0x5b)) return false;
    if (scanner.close(0x5d)) return true;
    do {
      if (!this.#readLevel(scanner, instrument)) return false;
    } while (scanner.comma());
    return scanner.expect(0x5d);
  }

  /** Sets each level on one side of a book; a size of 0 removes the level. */
  writeTo(ladder: Ladder): void {
    for (let at = 0; at < this.count; at += 1) {
      ladder.set(this.ticks[at] as number, this.lots[at] as number);
    }
  }

  copy(): LevelList {
    const copy = new LevelList();
    copy.count = this.count;
    copy.ticks = this.ticks.slice(0, this.count);
    copy.lots = this.lots.slice(0, this.count);
    return copy;
  }

  #readLevel(scanner: JsonScanner, instrument: Instrument): boolean {
    if (!scanner.open(0x5b) || !scanner.string()) return false;
    const ticks = bookTicks(instrument, scanner.bytes, scanner.textStart, scanner.textEnd);
    if (!scanner.comma()) return scanner.fail('a level without a size');
    if (!scanner.string()) return false;
    const lots = bookLots(instrument, scanner.bytes, scanner.textStart, scanner.textEnd);
    if (!(ticks > 0) || !(lots >= 0)) return scanner.fail('a level that is no price and size');
    // Some venues append more members to a level; they are not ours.
    while (scanner.comma()) if (!scanner.skip()) return false;
    if (!scanner.expect(0x5d)) return false;
    return this.push(ticks, lots) || scanner.fail(`more than ${FRAME_LEVELS_MAX} levels`);
  }

  /** Appends a level. @returns false when there are too many */
  push(ticks: number, lots: number): boolean {
    if (this.count === this.ticks.length && !this.#grow()) return false;
    this.ticks[this.count] = ticks;
    this.lots[this.count] = lots;
    this.count += 1;
    return true;
  }

  #grow(): boolean {
    const capacity = this.ticks.length * 2;
    if (capacity > FRAME_LEVELS_MAX) return false;
    const ticks = new Float64Array(capacity);
    const lots = new Float64Array(capacity);
    ticks.set(this.ticks);
    lots.set(this.lots);
    this.ticks = ticks;
    this.lots = lots;
    return true;
  }
}
