import type { ControlDeskOptions } from '../../src/control/control-desk.ts';
import { address } from '../addresses.ts';
import type { Context } from '../runtime/actor-spec.ts';

/** How control reaches those who hold orders. */
export function venuePort<Message>(
  ctx: Context<Message>,
): Pick<ControlDeskOptions, 'reconcile' | 'cancelAll' | 'withdraw'> {
  return {
    reconcile: (venue, token) => void ctx.send(address.venue(venue), { kind: 'reconcile', token }),
    cancelAll: (venue) => void ctx.send(address.venue(venue), { kind: 'cancel-all' }),
    withdraw: () => void ctx.send(address.execution, { kind: 'withdraw', strategy: 'all' }),
  };
}
