import type { Line } from './line.ts';

/** Where the public streams of a venue come from: made from its books, or out of a recording. */
export interface PublicStreams {
  /** @returns false when there is no such stream, or the connection has too many */
  add(line: Line, name: string): boolean;
  remove(line: Line, name: string): void;
  namesOf(line: Line): string[];
}

/** Streams that one connection may listen to. */
export const STREAMS_MAX = 1_024;

/** Who listens to which stream. */
export class Audience {
  readonly #lines = new Map<string, Set<Line>>();

  /** @returns false when the connection has too many streams */
  add(line: Line, name: string): boolean {
    const lines = this.#lines.get(name) ?? new Set();
    if (!lines.has(line) && this.namesOf(line).length >= STREAMS_MAX) return false;
    this.#lines.set(name, lines.add(line));
    return true;
  }

  remove(line: Line, name: string): void {
    this.#lines.get(name)?.delete(line);
  }

  isHeard(name: string): boolean {
    return (this.#lines.get(name)?.size ?? 0) > 0;
  }

  namesOf(line: Line): string[] {
    return [...this.#lines].filter(([, lines]) => lines.has(line)).map(([name]) => name);
  }

  /** Sends a frame to all who listen, each form written at most once. */
  send(name: string, frame: { bare(): string; combined(): string }): void {
    const texts = { bare: '', combined: '' };
    for (const line of this.#lines.get(name) ?? []) {
      const form = line.isCombined ? 'combined' : 'bare';
      texts[form] ||= frame[form]();
      line.send(texts[form]);
    }
  }
}
