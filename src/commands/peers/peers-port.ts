import type { Result } from '../../core/result.ts';
import type { DeskStatus } from '../desk.ts';
import type { HealthReport } from '../inspect/inspector.ts';

/** The other daemons that this one is linked to. An error is one sentence. */
export interface PeersPort {
  /** In the order of the configuration; none without `remote.links`. */
  rows(): readonly PeerRow[];
  status(node: string): Promise<Result<DeskStatus, string>>;
  health(node: string): Promise<Result<HealthReport, string>>;
  /**
   * Stops the trading of a peer, and answers with how it is then. An error says whether the
   * emergency can have arrived.
   */
  emergency(node: string, by: string, why: string): Promise<Result<HealthReport, string>>;
}

export interface PeerRow {
  readonly node: string;
  readonly isUp: boolean;
  /** When the link came up or was lost, ISO 8601 in UTC; null when it has never been up. */
  readonly since: string | null;
  /** Of the life of the peer that was linked last. */
  readonly incarnation: string | null;
  /** Why links or messages were refused, the latest last; no sentence twice. */
  readonly refused: readonly string[];
  /** Of the last renewal of the subscription; null when the link is down. */
  readonly roundTripMs: number | null;
  /** What the peer last told of itself; null when the link is down. */
  readonly mode: string | null;
  readonly gate: readonly string[] | null;
}
