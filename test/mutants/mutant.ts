/** One exact text of a compiled file, and what a slip of the pen would have in its place. */
export interface Mutant {
  /** What no longer holds. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** The mutants of one file, and the tests that have to notice. */
export interface MutantFile {
  /** Below `dist`. */
  readonly file: string;
  /** Parts of paths of test files, those that notice soonest first. */
  readonly tests: readonly string[];
  readonly mutants: readonly Mutant[];
}
