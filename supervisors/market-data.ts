import type { Spawnable } from '../actors/runtime/blueprint.ts';
import type { ChildSpec, SupervisorSpec } from './child-spec.ts';
import { patientBranch } from './patience.ts';

export interface MarketDataBranch {
  /** Absent or null where nobody trades by it. */
  readonly quality?: (() => Spawnable) | null;
  /** The same. */
  readonly aggregator?: (() => Spawnable) | null;
  /** Absent or null where nothing is asked but prices. */
  readonly facts?: (() => Spawnable) | null;
  /** Absent or null where nobody asks for it. */
  readonly volatility?: (() => Spawnable) | null;
  readonly feeds: readonly { readonly venue: string; readonly start: () => Spawnable }[];
  /** Absent or null where nothing is recorded. */
  readonly recorder?: (() => Spawnable) | null;
}

/** The log is on the medium and given back within this; what is not sealed waits for a start. */
const RECORDER_STOP_MS = 45_000;

/**
 * All live and die alone. A venue that keeps breaking a feed is met with patience, and so is a disk
 * that breaks the recorder, whom no feed waits for.
 */
export function marketDataBranch(branch: MarketDataBranch): SupervisorSpec {
  const { feeds, quality = null, aggregator = null, facts = null } = branch;
  const { volatility = null, recorder = null } = branch;
  const children: ChildSpec[] = feeds.map(({ venue, start }) => ({ id: `feed:${venue}`, start }));
  if (quality !== null) children.push({ id: 'quality', start: quality });
  if (aggregator !== null) children.push({ id: 'aggregator', start: aggregator });
  if (facts !== null) children.push({ id: 'facts', start: facts });
  if (volatility !== null) children.push({ id: 'volatility', start: volatility });
  if (recorder !== null) {
    children.push({ id: 'recorder', start: recorder, shutdownMs: RECORDER_STOP_MS });
  }
  return patientBranch(children);
}
