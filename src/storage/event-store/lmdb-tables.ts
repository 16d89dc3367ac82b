import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import { ABORT, type Database, open, type RootDatabase } from 'lmdb';
import { nodeFiles } from '../../core/node-files.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import { fullText, TABLES, type Table, type Tables, type TablesFault } from './tables.ts';

type Bytes = Database<Uint8Array, Uint8Array>;

/**
 * Tables in LMDB, in a folder of their own. A commit is durable when it returns
 * (`overlappingSync: false`: LMDB's own order of two synced writes).
 *
 * @param limitBytes lmdb enlarges its map by itself, so the bound is kept here: from 4 MiB below it
 *   on, transactions fail with `store-full`
 */
export function openLmdbTables(
  folder: string,
  options: { readonly limitBytes: number },
): Result<Tables, TablesFault> {
  const { limitBytes } = options;
  const doubt = headerFault(folder);
  if (doubt !== null) return err(doubt);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const root: RootDatabase<Uint8Array, Uint8Array> = open({
      path: folder,
      mapSize: limitBytes,
      maxDbs: TABLES.length + 1,
      overlappingSync: false,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    const tables = new Map<Table, Bytes>();
    for (const name of TABLES) {
      tables.set(name, root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' }));
    }
    return ok(new LmdbTables(folder, limitBytes, root, tables));
  } catch (thrown) {
    return err(lmdbFault(thrown, folder, 'opening'));
  }
}

/** Room that a transaction may need beyond what the tables hold before it. */
const RESERVE_BYTES = 4_194_304;

class LmdbTables implements Tables {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #tables: ReadonlyMap<Table, Bytes>;
  #isInTransaction = false;

  constructor(
    folder: string,
    limitBytes: number,
    root: RootDatabase<Uint8Array, Uint8Array>,
    tables: ReadonlyMap<Table, Bytes>,
  ) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
    this.#root = root;
    this.#tables = tables;
  }

  get(table: Table, key: Uint8Array): Uint8Array | null {
    return this.#table(table).getBinary(key) ?? null;
  }

  put(table: Table, key: Uint8Array, value: Uint8Array): void {
    assert(this.#isInTransaction, 'a table is written in a transaction');
    this.#table(table).putSync(key, value);
  }

  remove(table: Table, key: Uint8Array): void {
    assert(this.#isInTransaction, 'a table is written in a transaction');
    this.#table(table).removeSync(key);
  }

  clear(table: Table): void {
    assert(this.#isInTransaction, 'a table is written in a transaction');
    this.#table(table).clearSync();
  }

  range(table: Table, start: Uint8Array, end: Uint8Array, limit: number) {
    const entries = [];
    for (const { key, value } of this.#table(table).getRange({ start, end, limit })) {
      entries.push({ key: Uint8Array.from(key), value: Uint8Array.from(value) });
    }
    return entries;
  }

  transact<T, E>(body: () => Result<T, E>): Result<T, E | TablesFault> {
    assert(!this.#isInTransaction, 'transactions are not nested');
    const usedBytes = this.usedBytes();
    if (usedBytes + RESERVE_BYTES > this.#limitBytes) return err(this.#full(usedBytes));
    let result: Result<T, E> | null = null;
    this.#isInTransaction = true;
    try {
      this.#root.transactionSync(() => {
        result = body();
        return result.ok ? undefined : ABORT;
      });
    } catch (thrown) {
      return err(lmdbFault(thrown, this.#folder, 'committing'));
    } finally {
      this.#isInTransaction = false;
    }
    assert(result !== null, 'a transaction runs its body');
    return result;
  }

  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** Pages up to the last one in use; lmdb gives none of them back to the file system. */
  usedBytes(): number {
    const stats = this.#root.getStats() as { lastPageNumber: number; pageSize: number };
    return (stats.lastPageNumber + 1) * stats.pageSize;
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #table(table: Table): Bytes {
    return this.#tables.get(table) as Bytes;
  }

  #full(usedBytes: number): TablesFault {
    const detail = fullText(usedBytes, this.#limitBytes);
    return { kind: 'store-full', path: this.#folder, detail };
  }
}

const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const META_BYTES = 152;

/**
 * What is wrong with the file's header, or null. lmdb 3.5.6 ends the whole process by a
 * segmentation fault when it is given a file that is not its own, so it is looked at before.
 */
function headerFault(folder: string): TablesFault | null {
  const path = `${folder}/data.mdb`;
  const meta = Buffer.alloc(META_BYTES);
  let length: number;
  try {
    const fd = openSync(path, 'r');
    try {
      length = readSync(fd, meta, 0, META_BYTES, 0);
    } finally {
      closeSync(fd);
    }
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    return { kind: 'store-io', path, doing: 'reading', detail: String(code) };
  }
  if (length === 0) return null;
  if (meta.readUInt32LE(24) === MAGIC && meta.readUInt16LE(28) === DATA_VERSION) return null;
  return {
    kind: 'store-corrupt',
    path,
    found: 'this is not an LMDB file of data version 2',
    remedy: 'restore the store from a backup, or move its folder aside if all segments are there',
  };
}

const MAP_FULL = -30_792;
const EIO = 5;
const ENOSPC = 28;
/** A file system with less room than this is full, whatever errno says. */
const FREE_BYTES_MIN = 1_048_576;

/**
 * The fault of a call of lmdb that threw. A full disk is ENOSPC or, after a short write, EIO.
 *
 * @throws what was thrown when it is a bug
 */
export function lmdbFault(thrown: unknown, path: string, doing: string): TablesFault {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (typeof code !== 'number' && !/^E[A-Z]+$/.test(String(code))) throw thrown;
  const { message } = thrown as Error;
  const isFull =
    [MAP_FULL, ENOSPC, 'ENOSPC'].includes(code as never) ||
    (code === EIO && nodeFiles.space(path).freeBytes < FREE_BYTES_MIN);
  if (isFull) return { kind: 'store-full', path, detail: `the medium or the map: ${message}` };
  return { kind: 'store-io', path, doing, detail: message };
}
