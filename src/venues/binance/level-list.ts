import { bookLots, bookTicks, type Instrument } from '../../core/instrument.ts';
import type { Ladder } from '../../market/ladder.ts';
import { DecimalReader } from '../market/decimal-reader.ts';
import type { JsonScanner } from './json-scanner.ts';

/** More levels than this in one frame are refused; a full snapshot has 5,000 a side. */
export const FRAME_LEVELS_MAX = 65_536;
const LEVELS_AT_FIRST = 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

const decimal = new DecimalReader();

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
    if (!scanner.open(OPEN_ARRAY)) return false;
    if (scanner.close(CLOSE_ARRAY)) return true;
    if (this.#readUsual(scanner, instrument)) return true;
    do {
      if (!this.#readLevel(scanner, instrument)) return false;
    } while (scanner.comma());
    return scanner.expect(CLOSE_ARRAY);
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

  /**
   * Reads levels as long as they stand as the venue usually writes them, without a blank and with
   * no more members than two: a third of the time.
   *
   * @returns whether that was all of them; else the scanner stands at the first that is otherwise
   */
  #readUsual(scanner: JsonScanner, instrument: Instrument): boolean {
    const { priceDecimals, tickSteps, quantityDecimals, lotSteps } = instrument;
    const { bytes } = scanner;
    for (let at = scanner.offset(); ; ) {
      scanner.seek(at);
      if (bytes[at] !== OPEN_ARRAY || bytes[at + 1] !== QUOTE) return false;
      const price = decimal.read(bytes, at + 2, priceDecimals);
      let end = decimal.end;
      if (bytes[end] !== QUOTE || bytes[end + 1] !== COMMA || bytes[end + 2] !== QUOTE)
        return false;
      const size = decimal.read(bytes, end + 3, quantityDecimals);
      end = decimal.end;
      if (bytes[end] !== QUOTE || bytes[end + 1] !== CLOSE_ARRAY) return false;
      const ticks = tickSteps === 1 ? price : price / tickSteps;
      const lots = lotSteps === 1 ? size : size / lotSteps;
      if (!(ticks > 0 && lots >= 0)) return false;
      const next = bytes[end + 2];
      // What follows must be seen before the level counts, or it would be read a second time.
      if ((next !== COMMA && next !== CLOSE_ARRAY) || !this.push(ticks, lots)) return false;
      at = end + 3;
      if (next === CLOSE_ARRAY) {
        scanner.seek(at);
        return true;
      }
    }
  }

  #readLevel(scanner: JsonScanner, instrument: Instrument): boolean {
    if (!scanner.open(OPEN_ARRAY) || !scanner.string()) return false;
    const ticks = bookTicks(instrument, scanner.bytes, scanner.textStart, scanner.textEnd);
    if (!scanner.comma()) return scanner.fail('a level without a size');
    if (!scanner.string()) return false;
    const lots = bookLots(instrument, scanner.bytes, scanner.textStart, scanner.textEnd);
    if (!(ticks > 0) || !(lots >= 0)) return scanner.fail('a level that is no price and size');
    // Some venues append more members to a level; they are not ours.
    while (scanner.comma()) if (!scanner.skip()) return false;
    if (!scanner.expect(CLOSE_ARRAY)) return false;
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
