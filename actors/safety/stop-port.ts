import type { ControlDeskOptions } from '../../src/control/control-desk.ts';
import type { StopPolicy } from '../../src/control/stop/flatten-permit.ts';
import { address } from '../addresses.ts';
import type { Context } from '../runtime/actor-spec.ts';

/** What control is told about the stop of an emergency. */
export type StopMessage =
  | {
      readonly kind: 'emergency';
      readonly by: string;
      readonly reason: string;
      /** How to stop; as configured when it is not said. */
      readonly stop?: StopPolicy;
    }
  /** Execution has nothing left to flatten but what is said. */
  | { readonly kind: 'flattened'; readonly left: string }
  | { readonly kind: 'evaluate' };

/** How control has positions flattened: by execution, until a deadline that it watches itself. */
export function stopPort(
  ctx: Context<StopMessage>,
  stop: (() => StopPolicy) | undefined,
): Pick<ControlDeskOptions, 'stop' | 'flatten' | 'cease'> {
  return {
    ...(stop === undefined ? {} : { stop }),
    flatten(permit) {
      const leftMs = Math.max(0, (permit.deadlineNs - ctx.clock.mono()) / 1e6);
      ctx.timers.start('deadline', leftMs, { kind: 'evaluate' });
      ctx.send(address.execution, { kind: 'flatten', permit });
    },
    cease: () => void ctx.send(address.execution, { kind: 'cease' }),
  };
}
