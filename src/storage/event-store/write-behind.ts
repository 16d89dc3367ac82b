import { assert } from '../../core/result.ts';

/** A table of values behind texts. */
export interface ValueTable<T> {
  read(key: string): T | null;
  /** @param before what the table holds until now */
  write(key: string, value: T, before: T | null): void;
}

interface Kept<T> {
  value: T | null;
  /** What the table holds. */
  stored: T | null;
}

/**
 * A table while a batch of records is taken over: a value is read once and written once, however
 * often the batch changes it. Outside a batch nothing is kept, for another thread may be writing.
 */
export class WriteBehind<T> {
  readonly #table: ValueTable<T>;
  readonly #kept = new Map<string, Kept<T>>();
  #isOpen = false;

  constructor(table: ValueTable<T>) {
    this.#table = table;
  }

  /** A batch begins. */
  open(): void {
    this.#isOpen = true;
  }

  get(key: string): T | null {
    return this.#isOpen ? this.#keep(key).value : this.#table.read(key);
  }

  set(key: string, value: T): void {
    assert(this.#isOpen, 'a value is set in a batch');
    this.#keep(key).value = value;
  }

  /** Writes what the batch has changed so far, and forgets all of it, so that it stays small. */
  flush(): void {
    for (const [key, { value, stored }] of this.#kept) {
      if (value !== null && value !== stored) this.#table.write(key, value, stored);
    }
    this.#kept.clear();
  }

  /** The batch is over, be it that it failed. */
  close(): void {
    this.#kept.clear();
    this.#isOpen = false;
  }

  #keep(key: string): Kept<T> {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const stored = this.#table.read(key);
    const kept = { value: stored, stored };
    this.#kept.set(key, kept);
    return kept;
  }
}
