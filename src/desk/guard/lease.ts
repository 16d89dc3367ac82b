import type { Gate } from '../../control/gate.ts';
import type { GuardLink } from '../../control/guard/link.ts';
import type { Env } from '../../core/env.ts';
import type { Log } from '../../ops/log.ts';

/**
 * Closes the gate until the guard is armed, and has it read the lease before every order: what a
 * loop decided before it was held up does not leave after the guard has cancelled.
 */
export function leaseFrom(
  link: GuardLink,
  parts: { readonly gate: Gate; readonly env: Pick<Env, 'clock'>; readonly log: Log },
): void {
  const { gate, env, log } = parts;
  gate.close('guard');
  gate.requireLease({
    holds: () => env.clock.mono() <= link.leaseUntilNs,
    onOver: () => log('error', 'guard', 'lease-over'),
  });
}
