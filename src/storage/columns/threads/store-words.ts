/**
 * What the lane, the writer of the log and the sealer tell each other: words of shared memory, so
 * that nobody waits. Positions are held modulo 2^32; the reader knows about where they must be.
 */
const DURABLE = 0;
const VISIBLE = 1;
const STOPPING = 2;
const ROLL = 3;
const WORDS = 4;

/** What `STOPPING` says: first the log ends, then those who read it. */
const LOG_STOPS = 1;
const COLUMNS_STOP = 2;

export class StoreWords {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(shared = new SharedArrayBuffer(WORDS * 4)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
  }

  /** Every record up to this position is on the medium. */
  durableTo(position: number): void {
    Atomics.store(this.#words, DURABLE, position | 0);
  }

  /** @param near a position within 2^31 of the answer */
  durable(near: number): number {
    return unwrapped(near, Atomics.load(this.#words, DURABLE));
  }

  /** Every record up to this position can be queried. */
  visibleTo(position: number): void {
    Atomics.store(this.#words, VISIBLE, position | 0);
  }

  visible(near: number): number {
    return unwrapped(near, Atomics.load(this.#words, VISIBLE));
  }

  /** The segment that is being written is to end. */
  roll(): void {
    Atomics.store(this.#words, ROLL, 1);
  }

  /** Whether somebody asked for it; asking takes the wish away. */
  takeRoll(): boolean {
    return Atomics.exchange(this.#words, ROLL, 0) === 1;
  }

  /** The log is to put on the medium what is in the ring, and to end. */
  stopLog(): void {
    this.#stop(LOG_STOPS);
  }

  /** The columns are to take over what is durable, and to end. */
  stopColumns(): void {
    this.#stop(COLUMNS_STOP);
  }

  get isLogStopping(): boolean {
    return Atomics.load(this.#words, STOPPING) >= LOG_STOPS;
  }

  get areColumnsStopping(): boolean {
    return Atomics.load(this.#words, STOPPING) >= COLUMNS_STOP;
  }

  #stop(stage: number): void {
    Atomics.store(this.#words, STOPPING, stage);
    Atomics.notify(this.#words, STOPPING);
  }

  /** Sleeps until it is to stop, at most `timeoutMs`. Blocks the thread. */
  sleep(timeoutMs: number): void {
    Atomics.wait(this.#words, STOPPING, 0, timeoutMs);
  }
}

/** The number next to `near` that has the same low 32 bits as `word`. */
function unwrapped(near: number, word: number): number {
  return near + ((word - near) | 0);
}
