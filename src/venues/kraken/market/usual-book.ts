import type { LevelList } from '../../binance/level-list.ts';
import type { KrakenInstrument } from '../pair.ts';
import type { SymbolTable } from './symbol-table.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the venue writes between the values of a book update, in the order in which it does. */
const HEAD = bytesOf('{"channel":"book","type":"update","data":[{"symbol":"');
const BIDS = bytesOf('","bids":[');
const ASKS = bytesOf(',"asks":[');
const PRICE = bytesOf('{"price":');
const SIZE = bytesOf(',"qty":');
const CHECKSUM = bytesOf(',"checksum":');
const TIME = bytesOf(',"timestamp":"');
const TAIL = bytesOf('"}]}');

const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

/**
 * Reads a book update whose bytes stand exactly as the venue usually writes them, in one pass and
 * without looking for anything: a quarter of the time of the general reader. Whatever is otherwise,
 * another order, a blank, a number out of range, is left to that.
 */
export class UsualBook {
  pair: KrakenInstrument;
  checksum = 0;
  timeStart = 0;
  timeEnd = 0;
  readonly #pairs: SymbolTable<KrakenInstrument>;
  #bytes: Uint8Array = HEAD;
  #at = 0;

  constructor(pairs: SymbolTable<KrakenInstrument>, first: KrakenInstrument) {
    this.#pairs = pairs;
    this.pair = first;
  }

  /** @returns false when the frame is not as usual; the lists then hold nothing to be used */
  read(frame: Uint8Array, bids: LevelList, asks: LevelList): boolean {
    this.#bytes = frame;
    this.#at = 0;
    if (!this.#is(HEAD)) return false;
    const start = this.#at;
    while (this.#at < frame.length && frame[this.#at] !== QUOTE) this.#at += 1;
    const pair = this.#pairs.find(frame, start, this.#at);
    if (pair === null) return false;
    this.pair = pair;
    if (!this.#is(BIDS) || !this.#levels(bids)) return false;
    if (!this.#is(ASKS) || !this.#levels(asks)) return false;
    if (!this.#is(CHECKSUM)) return false;
    this.checksum = this.#number(0);
    if (!(this.checksum >= 0) || !this.#is(TIME)) return false;
    this.timeStart = this.#at;
    this.timeEnd = frame.length - TAIL.length;
    if (this.timeEnd < this.timeStart) return false;
    for (let at = this.timeStart; at < this.timeEnd; at += 1) if (frame[at] === QUOTE) return false;
    this.#at = this.timeEnd;
    return this.#is(TAIL);
  }

  #levels(list: LevelList): boolean {
    const { priceDecimals, tickSteps, quantityDecimals, lotSteps } = this.pair;
    const bytes = this.#bytes;
    list.count = 0;
    if (bytes[this.#at] === CLOSE_ARRAY) {
      this.#at += 1;
      return true;
    }
    for (;;) {
      if (!this.#is(PRICE)) return false;
      const ticks = this.#number(priceDecimals) / tickSteps;
      if (!this.#is(SIZE)) return false;
      const lots = this.#number(quantityDecimals) / lotSteps;
      if (!(ticks > 0 && lots >= 0) || bytes[this.#at] !== CLOSE_OBJECT) return false;
      if (!list.push(ticks, lots)) return false;
      const next = bytes[this.#at + 1];
      this.#at += 2;
      if (next === CLOSE_ARRAY) return true;
      if (next !== COMMA) return false;
    }
  }

  /** A decimal in units of 10^-decimals; NaN when there is none, or it is finer or too large. */
  #number(decimals: number): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let value = 0;
    let dot = -1;
    for (; ; at += 1) {
      const byte = bytes[at] as number;
      const digit = byte - ZERO;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (byte === DOT && dot < 0 && at > start) dot = at;
      else break;
    }
    this.#at = at;
    const places = dot < 0 ? 0 : at - dot - 1;
    if (at === start || places > decimals || (dot >= 0 && places === 0)) return Number.NaN;
    for (let filled = places; filled < decimals; filled += 1) value *= 10;
    return value > Number.MAX_SAFE_INTEGER ? Number.NaN : value;
  }

  /** Passes these bytes if they are next. */
  #is(wanted: Uint8Array): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    for (let at = 0; at < wanted.length; at += 1) {
      if (bytes[start + at] !== wanted[at]) return false;
    }
    this.#at = start + wanted.length;
    return true;
  }
}
