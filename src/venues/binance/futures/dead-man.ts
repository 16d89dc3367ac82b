import type { DeadManSwitch, DeadManTimes } from '../../../control/guard/dead-man.ts';
import type { Result } from '../../../core/result.ts';
import type { Query } from '../../port.ts';
import { type RestAccess, signedQuestions } from '../rest.ts';
import { objectIn, wholeOf } from '../wire.ts';

/** As the venue's documents advise: two minutes, told again every thirty seconds. */
export const FUTURES_DEAD_MAN_TIMES: DeadManTimes = { timeoutMs: 120_000, everyMs: 30_000 };

export interface FuturesDeadManOptions {
  readonly access: RestAccess;
  readonly symbols: readonly string[];
  readonly times: DeadManTimes;
  readonly ask: <T>(query: Query<T>) => Promise<Result<T, string>>;
  /** The venue's clock in milliseconds, as far as it is known. */
  readonly venueMs: () => number;
}

/**
 * The dead-man switch of Binance USD-M futures, one countdown a market: at its end the venue
 * cancels what rests there. It is held only when every market has taken the same countdown.
 */
export function futuresDeadMan(options: FuturesDeadManOptions): DeadManSwitch {
  const { access, symbols, times, ask, venueMs } = options;
  const setAll = async (countdownMs: number): Promise<boolean> => {
    const asked = symbols.map((symbol) => ask(countdown(access, symbol, countdownMs, venueMs())));
    const answers = await Promise.all(asked);
    return answers.every((answer) => answer.ok && answer.value === countdownMs);
  };
  return { times, arm: () => setAll(times.timeoutMs), disarm: () => setAll(0) };
}

/** @param countdownMs 0 stops it. @returns what the venue has taken */
function countdown(
  access: RestAccess,
  symbol: string,
  countdownMs: number,
  nowMs: number,
): Query<number> {
  return signedQuestions(access)(
    '/fapi/v1/countdownCancelAll',
    `symbol=${symbol}&countdownTime=${countdownMs}&`,
    nowMs,
    (value) => wholeOf(objectIn(value, 'countdown'), 'countdownTime'),
    undefined,
    'POST',
  );
}
