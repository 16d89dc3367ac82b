import type { Net } from '../../core/env.ts';
import { err, type Result } from '../../core/result.ts';
import type { Query, QueryFault } from '../port.ts';

/** Questions of one key that wait for each other. */
export const WAITING_MAX = 64;

/** Begins what had to wait for its turn; `leave` ends the turn, whatever came of it. */
export type Turn = (leave: () => void) => void;

/**
 * The turns of all who ask a venue with one key: some venues number its requests, and refuse one
 * that a later one has overtaken. It outlives the actors that ask.
 */
export class KeyTurns {
  readonly #waiting: Turn[] = [];
  #isOut = false;

  /** @returns false, and never begins, when {@link WAITING_MAX} are waiting or out already */
  enter(turn: Turn): boolean {
    if (this.#waiting.length + (this.#isOut ? 1 : 0) >= WAITING_MAX) return false;
    this.#waiting.push(turn);
    if (!this.#isOut) this.#next();
    return true;
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

/**
 * Asks one question when its turn comes. Its answer is read whoever is still there to hear it: what
 * it says about the numbers of the key concerns the others too.
 */
export function askInTurn<T>(
  turns: KeyTurns,
  net: Net,
  query: Query<T>,
  answered: (answer: Result<T, QueryFault>) => void,
): void {
  const hasEntered = turns.enter((leave) =>
    net.http(query.request, (outcome) => {
      const answer = query.decode(outcome);
      leave();
      answered(answer);
    }),
  );
  if (hasEntered) return;
  answered(err({ kind: 'no-answer', detail: `${WAITING_MAX} questions are waiting already` }));
}
