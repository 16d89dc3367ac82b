/** Questions of one key that wait for each other. */
export const WAITING_MAX = 64;

/** Begins what had to wait for its turn; `leave` ends the turn, whatever came of it. */
export type Turn = (leave: () => void) => void;

/**
 * What all who ask a venue with one key have in common: some venues count its requests and want
 * them one after the other, and who is told to wait is told it for all. It outlives the actors that
 * ask, since the venue's patience does not begin anew with them.
 */
export class SharedKey {
  readonly #waiting: Turn[] = [];
  #isOut = false;
  #quietUntilNs = 0;

  /** @returns false, and never begins, when {@link WAITING_MAX} are waiting or out already */
  enter(turn: Turn): boolean {
    if (this.#waiting.length + (this.#isOut ? 1 : 0) >= WAITING_MAX) return false;
    this.#waiting.push(turn);
    if (!this.#isOut) this.#next();
    return true;
  }

  /** Nothing may be asked before then; the longest wish holds. */
  quietUntil(atNs: number): void {
    this.#quietUntilNs = Math.max(this.#quietUntilNs, atNs);
  }

  /** How long the venue still wants not to be asked, in whole milliseconds. */
  quietMs(nowNs: number): number {
    return Math.max(0, Math.ceil((this.#quietUntilNs - nowNs) / 1e6));
  }

  #next(): void {
    const turn = this.#waiting.shift();
    if (turn === undefined) return;
    this.#isOut = true;
    let hasLeft = false;
    turn(() => {
      if (hasLeft) return;
      hasLeft = true;
      this.#isOut = false;
      this.#next();
    });
  }
}
