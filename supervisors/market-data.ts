import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { SupervisorSpec } from './child-spec.ts';
import { patientBranch } from './patience.ts';

export interface MarketDataBranch {
  readonly quality: () => Spawnable;
  readonly feeds: readonly { readonly venue: string; readonly start: () => Spawnable }[];
}

/** All live and die alone. A venue that keeps breaking a feed is met with patience. */
export function marketDataBranch(branch: MarketDataBranch): SupervisorSpec {
  const feeds = branch.feeds.map(({ venue, start }) => ({ id: `feed:${venue}`, start }));
  return patientBranch([...feeds, { id: 'quality', start: branch.quality }]);
}
