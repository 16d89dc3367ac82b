import type { Gate } from '../../control/gate.ts';
import type { GuardLink } from '../../control/guard/link.ts';
import type { Log } from '../../ops/log.ts';

/**
 * Closes the gate until the guard is armed, and has it read the lease before every order: what a
 * loop decided before it was held up does not leave after the guard has cancelled.
 */
export function leaseFrom(
  link: GuardLink,
  { gate, log }: { readonly gate: Gate; readonly log: Log },
): void {
  gate.close('guard');
  gate.requireLease({
    holds: () => link.isLeased,
    onOver: () => log('error', 'guard', 'lease-over'),
  });
}
