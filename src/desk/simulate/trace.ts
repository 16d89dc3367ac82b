import { createHash } from 'node:crypto';

const CHUNK = 65_536;

/**
 * What happened, one line an event, and the digest of it. The lines hold nothing that differs
 * between two processes: virtual time, paths, kinds and client ids.
 */
export class Trace {
  step = 0;
  readonly #hash = createHash('sha256');
  readonly #nowNs: () => number;
  readonly #show: ((line: string) => void) | null;
  #text = '';

  /** @param show told of each line; null when nobody reads along */
  constructor(nowNs: () => number, show: ((line: string) => void) | null) {
    this.#nowNs = nowNs;
    this.#show = show;
  }

  note(what: string, detail: string): void {
    const line = `${this.step} ${this.#nowNs()} ${what} ${detail}\n`;
    this.#text += line;
    if (this.#show !== null) this.#show(line);
    if (this.#text.length < CHUNK) return;
    this.#hash.update(this.#text);
    this.#text = '';
  }

  /** Ends the trace. @returns SHA-256 over its lines, in hexadecimal */
  digest(): string {
    return this.#hash.update(this.#text).digest('hex');
  }
}
