import type { Result } from '../../core/result.ts';
import type { AlertRow } from '../../ops/alerts/alert-board.ts';

/** The alerts of a running desk, as the commands see them. */
export interface AlertsPort {
  /** Newest first; bounded. */
  list(): readonly AlertRow[];
  acknowledge(id: number, by: string, reason: string): Promise<Result<AlertRow, string>>;
}
