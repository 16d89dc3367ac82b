import {
  BIGINT,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  USMALLINT,
  UTINYINT,
} from '@duckdb/node-api';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { longAt, putLong, RECORD_WORDS, type RecordBlock, WORD } from './record.ts';

/** Columns of a table of records, in their order. `position` counts records of the log, from 1. */
export const COLUMNS = [
  'position',
  'ts_exchange',
  'ts_local',
  'price',
  'quantity',
  'sequence',
  'instrument',
  'venue',
  'kind',
  'side',
  'flags',
] as const;

/** Rows of a chunk of the engine. */
const CHUNK_ROWS = 2_048;
/** The 64-bit columns behind the position, and the word of a record at which each lies. */
const LONGS: readonly number[] = [
  WORD.tsExchange,
  WORD.tsLocal,
  WORD.price,
  WORD.quantity,
  WORD.sequence,
];
/** The small columns: the word, how far to the right the number lies there, and its mask. */
const SMALLS: readonly (readonly [word: number, shift: number, mask: number])[] = [
  [WORD.what, 0, 0xffff],
  [WORD.what, 16, 0xff],
  [WORD.what, 24, 0xff],
  [WORD.side, 0, 0xff],
  [WORD.side, 8, 0xff],
];
const FIRST_SMALL = 1 + LONGS.length;
const TYPES: readonly DuckDBType[] = [
  ...Array.from({ length: FIRST_SMALL }, () => BIGINT),
  USMALLINT,
  ...Array.from({ length: SMALLS.length - 1 }, () => UTINYINT),
];

const CREATE = TYPES.map((type, at) => `${COLUMNS[at]} ${type}`).join(', ');

/** What an engine may take of the machine. */
export interface DuckLimits {
  readonly memoryMiB: number;
  readonly threads: number;
  /** Where it puts what does not fit into memory; it makes the folder. */
  readonly spillFolder: string;
}

export interface DuckFault {
  readonly kind: 'columns';
  /** What was being done. */
  readonly doing: string;
  /** The engine's own words. */
  readonly detail: string;
}

/**
 * Opens an engine without a file: what it holds is in the market log, and comes back from there.
 * It reaches for no network; extensions are those it was built with.
 */
export async function openDuck(limits: DuckLimits): Promise<Result<Duck, DuckFault>> {
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${limits.memoryMiB}MiB`,
      threads: String(limits.threads),
      temp_directory: limits.spillFolder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    return ok(new Duck(instance, await instance.connect()));
  } catch (thrown) {
    return err({ kind: 'columns', doing: 'opening the engine', detail: reasonOf(thrown) });
  }
}

/** Quoted as a text of SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An engine over tables of records. Everything it throws is the engine's word. */
export class Duck {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  /** Rows as objects; 64-bit numbers are numbers, exact to 2^53. */
  async rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const result = await this.#connection.run(sql);
    const rows = await result.getRowObjectsJS();
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'bigint' ? Number(value) : value,
        ]),
      ),
    );
  }

  /** Makes a table and whatever appends to it. */
  async createTable(name: string, isPlain = false): Promise<RecordAppender> {
    await this.run(`CREATE TABLE ${name} (${CREATE})`);
    return new RecordAppender(await this.#connection.createAppender(name), isPlain);
  }

  /**
   * The records that a query answers with, which selects `COLUMNS`, block by block.
   *
   * @param isPlain reads through the documented interface, ten times slower
   */
  async *blocks(sql: string, isPlain = false): AsyncGenerator<RecordBlock & { first: number }> {
    const result = await this.#connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield blockFrom(chunk, isPlain);
    }
  }

  /** The same tables through a connection of its own, so that neither waits for the other. */
  async fork(): Promise<Duck> {
    return new Duck(this.#instance, await this.#instance.connect());
  }

  /** Ends this connection; the engine goes with the last of them. */
  close(): void {
    this.#connection.closeSync();
  }
}

type Appender = Awaited<ReturnType<DuckDBConnection['createAppender']>>;

/**
 * Appends records to a table by columns. The vectors of the engine show their memory as typed
 * arrays, which is a happy accident of its interface; where they do not, or where it is asked for,
 * values go through the documented way.
 */
export class RecordAppender {
  readonly #appender: Appender;
  readonly #chunk = DuckDBDataChunk.create(TYPES, CHUNK_ROWS);
  readonly #isPlain: boolean;

  constructor(appender: Appender, isPlain: boolean) {
    this.#appender = appender;
    this.#isPlain = isPlain;
  }

  /** @param first position of the first record of the block */
  append({ words, count }: RecordBlock, first: number): void {
    for (let from = 0; from < count; from += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, count - from);
      this.#chunk.rowCount = rows;
      this.#fill(words, from, rows, first + from);
      this.#appender.appendDataChunk(this.#chunk);
    }
  }

  /** Makes visible what was appended. */
  flush(): void {
    this.#appender.flushSync();
  }

  close(): void {
    this.#appender.closeSync();
  }

  #fill(words: Int32Array, from: number, rows: number, first: number): void {
    for (let column = 0; column < TYPES.length; column += 1) {
      const memory = this.#isPlain ? null : memoryOf(this.#chunk, column);
      if (memory === null) {
        this.#chunk.setColumnValues(column, valuesOf(words, from, rows, first, column));
        continue;
      }
      if (column === 0) {
        const longs = wordsOf(memory);
        for (let row = 0; row < rows; row += 1) putLong(longs, 2 * row, first + row);
      } else if (column < FIRST_SMALL) {
        const longs = wordsOf(memory);
        let at = from * RECORD_WORDS + (LONGS[column - 1] as number);
        for (let row = 0; row < 2 * rows; row += 2) {
          longs[row] = words[at] as number;
          longs[row + 1] = words[at + 1] as number;
          at += RECORD_WORDS;
        }
      } else {
        const [word, shift, mask] = SMALLS[column - FIRST_SMALL] as readonly [
          number,
          number,
          number,
        ];
        let at = from * RECORD_WORDS + word;
        for (let row = 0; row < rows; row += 1) {
          memory[row] = ((words[at] as number) >>> shift) & mask;
          at += RECORD_WORDS;
        }
      }
      this.#chunk.getColumnVector(column).flush();
    }
  }
}

type Memory = BigInt64Array | Uint16Array | Uint8Array;

/** The memory of a column; null when the engine does not show it. */
function memoryOf(chunk: DuckDBDataChunk, column: number): Memory | null {
  const { items } = chunk.getColumnVector(column) as { items?: unknown };
  const isLong = column < FIRST_SMALL;
  if (isLong) return items instanceof BigInt64Array ? items : null;
  return items instanceof Uint16Array || items instanceof Uint8Array ? items : null;
}

function wordsOf({ buffer, byteOffset, byteLength }: Memory): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

function valuesOf(
  words: Int32Array,
  from: number,
  rows: number,
  first: number,
  column: number,
): (bigint | number)[] {
  return Array.from({ length: rows }, (_, row) => {
    const at = (from + row) * RECORD_WORDS;
    if (column === 0) return BigInt(first + row);
    if (column < FIRST_SMALL) return BigInt(longAt(words, at + (LONGS[column - 1] as number)));
    const [word, shift, mask] = SMALLS[column - FIRST_SMALL] as readonly [number, number, number];
    return ((words[at + word] as number) >>> shift) & mask;
  });
}

function blockFrom(chunk: DuckDBDataChunk, isPlain: boolean): RecordBlock & { first: number } {
  const count = chunk.rowCount;
  const words = new Int32Array(count * RECORD_WORDS);
  let first = 0;
  for (let column = 0; column < TYPES.length; column += 1) {
    const memory = isPlain ? null : memoryOf(chunk, column);
    const values = memory === null ? chunk.getColumnValues(column) : null;
    if (column === 0) {
      first = memory === null ? Number(values?.[0]) : longAt(wordsOf(memory), 0);
    } else if (column < FIRST_SMALL) {
      const longs = memory === null ? null : wordsOf(memory);
      let at = LONGS[column - 1] as number;
      for (let row = 0; row < count; row += 1) {
        if (longs === null) putLong(words, at, Number(values?.[row]));
        else {
          words[at] = longs[2 * row] as number;
          words[at + 1] = longs[2 * row + 1] as number;
        }
        at += RECORD_WORDS;
      }
    } else {
      const [word, shift] = SMALLS[column - FIRST_SMALL] as readonly [number, number, number];
      let at = word;
      for (let row = 0; row < count; row += 1) {
        const value = memory === null ? Number(values?.[row]) : Number(memory[row]);
        words[at] = (words[at] as number) | (value << shift);
        at += RECORD_WORDS;
      }
    }
  }
  return { words, count, first };
}
