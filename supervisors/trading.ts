import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { BackoffPolicy } from '../src/core/backoff.ts';
import type { ChildSpec, SupervisorSpec } from './child-spec.ts';
import { supervisor } from './supervisor.ts';

export interface TradingBranch {
  readonly portfolio: () => Spawnable;
  readonly venues: readonly { readonly name: string; readonly start: () => Spawnable }[];
  readonly risk: () => Spawnable;
  readonly execution: () => Spawnable;
  /** Absent or null where nobody works out sizes. */
  readonly sizing?: (() => Spawnable) | null;
  /** Absent or null where no position is protected at a venue. */
  readonly protection?: (() => Spawnable) | null;
  readonly strategies: readonly { readonly label: string; readonly start: () => Spawnable }[];
}

/**
 * Every start of a venue's actor asks for balances, orders and trades: a weight of about 130 of the
 * 6,000 that Binance allows in a minute. Who asks too much is banned and can cancel nothing. So one
 * crash costs nothing, and each further one twice the wait of the one before.
 */
const VENUE_BACKOFF: BackoffPolicy = {
  minMs: 4,
  maxMs: 8_000,
  jitterFraction: 0.5,
  resetAfterMs: 60_000,
};
/**
 * After five of those the venues begin anew as a whole, and so do their waits. Those between two
 * such beginnings keep a venue that crashes as soon as it is up below 36 starts in any minute, and
 * the whole branch from giving up, which would begin it all again.
 */
const VENUES_BACKOFF: BackoffPolicy = {
  minMs: 4_000,
  maxMs: 30_000,
  jitterFraction: 0.25,
  resetAfterMs: 60_000,
};

/**
 * Sizes that are not worked out grow old, and then nothing increases: that is safe, and no reason
 * for the branch to give up. With these waits it crashes four times a minute at most.
 */
const SIZING_BACKOFF: BackoffPolicy = {
  minMs: 4_000,
  maxMs: 30_000,
  jitterFraction: 0,
  resetAfterMs: 60_000,
};

/**
 * In the order in which an order depends on them: a crashed risk actor takes execution and
 * strategies down with it, a crashed venue or strategy only itself. Mailboxes are discarded to
 * dead letters, because anything here may lead to an order.
 */
export function tradingBranch(branch: TradingBranch): SupervisorSpec {
  const { sizing = null, protection = null } = branch;
  return {
    strategy: 'rest-for-one',
    intensity: 5,
    periodMs: 60_000,
    children: [
      { id: 'portfolio', start: branch.portfolio },
      {
        ...eachAlone(
          'venues',
          branch.venues.map(({ name, start }) => ({
            id: `venue:${name}`,
            start,
            backoff: VENUE_BACKOFF,
          })),
        ),
        backoff: VENUES_BACKOFF,
      },
      { id: 'risk', start: branch.risk },
      { id: 'execution', start: branch.execution },
      eachAlone(
        'strategies',
        branch.strategies.map(({ label, start }) => ({ id: `strategy:${label}`, start })),
      ),
      // Last, because nobody falls with it: the board outlives it.
      ...(sizing === null ? [] : [{ id: 'sizing', start: sizing, backoff: SIZING_BACKOFF }]),
      // What it keeps at the venues stays there meanwhile.
      ...(protection === null ? [] : [{ id: 'protection', start: protection }]),
    ],
  };
}

function eachAlone(id: string, children: readonly ChildSpec[]): ChildSpec {
  return {
    id,
    type: 'supervisor',
    start: () => supervisor({ strategy: 'one-for-one', intensity: 5, periodMs: 60_000, children }),
  };
}
