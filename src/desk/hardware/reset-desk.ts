import { address } from '../../../actors/addresses.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type { Reply } from '../../../actors/runtime/ref.ts';
import type { ResetRefusal } from '../../control/control-desk.ts';
import type { Mode } from '../../control/gate.ts';
import { err, ok, type Result } from '../../core/result.ts';

const ASK_TIMEOUT_MS = 5_000;

export interface ResetAsked {
  readonly by: string;
  readonly reason: string;
  readonly modeBefore: Mode;
}

/**
 * Leaves Emergency when both let it: the stop, which wants its contacts closed and a hand on the
 * panel, and then control, which wants its own cool-down. What control says is told to the stop,
 * whose record has every attempt.
 */
export async function resetDesk(lane: Lane, asked: ResetAsked): Promise<Result<void, string>> {
  const { by, reason } = asked;
  const permitted = await lane.ask(
    address.killSwitch,
    (reply: Reply<Result<void, string>>) => ({ kind: 'permit-reset' as const, by, reason, reply }),
    ASK_TIMEOUT_MS,
  );
  if (!permitted.ok) return permitted;
  const outcome = await lane.ask(
    address.control,
    (reply: Reply<Result<void, ResetRefusal>>) => ({ kind: 'reset' as const, by, reason, reply }),
    ASK_TIMEOUT_MS,
  );
  const refusal = outcome.ok ? null : refusalText(outcome.error);
  lane.send(address.killSwitch, { kind: 'reset-ended', ...asked, refusal });
  return refusal === null ? ok(undefined) : err(refusal);
}

function refusalText({ kind, waitMs }: ResetRefusal): string {
  if (kind === 'not-tripped') return 'the desk is not in emergency';
  return `cooling down for ${Math.ceil(waitMs)} ms more`;
}
