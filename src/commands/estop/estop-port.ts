import type { Result } from '../../core/result.ts';

/** The emergency stop of a running desk, as people ask about it. An error is one sentence. */
export interface EstopPort {
  state(): EstopRow;
  /** Silences the buzzer. @returns whether there was a trip that nobody had acknowledged */
  acknowledge(by: string): Promise<boolean>;
  /** Records that a person has pressed the button and seen the desk stop. */
  prove(by: string, reason: string): Promise<Result<EstopRow, string>>;
  /** What happened to the stop, oldest first: at most so many events, the latest. */
  report(last: number): Promise<Result<readonly EstopEventRow[], string>>;
}

export interface EstopRow {
  readonly driver: string;
  /** Whether live trading would arm on it. */
  readonly isHardware: boolean;
  /** What the stop stands for; null when it does not stand. */
  readonly cause: string | null;
  readonly causes: readonly string[];
  readonly isFaulted: boolean;
  readonly isAcknowledged: boolean;
  readonly contacts: Readonly<Record<'a' | 'b' | 'tamper', 'closed' | 'open'>>;
  /** When somebody last proved that the button works, ISO 8601 in UTC; null when nobody did. */
  readonly provenAt: string | null;
  readonly proof: 'in-date' | 'overdue' | 'barred';
}

export interface EstopEventRow {
  readonly sequence: number;
  readonly at: string;
  /** Microseconds of the monotonic clock of its boot. */
  readonly boot: number;
  readonly monoUs: number;
  readonly what: string;
  readonly cause: string;
  readonly by: string;
  readonly detail: string;
  readonly modeBefore: string;
  readonly modeAfter: string;
  readonly openOrders: number;
}

/** Events that one report may hold. */
export const REPORT_MAX = 2_000;
