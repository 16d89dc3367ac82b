import type { Tolerances } from './compare.ts';

/** One fact to hold the code against. */
export interface Vector {
  /** The file that it stands in, without `.json`. */
  readonly topic: string;
  readonly item: string;
  /** For reports only. */
  readonly name: string;
  /** Only what stands here is compared; `null` is undefined or not applicable. */
  readonly expected: unknown;
  readonly tolerance: Tolerances;
  /** Asks the production code; null when nothing here answers. What it throws is a failure. */
  readonly answer: (() => unknown) | null;
}

/** A file of a folder of vectors, parsed. */
export interface VectorFile {
  readonly topic: string;
  readonly folder: string;
  readonly document: unknown;
}

/** The vectors of a file; empty for one that holds none. @throws for one that cannot be read */
export type Corpus = (file: VectorFile) => readonly Vector[];

/** Everything in `expected` is to be found exactly. */
export const EXACT: Tolerances = { '*': { exact: true } };
