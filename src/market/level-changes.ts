/** Changes of a side between two looks at it; more than that and the whole side is the change. */
export const LEVEL_CHANGES_MAX = 4_096;

/**
 * The levels of a ladder that were set since somebody last took note of them, in their order. For
 * whoever records a book: every venue's changes pass through its ladders.
 */
export class LevelChanges {
  readonly ticks = new Float64Array(LEVEL_CHANGES_MAX);
  readonly lots = new Float64Array(LEVEL_CHANGES_MAX);
  count = 0;
  /** The side was emptied, or more happened than fits: only all of its levels say what it is. */
  isWhole = false;

  note(ticks: number, lots: number): void {
    if (this.isWhole) return;
    if (this.count === LEVEL_CHANGES_MAX) {
      this.noteWhole();
      return;
    }
    this.ticks[this.count] = ticks;
    this.lots[this.count] = lots;
    this.count += 1;
  }

  noteWhole(): void {
    this.isWhole = true;
    this.count = 0;
  }

  /** Everything so far has been noted down. */
  forget(): void {
    this.isWhole = false;
    this.count = 0;
  }
}
