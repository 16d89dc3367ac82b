import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { SupervisorSpec } from './child-spec.ts';
import { patientBranch } from './patience.ts';

export interface MarketDataBranch {
  readonly feeds: readonly { readonly venue: string; readonly start: () => Spawnable }[];
}

/** Feeds live and die alone. A venue that keeps breaking one is met with patience. */
export function marketDataBranch(branch: MarketDataBranch): SupervisorSpec {
  return patientBranch(branch.feeds.map(({ venue, start }) => ({ id: `feed:${venue}`, start })));
}
