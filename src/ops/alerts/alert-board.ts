import { err, ok, type Result } from '../../core/result.ts';
import { openAlert } from '../../risk/controls/process.ts';
import type { Alert } from './alert.ts';

/** Alerts that are remembered; the oldest that need nobody go first. */
export const ALERTS_MAX = 256;
/** Warnings of one kind from one place within this time are one. */
const REPEAT_MS = 60_000;
const NAMED_MAX = 8;

/** An alert and what has become of it. Plain data. */
export interface AlertRow extends Alert {
  /** How often it came within a minute of the first. */
  readonly count: number;
  readonly acknowledgedBy: string | null;
  readonly reason: string | null;
}

export interface AcknowledgeFault {
  readonly kind: 'unknown-alert' | 'acknowledged';
  readonly detail: string;
}

interface Entry {
  row: AlertRow;
  /** Monotonic: since when it waits for somebody. */
  sinceMs: number;
}

/** The alerts of a desk, bounded. Times are milliseconds of the monotonic clock. */
export class AlertBoard {
  readonly #entries = new Map<number, Entry>();

  /** @returns false for one that is known, or that repeats one that was told just now */
  raise(alert: Alert, nowMs: number): boolean {
    if (this.#entries.has(alert.id)) return false;
    const standing = alert.level === 'warning' ? this.#alike(alert, nowMs) : undefined;
    if (standing !== undefined) {
      standing.row = { ...standing.row, count: standing.row.count + 1 };
      return false;
    }
    const row = { ...alert, count: 1, acknowledgedBy: null, reason: null };
    this.#entries.set(alert.id, { row, sinceMs: nowMs });
    if (this.#entries.size > ALERTS_MAX) this.#forgetOne();
    return true;
  }

  acknowledge(id: number, by: string, reason: string): Result<AlertRow, AcknowledgeFault> {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      const known = this.open()
        .slice(0, NAMED_MAX)
        .map((row) => row.id);
      const detail = `found ${id}, wanted one of ${known.join(', ') || 'none: nothing is open'}`;
      return err({ kind: 'unknown-alert', detail });
    }
    const { acknowledgedBy } = entry.row;
    if (acknowledgedBy !== null) {
      return err({ kind: 'acknowledged', detail: `${id} was acknowledged by ${acknowledgedBy}` });
    }
    entry.row = { ...entry.row, acknowledgedBy: by, reason };
    return ok(entry.row);
  }

  /** Newest first. */
  rows(): readonly AlertRow[] {
    return [...this.#entries.values()].map(({ row }) => row).sort((a, b) => b.id - a.id);
  }

  /** Critical ones that nobody has acknowledged, newest first. */
  open(): readonly AlertRow[] {
    return this.rows().filter(isOpen);
  }

  /**
   * Control C36: the first critical alert that has waited for longer than it may, or null. It then
   * waits anew, so that each further stretch of waiting counts again.
   */
  overdue(nowMs: number, limitMs: number): AlertRow | null {
    for (const entry of this.#entries.values()) {
      const openMs = nowMs - entry.sinceMs;
      if (!isOpen(entry.row) || openAlert.check({ openMs }, { openMs: limitMs }) === null) continue;
      entry.sinceMs = nowMs;
      return entry.row;
    }
    return null;
  }

  #alike({ what, by }: Alert, nowMs: number): Entry | undefined {
    return [...this.#entries.values()].find(
      ({ row, sinceMs }) => row.what === what && row.by === by && nowMs - sinceMs < REPEAT_MS,
    );
  }

  /** The oldest that is not open; the oldest of all when every one is. */
  #forgetOne(): void {
    const entries = [...this.#entries.values()];
    const { row } = entries.find((entry) => !isOpen(entry.row)) ?? (entries[0] as Entry);
    this.#entries.delete(row.id);
  }
}

function isOpen({ level, acknowledgedBy }: AlertRow): boolean {
  return level === 'critical' && acknowledgedBy === null;
}
