import { EventStore } from '../../../storage/event-store/event-store.ts';
import { copyOf, memoryTables } from '../../../storage/event-store/memory-tables.ts';
import type { Tables } from '../../../storage/event-store/tables.ts';

/** The store of a desk as its processes find it: each its own, unless somebody has put another. */
export class StoreShelf {
  #tables: Tables = memoryTables();
  /** What the next process finds in its place; null when it finds what was there. */
  #next: Tables | null = null;

  /** The store as a process opens it. */
  open(): EventStore {
    return new EventStore(this.#tables);
  }

  lose(): void {
    this.#next = memoryTables();
  }

  /** Lays a copy aside, which the next process finds. */
  rollBack(): void {
    this.#next = copyOf(this.#tables);
  }

  /** A process is gone. */
  passOn(): void {
    this.#tables = this.#next ?? this.#tables;
    this.#next = null;
  }
}
