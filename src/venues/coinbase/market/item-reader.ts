import { bookLots, bookTicks, type Instrument } from '../../../core/instrument.ts';
import type { Side } from '../../../execution/order.ts';
import type { JsonScanner } from '../../binance/json-scanner.ts';
import { parseTimeStamp } from '../../market/time-stamp.ts';
import type { ProductTable } from './product-table.ts';

/** The fields of entries and events that somebody reads. */
const FIELDS = [
  'product_id',
  'type',
  'price',
  'size',
  'side',
  'time',
  'trade_id',
  'best_bid',
  'best_bid_quantity',
  'best_ask',
  'best_ask_quantity',
  'start',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'id',
  'status',
  'base_increment',
  'quote_increment',
  'heartbeat_counter',
  'message',
] as const;
export type Field = (typeof FIELDS)[number];

const SLOTS: ReadonlyMap<Field, number> = new Map(FIELDS.map((field, at) => [field, at]));
const PRODUCT_ID = 0;
const ID = FIELDS.indexOf('id');

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const QUOTE = 0x22;
const ZERO = 0x30;
const BLANK = 0x20;

/**
 * One flat object of a frame: it keeps where the texts of known fields lie and reads them when it
 * is asked. Fields that are no text are passed over, but for whole numbers.
 */
export class ItemReader {
  /** Which product the object names; null when none is named, or none that we know. */
  instrument: Instrument | null = null;
  readonly #scanner: JsonScanner;
  readonly #products: ProductTable;
  readonly #from = new Int32Array(FIELDS.length).fill(-1);
  readonly #to = new Int32Array(FIELDS.length);
  /** Whether any field is there, so that clearing an empty one costs nothing. */
  #isUsed = false;

  constructor(scanner: JsonScanner, products: ProductTable) {
    this.#scanner = scanner;
    this.#products = products;
  }

  clear(): void {
    this.instrument = null;
    if (!this.#isUsed) return;
    this.#isUsed = false;
    this.#from.fill(-1);
  }

  /** Reads a whole object. @returns false, with a fault, when there is none */
  read(): boolean {
    const scanner = this.#scanner;
    this.clear();
    if (!scanner.open(OPEN_OBJECT)) return false;
    if (scanner.close(CLOSE_OBJECT)) return true;
    do {
      if (!scanner.key() || !this.member()) return false;
    } while (scanner.comma());
    return scanner.expect(CLOSE_OBJECT);
  }

  /** Takes the value of the key that was read last. */
  member(): boolean {
    const scanner = this.#scanner;
    const slot = this.#slot();
    const isText = scanner.peek() === QUOTE;
    if (slot < 0 || !(isText || scanner.peekIsNumber())) return scanner.skip();
    this.#isUsed = true;
    if (!isText) {
      this.#from[slot] = scanner.offset();
      if (!scanner.skip()) return false;
      this.#to[slot] = this.#endOfValue();
      return true;
    }
    if (!scanner.string()) return false;
    this.#from[slot] = scanner.textStart;
    this.#to[slot] = scanner.textEnd;
    if (slot === PRODUCT_ID || slot === ID) {
      const found = this.#products.find(scanner.bytes, scanner.textStart);
      this.instrument = this.#products.end === scanner.textEnd ? found : null;
    }
    return true;
  }

  has(field: Field): boolean {
    return (this.#from[SLOTS.get(field) as number] as number) >= 0;
  }

  is(field: Field, text: string): boolean {
    const slot = SLOTS.get(field) as number;
    const from = this.#from[slot] as number;
    if (from < 0 || (this.#to[slot] as number) - from !== text.length) return false;
    for (let at = 0; at < text.length; at += 1) {
      if (this.#scanner.bytes[from + at] !== text.charCodeAt(at)) return false;
    }
    return true;
  }

  /** Price in ticks, a fraction where it is finer; NaN when it is not there or malformed. */
  ticks(field: Field): number {
    const slot = SLOTS.get(field) as number;
    const from = this.#from[slot] as number;
    if (from < 0 || this.instrument === null) return Number.NaN;
    return bookTicks(this.instrument, this.#scanner.bytes, from, this.#to[slot] as number);
  }

  /** Quantity in lots, a fraction where it is finer; NaN when it is not there or malformed. */
  lots(field: Field): number {
    const slot = SLOTS.get(field) as number;
    const from = this.#from[slot] as number;
    if (from < 0 || this.instrument === null) return Number.NaN;
    return bookLots(this.instrument, this.#scanner.bytes, from, this.#to[slot] as number);
  }

  /** A whole number from 0 to 2^53 − 1, sent as number or text; −1 for anything else. */
  whole(field: Field): number {
    const slot = SLOTS.get(field) as number;
    const from = this.#from[slot] as number;
    const to = this.#to[slot] as number;
    if (from < 0 || from === to) return -1;
    let value = 0;
    for (let at = from; at < to; at += 1) {
      const digit = (this.#scanner.bytes[at] as number) - ZERO;
      if (!(digit >= 0 && digit <= 9)) return -1;
      value = value * 10 + digit;
    }
    return value <= Number.MAX_SAFE_INTEGER ? value : -1;
  }

  /** Milliseconds since the Unix epoch; NaN when it is not there or no time. */
  timeMs(field: Field): number {
    const slot = SLOTS.get(field) as number;
    const from = this.#from[slot] as number;
    if (from < 0) return Number.NaN;
    return parseTimeStamp(this.#scanner.bytes, from, this.#to[slot] as number);
  }

  /** The side of the order that was resting: the taker's is the other. Null when it is neither. */
  get makerSide(): Side | null {
    if (this.is('side', 'BUY')) return 'buy';
    return this.is('side', 'SELL') ? 'sell' : null;
  }

  /** The text itself, for what is rare; empty when it is not there. */
  text(field: Field): string {
    const slot = SLOTS.get(field) as number;
    const from = this.#from[slot] as number;
    if (from < 0) return '';
    return decoder.decode(this.#scanner.bytes.subarray(from, this.#to[slot]));
  }

  /** Where the value that was just passed ends, blanks behind it left out. */
  #endOfValue(): number {
    let end = this.#scanner.offset();
    while ((this.#scanner.bytes[end - 1] as number) <= BLANK) end -= 1;
    return end;
  }

  /** Which of our fields the last key is; −1 for none. */
  #slot(): number {
    const scanner = this.#scanner;
    for (let at = 0; at < FIELDS.length; at += 1) {
      if (scanner.textIs(FIELDS[at] as string)) return at;
    }
    return -1;
  }
}

const decoder = new TextDecoder();
