import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Level } from './port.ts';

/** A contact that has bounced so long is broken: more than this and the line counts as lost. */
export const EDGE_BYTES_MAX = 1_048_576;
/** More edges than this between two turns of the event loop and the line counts as lost. */
export const PENDING_MAX = 4_096;
const CHUNK = 4_096;
const NEWLINE = 0x0a;
const LINE_MAX = 64;

/**
 * A file that a child appends edges to, one word a line. It is a file and no pipe so that it can be
 * read in the middle of anything, while the event loop is blocked.
 */
export class EdgeFile {
  /** Append only, for the child's standard output. */
  readonly childFd: number;
  readonly #fd: number;
  readonly #edge: (line: string) => Level | null;
  readonly #chunk = Buffer.alloc(CHUNK);
  #read = 0;
  #tail = '';
  #level: Level | null;
  #pending: Level[] = [];

  /**
   * @param level what the line showed before
   * @param edge the level that a line stands for, or null for a line that makes no sense
   * @throws the system's error
   */
  constructor(path: string, level: Level, edge: (line: string) => Level | null) {
    const { O_CREAT, O_TRUNC, O_WRONLY, O_APPEND } = constants;
    this.childFd = openSync(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0o600);
    this.#fd = openSync(path, 'r');
    this.#level = level;
    this.#edge = edge;
  }

  /** The level after all that the child has written by now; null for ever once it is lost. */
  level(): Level | null {
    try {
      while (this.#level !== null && this.#take() === CHUNK);
    } catch {
      this.lose();
    }
    return this.#level;
  }

  /** Takes the edges since the last call. A level that came twice hides one: it is put between. */
  edges(): readonly Level[] {
    this.level();
    const edges = this.#pending;
    this.#pending = [];
    return edges;
  }

  lose(): void {
    this.#level = null;
  }

  close(): void {
    this.lose();
    closeSync(this.#fd);
  }

  #take(): number {
    const got = readSync(this.#fd, this.#chunk, 0, CHUNK, this.#read);
    if (got === 0) return 0;
    this.#read += got;
    let start = 0;
    for (let at = this.#chunk.indexOf(NEWLINE); at >= 0 && at < got; ) {
      this.#onLine(this.#tail + this.#chunk.toString('latin1', start, at));
      this.#tail = '';
      start = at + 1;
      at = this.#chunk.indexOf(NEWLINE, start);
    }
    this.#tail += this.#chunk.toString('latin1', start, got);
    if (this.#read > EDGE_BYTES_MAX || this.#tail.length > LINE_MAX) this.lose();
    return got;
  }

  #onLine(line: string): void {
    const next = this.#edge(line);
    if (next === null || this.#pending.length >= PENDING_MAX) {
      this.lose();
      return;
    }
    if (next === this.#level) this.#pending.push(next === 1 ? 0 : 1);
    this.#pending.push(next);
    if (this.#level !== null) this.#level = next;
  }
}
