import { assert, err, ok, type Result } from '../../core/result.ts';
import {
  type Entry,
  entriesOf,
  fullText,
  LAST_KEY,
  TABLES,
  type Table,
  type Tables,
  type TablesFault,
} from './tables.ts';

/**
 * Tables in memory, for rehearsals and tests. They outlive a desk that is killed only as far as
 * the caller keeps them.
 *
 * @param limitBytes more than this and a transaction fails as on a full disk
 */
export function memoryTables(limitBytes = Number.POSITIVE_INFINITY): Tables {
  const tables = new Map<Table, SortedTable>(TABLES.map((name) => [name, new SortedTable()]));
  const table = (name: Table): SortedTable => tables.get(name) as SortedTable;
  /** How to take back what the transaction has written, newest last; null outside one. */
  let undo: (() => void)[] | null = null;

  const change = (name: Table, key: string, value: Uint8Array | undefined): void => {
    assert(undo !== null, 'a table is written in a transaction');
    const before = table(name).get(key);
    undo.push(() => table(name).set(key, before));
    table(name).set(key, value);
  };
  const usedBytes = (): number => {
    let bytes = 0;
    for (const one of tables.values()) bytes += one.bytes;
    return bytes;
  };
  const rollBack = (): void => {
    for (const step of (undo as (() => void)[]).reverse()) step();
    undo = null;
  };
  return {
    get(name, key) {
      const value = table(name).get(keyText(key));
      return value === undefined ? null : Uint8Array.from(value);
    },
    put: (name, key, value) => change(name, keyText(key), Uint8Array.from(value)),
    remove: (name, key) => change(name, keyText(key), undefined),
    clear(name) {
      assert(undo !== null, 'a table is written in a transaction');
      for (const key of table(name).keys()) change(name, key, undefined);
    },
    range: (name, from, before, limit) => table(name).range(keyText(from), keyText(before), limit),
    transact<T, E>(body: () => Result<T, E>): Result<T, E | TablesFault> {
      assert(undo === null, 'transactions are not nested');
      undo = [];
      let result: Result<T, E>;
      try {
        result = body();
      } catch (thrown) {
        rollBack();
        throw thrown;
      }
      const used = usedBytes();
      if (!result.ok || used > limitBytes) rollBack();
      undo = null;
      if (!result.ok || used <= limitBytes) return result;
      return err({ kind: 'store-full', path: 'memory', detail: fullText(used, limitBytes) });
    },
    refresh() {},
    usedBytes,
    close: () => Promise.resolve(),
  };
}

/** The same tables once more, in memory, as they are now. */
export function copyOf(tables: Tables): Tables {
  const copy = memoryTables();
  const copied = copy.transact<null, never>(() => {
    for (const name of TABLES) {
      for (const { key, value } of entriesOf(tables, name, NO_KEY, LAST_KEY)) {
        copy.put(name, key, value);
      }
    }
    return ok(null);
  });
  assert(copied.ok, 'tables without a limit take what others hold');
  return copy;
}

/** Before every key. */
const NO_KEY = new Uint8Array();

/** A map that sorts its keys when somebody asks for a range. */
class SortedTable {
  readonly #values = new Map<string, Uint8Array>();
  #sorted: string[] | null = [];
  bytes = 0;

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  /** Undefined takes the key away. */
  set(key: string, value: Uint8Array | undefined): void {
    const before = this.#values.get(key);
    if (before !== undefined) this.bytes -= key.length + before.length;
    if (value === undefined) {
      if (this.#values.delete(key)) this.#sorted = null;
      return;
    }
    this.bytes += key.length + value.length;
    this.#values.set(key, value);
    if (before === undefined && this.#sorted !== null) {
      const last = this.#sorted.at(-1);
      // The log grows at its end, which keeps its keys sorted without sorting.
      if (last === undefined || last < key) this.#sorted.push(key);
      else this.#sorted = null;
    }
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  range(from: string, before: string, limit: number): Entry[] {
    this.#sorted ??= this.keys().sort();
    const sorted = this.#sorted;
    const entries: Entry[] = [];
    for (let at = firstNotBelow(sorted, from); at < sorted.length; at += 1) {
      const key = sorted[at] as string;
      if (key >= before || entries.length >= limit) break;
      const value = Uint8Array.from(this.#values.get(key) as Uint8Array);
      entries.push({ key: Buffer.from(key, 'latin1'), value });
    }
    return entries;
  }
}

/** Bytes as a string that sorts as they do. */
function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

function firstNotBelow(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
