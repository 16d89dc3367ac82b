import type { DeadManSwitch, DeadManTimes } from '../../../control/guard/dead-man.ts';
import type { Result } from '../../../core/result.ts';
import type { Query } from '../../port.ts';
import { cancelAllAfter, type KrakenAccess } from '../rest.ts';

/** What the venue advises: a minute, asked for again each quarter of it. */
export const KRAKEN_DEAD_MAN: DeadManTimes = { timeoutMs: 60_000, everyMs: 15_000 };

/** What the switch is held with; it needs no other part of the desk. */
export interface DeadManAccess {
  readonly access: KrakenAccess;
  readonly ask: <T>(query: Query<T>) => Promise<Result<T, unknown>>;
  readonly nowMs: () => number;
}

/**
 * Kraken's own dead-man switch, `CancelAllOrdersAfter`: it cancels every order of the account.
 *
 * @see Kraken REST, "Cancel all orders after X"
 */
export function krakenDeadMan(
  { access, ask, nowMs }: DeadManAccess,
  times: DeadManTimes = KRAKEN_DEAD_MAN,
): DeadManSwitch {
  const set = async (seconds: number): Promise<string | null> => {
    const answer = await ask(cancelAllAfter(access, seconds, nowMs()));
    return answer.ok ? answer.value : null;
  };
  return {
    times,
    // Whole seconds only, and never longer than was promised.
    arm: async () => ((await set(Math.floor(times.timeoutMs / 1_000))) ?? '') !== '',
    disarm: async () => (await set(0)) === '',
  };
}
