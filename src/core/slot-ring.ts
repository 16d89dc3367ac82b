import { assert } from './result.ts';

/** Words ahead of the slots: what was written, and what was taken, modulo 2^32. */
const WRITTEN = 0;
const TAKEN = 1;
/** The counters have a cache line each, so that the two threads do not contend for one. */
const LINE_WORDS = 16;
const HEADER_WORDS = 2 * LINE_WORDS;
const TAKEN_AT = TAKEN * LINE_WORDS;

/**
 * A bounded ring of slots of equal size in shared memory, between one thread that writes and one
 * that reads. Neither waits for the other. A full ring refuses, and the writer decides what that
 * means.
 *
 * The writer claims slots, fills them and publishes them together, so that the reader sees all of
 * a frame or nothing of it.
 */
export class SlotRing {
  readonly shared: SharedArrayBuffer;
  /** Everything, the slots included; `claim` and `front` answer with places in it. */
  readonly words: Int32Array;
  readonly slots: number;
  readonly slotWords: number;
  /** Slots that were claimed since the beginning, modulo 2^32; published ones and more. */
  #claimed: number;
  /** What the other side had done when it was last looked at. */
  #takenSeen: number;

  /** @param slots a power of two, so that places follow from counters that wrap */
  static bytesFor(slots: number, slotWords: number): number {
    return 4 * (HEADER_WORDS + slots * slotWords);
  }

  constructor(shared: SharedArrayBuffer, slots: number, slotWords: number) {
    assert(slots >= 2 && (slots & (slots - 1)) === 0, 'the slots of a ring are a power of two');
    assert(
      shared.byteLength === SlotRing.bytesFor(slots, slotWords),
      'the memory of a ring is as large as its slots and its header',
    );
    this.shared = shared;
    this.words = new Int32Array(shared);
    this.slots = slots;
    this.slotWords = slotWords;
    this.#claimed = Atomics.load(this.words, WRITTEN) >>> 0;
    this.#takenSeen = Atomics.load(this.words, TAKEN_AT) >>> 0;
  }

  /** Published slots that nobody has taken yet. */
  get fill(): number {
    const taken = Atomics.load(this.words, TAKEN_AT);
    return (Atomics.load(this.words, WRITTEN) - taken) >>> 0;
  }

  /** Slots that can be claimed now; the writer's question. */
  get room(): number {
    this.#takenSeen = Atomics.load(this.words, TAKEN_AT) >>> 0;
    return this.slots - ((this.#claimed - this.#takenSeen) >>> 0);
  }

  /** The writer takes a slot for itself. @returns its first word, or −1 when the ring is full */
  claim(): number {
    if ((this.#claimed - this.#takenSeen) >>> 0 >= this.slots && this.room === 0) return -1;
    const at = HEADER_WORDS + (this.#claimed & (this.slots - 1)) * this.slotWords;
    this.#claimed = (this.#claimed + 1) >>> 0;
    return at;
  }

  /** The writer gives back what it has claimed and not published. */
  forget(): void {
    this.#claimed = Atomics.load(this.words, WRITTEN) >>> 0;
  }

  /** Everything that was claimed is the reader's now. */
  publish(): void {
    Atomics.store(this.words, WRITTEN, this.#claimed | 0);
  }

  /** First word of the oldest published slot; the reader's question. */
  get front(): number {
    const taken = Atomics.load(this.words, TAKEN_AT) >>> 0;
    return HEADER_WORDS + (taken & (this.slots - 1)) * this.slotWords;
  }

  /** Published slots that follow `front` without a break, at most `most`. */
  run(most: number): number {
    const taken = Atomics.load(this.words, TAKEN_AT) >>> 0;
    return Math.min(this.fill, this.slots - (taken & (this.slots - 1)), most);
  }

  /** The reader is done with so many of the oldest slots. */
  take(count: number): void {
    assert(count <= this.fill, 'only what was published can be taken');
    Atomics.add(this.words, TAKEN_AT, count);
  }
}
