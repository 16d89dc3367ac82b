import type { Files } from '../core/env.ts';
import { HEADER_BYTES, headerOf } from './segment.ts';

const NAME = /^(\d{16})\.segment$/;
const PREPARED = 'next.prepared';
const LEFTOVER = /^next\.(?:prepared|draft-.*)$/;
const ZEROS = new Uint8Array(1_048_576);

/** A segment is named by its first sequence; 16 digits hold every safe integer. */
export function segmentPath(folder: string, first: number): string {
  return `${folder}/${String(first).padStart(16, '0')}.segment`;
}

/** First sequences of the segments in a folder, ascending. */
export function segmentFirsts(files: Files, folder: string): number[] {
  return files.list(folder).flatMap((name) => {
    const match = NAME.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

/** Removes what an earlier process had prepared and not used. */
export function clearPrepared(files: Files, folder: string): void {
  for (const name of files.list(folder)) {
    if (LEFTOVER.test(name)) files.remove(`${folder}/${name}`);
  }
}

/** Gives a new segment its name; takes a prepared one when there is one. */
export function startSegment(
  files: Files,
  folder: string,
  first: number,
  segmentBytes: number,
): string {
  const path = segmentPath(folder, first);
  if (!files.list(folder).includes(PREPARED)) {
    const preparation = new SegmentPreparation(files, folder, segmentBytes, 'log');
    while (!preparation.step()) {}
  }
  files.rename(`${folder}/${PREPARED}`, path);
  return path;
}

/**
 * Writes the zeros of the next segment ahead of its use, so that a full disk is met while the
 * current one still has room, and so that an append never has to enlarge a file.
 */
export class SegmentPreparation {
  readonly #files: Files;
  readonly #folder: string;
  readonly #draft: string;
  readonly #segmentBytes: number;
  #written = 0;

  /** `by` tells apart two that prepare at the same time. */
  constructor(files: Files, folder: string, segmentBytes: number, by: string) {
    this.#files = files;
    this.#folder = folder;
    this.#draft = `${folder}/next.draft-${by}`;
    this.#segmentBytes = segmentBytes;
  }

  /**
   * Writes and syncs the next piece of at most 1 MiB.
   *
   * @returns whether the segment is ready
   * @throws the system's error
   */
  step(): boolean {
    const file = this.#files.open(this.#draft, this.#written === 0 ? 'create' : 'update');
    try {
      const length = Math.min(ZEROS.length, this.#segmentBytes - this.#written);
      file.write(ZEROS, 0, length, this.#written);
      if (this.#written === 0) file.write(headerOf(0), 0, HEADER_BYTES, 0);
      file.sync();
      this.#written += length;
    } finally {
      file.close();
    }
    if (this.#written < this.#segmentBytes) return false;
    this.#files.rename(this.#draft, `${this.#folder}/${PREPARED}`);
    return true;
  }
}
