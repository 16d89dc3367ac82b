import type { BackoffPolicy } from '../src/core/backoff.ts';
import type { ChildSpec, SupervisorSpec } from './child-spec.ts';

/** Delays between restarts of somebody whom nobody needs at once. */
const BACKOFF: BackoffPolicy = {
  minMs: 250,
  maxMs: 30_000,
  jitterFraction: 0.5,
  resetAfterMs: 60_000,
};
/** Restarts in a minute that each child adds to the intensity. */
const SHARE = 20;

/**
 * A branch whose children live and die alone and are met with patience. One that fails as soon as
 * it is up is restarted at most 11 times in a minute even if every jitter is the largest, which its
 * share of the intensity never minds: it takes down neither the branch nor anybody above.
 */
export function patientBranch(children: readonly ChildSpec[]): SupervisorSpec {
  return {
    strategy: 'one-for-one',
    intensity: SHARE * Math.max(1, children.length),
    periodMs: 60_000,
    children: children.map((child) => ({ ...child, backoff: BACKOFF })),
  };
}
