import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { ChildSpec, SupervisorSpec } from './child-spec.ts';
import { patientBranch } from './patience.ts';

export interface MarketDataBranch {
  readonly feeds: readonly { readonly venue: string; readonly start: () => Spawnable }[];
  /** Absent or null where nothing is recorded. */
  readonly recorder?: (() => Spawnable) | null;
}

/** The log is on the medium and given back within this; what is not sealed waits for a start. */
const RECORDER_STOP_MS = 25_000;

/**
 * Feeds live and die alone, and so does the recorder, whom none of them waits for. A venue that
 * keeps breaking one is met with patience, and so is a disk.
 */
export function marketDataBranch({ feeds, recorder = null }: MarketDataBranch): SupervisorSpec {
  const children: ChildSpec[] = feeds.map(({ venue, start }) => ({ id: `feed:${venue}`, start }));
  if (recorder !== null) {
    children.push({ id: 'recorder', start: recorder, shutdownMs: RECORDER_STOP_MS });
  }
  return patientBranch(children);
}
