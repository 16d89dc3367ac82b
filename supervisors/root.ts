import type { SupervisorGaveUp } from '../actors/runtime/observers.ts';
import type { ChildSpec, SupervisorSpec } from './child-spec.ts';
import { type EdgeBranch, edgeBranch } from './edge.ts';
import { type MarketDataBranch, marketDataBranch } from './market-data.ts';
import { type SafetyBranch, safetyBranch } from './safety.ts';
import { supervisor } from './supervisor.ts';
import { type TradingBranch, tradingBranch } from './trading.ts';

export interface Tree {
  readonly safety: SafetyBranch;
  readonly marketData: MarketDataBranch;
  readonly trading: TradingBranch;
  readonly edge: EdgeBranch;
  /** Called before anything stops: the moment for an emergency stop. */
  readonly onGiveUp: (event: SupervisorGaveUp) => void;
}

/** The supervision tree of the desk: safety first up and last down. */
export function rootSupervisor(tree: Tree) {
  return supervisor({
    strategy: 'one-for-one',
    intensity: 3,
    periodMs: 60_000,
    onGiveUp: tree.onGiveUp,
    children: [
      branch('safety', safetyBranch(tree.safety)),
      branch('market-data', marketDataBranch(tree.marketData)),
      branch('trading', tradingBranch(tree.trading)),
      branch('edge', edgeBranch(tree.edge)),
    ],
  });
}

function branch(id: string, spec: SupervisorSpec): ChildSpec {
  return { id, type: 'supervisor', start: () => supervisor(spec) };
}
