import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { ChildSpec, SupervisorSpec } from './child-spec.ts';
import { supervisor } from './supervisor.ts';

export interface TradingBranch {
  readonly portfolio: () => Spawnable;
  readonly venues: readonly { readonly name: string; readonly start: () => Spawnable }[];
  readonly risk: () => Spawnable;
  readonly execution: () => Spawnable;
  readonly strategies: readonly { readonly label: string; readonly start: () => Spawnable }[];
}

/**
 * In the order in which an order depends on them: a crashed risk actor takes execution and
 * strategies down with it, a crashed venue or strategy only itself. Mailboxes are discarded to
 * dead letters, because anything here may lead to an order.
 */
export function tradingBranch(branch: TradingBranch): SupervisorSpec {
  return {
    strategy: 'rest-for-one',
    intensity: 5,
    periodMs: 60_000,
    children: [
      { id: 'portfolio', start: branch.portfolio },
      eachAlone(
        'venues',
        branch.venues.map(({ name, start }) => ({ id: `venue:${name}`, start })),
      ),
      { id: 'risk', start: branch.risk },
      { id: 'execution', start: branch.execution },
      eachAlone(
        'strategies',
        branch.strategies.map(({ label, start }) => ({ id: `strategy:${label}`, start })),
      ),
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
