import type { Rng } from './rng.ts';

export interface BackoffPolicy {
  readonly minMs: number;
  readonly maxMs: number;
  /** 0 = none, 1 = full jitter: the delay is uniform in (1 − jitter) … 1 of the nominal one. */
  readonly jitterFraction: number;
  /** Quiet time after which the next failure counts as the first. */
  readonly resetAfterMs: number;
}

/** Delay before attempt `attempt` (0 = the first retry): doubling from `minMs`, at most `maxMs`. */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: Rng): number {
  const nominal = Math.min(policy.maxMs, policy.minMs * 2 ** Math.min(attempt, 52));
  return nominal * (1 - policy.jitterFraction * random.next());
}
