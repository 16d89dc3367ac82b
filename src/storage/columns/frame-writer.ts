import type { SlotRing } from '../../core/slot-ring.ts';
import { FLAG, putLong, WORD } from './record.ts';

/**
 * Puts records of one frame after the other into a ring. Whoever reads sees all records of a frame
 * or none, and the last of them says that it is.
 */
export class FrameWriter {
  readonly #ring: SlotRing;
  /** Wall clock less monotonic clock, in microseconds. */
  #offsetUs = 0;
  #lastUs = 0;
  #tsExchange = 0;
  #sequence = 0;
  /** First word of the last record that was put and not published; −1 when there is none. */
  #lastAt = -1;

  constructor(ring: SlotRing) {
    this.#ring = ring;
  }

  /** Sets the local time of records; they never go back. */
  anchor(wallMs: number, monoNs: number): void {
    this.#offsetUs = wallMs * 1_000 - Math.round(monoNs / 1_000);
  }

  /** @param venueMs venue's time of what is recorded, with a fraction; 0 when it is not known */
  stamp(venueMs: number, receivedNs: number, sequence: number): void {
    const localUs = this.#offsetUs + Math.round(receivedNs / 1_000);
    this.#lastUs = Math.max(this.#lastUs, localUs);
    this.#tsExchange = Math.round(venueMs * 1_000);
    this.#sequence = sequence;
  }

  /**
   * @param what instrument | venue << 16 | kind << 24
   * @returns whether there was room
   */
  put(what: number, side: number, price: number, quantity: number, flags = 0): boolean {
    const at = this.#ring.claim();
    if (at < 0) return false;
    const { words } = this.#ring;
    const isOnGrid = Number.isInteger(price) && Number.isInteger(quantity);
    const marks = isOnGrid ? flags : flags | FLAG.rounded;
    putLong(words, at + WORD.tsExchange, this.#tsExchange);
    putLong(words, at + WORD.tsLocal, this.#lastUs);
    putLong(words, at + WORD.price, isOnGrid ? price : Math.round(price));
    putLong(words, at + WORD.quantity, isOnGrid ? quantity : Math.round(quantity));
    putLong(words, at + WORD.sequence, this.#sequence);
    words[at + WORD.what] = what;
    words[at + WORD.side] = side | (marks << 8);
    this.#lastAt = at;
    return true;
  }

  /** The records since the last end are a frame, and the reader's. */
  end(): void {
    if (this.#lastAt < 0) return;
    const { words } = this.#ring;
    const at = this.#lastAt + WORD.side;
    words[at] = (words[at] as number) | (FLAG.frameEnd << 8);
    this.#lastAt = -1;
    this.#ring.publish();
  }
}
