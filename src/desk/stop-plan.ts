import { planShutdown, type ShutdownPlan } from '../../supervisors/shutdown-phases.ts';
import type { DeskStatus } from '../commands/desk.ts';
import { assert } from '../core/result.ts';
import type { RunningDesk } from './running-desk.ts';
import { SETTLE_THROTTLED_MS } from './safety/settle-venues.ts';

/** How a stop went, as it goes. */
export interface StopOutcome {
  /** Taken before anything was stopped. */
  status: DeskStatus | null;
  /** Why orders may still rest at the venue; empty when none does. */
  unsettled: string;
}

/** The longest that each phase of a stop is waited for. */
const DEADLINES_MS = {
  report: 5_000,
  'no-new-orders': 1_000,
  'cancel-and-drain': SETTLE_THROTTLED_MS + 1_000,
  persist: 15_000,
  'close-venues': 15_000,
} as const;
type Phase = keyof typeof DEADLINES_MS;

/** The longest that an orderly stop takes; whoever asked for it and kills is to wait longer. */
export const STOP_MS_MAX = Object.values(DEADLINES_MS).reduce((sum, ms) => sum + ms, 0);

/**
 * The phases of an orderly stop: no new orders, cancel and agree with the venue, then persist and
 * close. A phase that is late is reported and keeps no later one from running.
 */
export function stopPlan(
  desk: RunningDesk,
  closeRest: () => Promise<void>,
): { readonly plan: ShutdownPlan; readonly outcome: StopOutcome } {
  const outcome: StopOutcome = { status: null, unsettled: 'the stop did not get so far' };
  const { env, gate } = desk.parts;
  const planned = planShutdown(
    [
      phase('report', [], async () => {
        outcome.status = await desk.status();
      }),
      phase('no-new-orders', ['report'], () => gate.close('stopping')),
      phase('cancel-and-drain', ['no-new-orders'], async () => {
        const settled = await desk.settle();
        outcome.unsettled = settled.ok ? '' : settled.error;
        // A guard that hears no goodbye cancels what may still rest.
        if (settled.ok) await desk.parts.guard?.goodbye();
        outcome.status = await desk.status();
      }),
      phase('persist', ['cancel-and-drain'], (reason) => desk.close(reason)),
      phase('close-venues', ['persist'], closeRest),
    ],
    env,
  );
  assert(planned.ok, 'the phases of a stop make a plan');
  return { plan: planned.value, outcome };
}

function phase(
  name: Phase,
  after: readonly Phase[],
  run: (reason: string) => void | Promise<void>,
) {
  return { name, after, deadlineMs: DEADLINES_MS[name], tasks: [{ name, run }] };
}
