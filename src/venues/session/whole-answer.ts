import { err, type Result } from '../../core/result.ts';
import type { Query } from '../port.ts';

/** Questions of which one answer is made: 100 pages are asked for in 30 s at most. */
export const STEPS_MAX = 100;

/**
 * Asks until an answer is whole, or one of its parts is missing.
 *
 * @param endless makes an error of a sentence, for an answer that has no end
 */
export async function wholeAnswer<T, E>(
  query: Query<T>,
  ask: (query: Query<T>) => Promise<Result<T, E>>,
  endless: (sentence: string) => E,
): Promise<Result<T, E>> {
  let asked = query;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const answer = await ask(asked);
    const further = answer.ok ? (asked.followUp?.(answer.value) ?? null) : null;
    if (further === null) return answer;
    asked = further;
  }
  return err(endless(`no whole answer after ${STEPS_MAX} questions`));
}
