import type { Instrument } from '../../../core/instrument.ts';
import type { JsonScanner } from '../../binance/json-scanner.ts';
import { DecimalReader } from '../../market/decimal-reader.ts';
import { bytesOf, endOfText, isAt } from '../../market/frame-bytes.ts';
import { parseTimeStamp } from '../../market/time-stamp.ts';
import type { LevelReader } from './level-reader.ts';
import type { ProductTable } from './product-table.ts';

/** What the venue writes between the values of an update of one book, in its order. */
const HEAD = bytesOf('{"channel":"l2_data","client_id":"","timestamp":"');
const SEQUENCE = bytesOf('","sequence_num":');
const EVENT = bytesOf(',"events":[{"type":"update","product_id":"');
const UPDATES = bytesOf('","updates":');
const TAIL = bytesOf('}]}');

/**
 * Reads an update of one book whose bytes stand exactly as the venue usually writes them, without
 * looking for anything. Whatever is otherwise is left to the general reader.
 */
export class UsualLevels {
  sequence = -1;
  sentMs = Number.NaN;
  instrument: Instrument;
  readonly #scanner: JsonScanner;
  readonly #levels: LevelReader;
  readonly #products: ProductTable;
  readonly #decimal = new DecimalReader();

  constructor(
    scanner: JsonScanner,
    levels: LevelReader,
    products: ProductTable,
    first: Instrument,
  ) {
    this.#scanner = scanner;
    this.#levels = levels;
    this.#products = products;
    this.instrument = first;
  }

  /** @returns false when the frame is not as usual; nothing that was read then counts */
  read(frame: Uint8Array): boolean {
    if (!isAt(frame, 0, HEAD)) return false;
    const timeEnd = endOfText(frame, HEAD.length);
    if (timeEnd < 0 || !isAt(frame, timeEnd, SEQUENCE)) return false;
    this.sequence = this.#decimal.read(frame, timeEnd + SEQUENCE.length, 0);
    const event = this.#decimal.end;
    if (!(this.sequence >= 0) || !isAt(frame, event, EVENT)) return false;
    const instrument = this.#products.find(frame, event + EVENT.length);
    if (instrument === null || !isAt(frame, this.#products.end, UPDATES)) return false;
    this.instrument = instrument;
    this.#scanner.seek(this.#products.end + UPDATES.length);
    if (!this.#levels.read(instrument)) return false;
    const tail = this.#scanner.offset();
    if (tail + TAIL.length !== frame.length || !isAt(frame, tail, TAIL)) return false;
    this.sentMs = parseTimeStamp(frame, HEAD.length, timeEnd);
    return true;
  }
}
