import type { Clock } from '../core/env.ts';
import { RateBudget } from '../core/rate-budget.ts';
import type { Log } from './log.ts';

/** Lines of one kind from one actor: a flood of them would stop the lane that writes them. */
const LINES = { ratePerSecond: 1, burst: 20 } as const;
/** Kinds by actor that are told apart; what comes after shares one budget. */
const KINDS_MAX = 4_096;

interface Flow {
  readonly budget: RateBudget;
  /** Lines that were left out since the last one. */
  withheld: number;
}

/**
 * A log that writes at most 20 lines of one kind from one actor in a row and then one a second; the
 * next line says how many were withheld. Fatal lines are all written.
 */
export function limitLog(log: Log, clock: Clock): Log {
  const flows = new Map<string, Flow>();
  const nowMs = (): number => clock.mono() / 1e6;
  const flowOf = (actor: string, kind: string): Flow => {
    const key = flows.size < KINDS_MAX ? `${actor} ${kind}` : '';
    const known = flows.get(`${actor} ${kind}`) ?? flows.get(key);
    if (known !== undefined) return known;
    const flow = { budget: new RateBudget(LINES, nowMs()), withheld: 0 };
    flows.set(key, flow);
    return flow;
  };
  const limited: Log = Object.assign(
    (...[level, actor, kind, fields]: Parameters<Log>) => {
      const flow = flowOf(actor, kind);
      if (level !== 'fatal' && !flow.budget.take(nowMs())) {
        flow.withheld += 1;
        return;
      }
      const { withheld } = flow;
      flow.withheld = 0;
      if (withheld === 0) log(level, actor, kind, fields);
      else log(level, actor, kind, { ...fields, withheld });
    },
    { setLevel: (level: Parameters<Log['setLevel']>[0]) => log.setLevel(level) },
  );
  return limited;
}
