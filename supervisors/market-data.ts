import type { Spawnable } from '../actors/runtime/actor.ts';
import type { BackoffPolicy } from '../src/core/backoff.ts';
import type { SupervisorSpec } from './child-spec.ts';

export interface MarketDataBranch {
  readonly feeds: readonly { readonly venue: string; readonly start: () => Spawnable }[];
}

const BACKOFF: BackoffPolicy = {
  minMs: 250,
  maxMs: 30_000,
  jitterFraction: 0.5,
  resetAfterMs: 60_000,
};

/** Feeds live and die alone. A venue that keeps breaking one is met with patience. */
export function marketDataBranch(branch: MarketDataBranch): SupervisorSpec {
  return {
    strategy: 'one-for-one',
    intensity: 20,
    periodMs: 60_000,
    children: branch.feeds.map(({ venue, start }) => ({
      id: `feed:${venue}`,
      start,
      mailboxOnRestart: 'discard',
      backoff: BACKOFF,
    })),
  };
}
