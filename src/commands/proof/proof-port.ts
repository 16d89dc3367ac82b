import type { Result } from '../../core/result.ts';

/** The causal chain of one order, from the market event to its end, in plain values. */
export interface Explanation {
  readonly clientId: string;
  /** Whether what the decision saw is on record; an older journal has the intent alone. */
  readonly isRecorded: boolean;
  /** From cause to effect. */
  readonly links: readonly ExplanationLink[];
  /** Null when there is nothing to make the decision again from. */
  readonly again: Verdict | null;
}

export interface ExplanationLink {
  readonly what:
    | 'market event'
    | 'features'
    | 'decision'
    | 'risk'
    | 'bytes sent'
    | 'amendment'
    | 'events';
  readonly rows: readonly (readonly [name: string, value: string | number | boolean])[];
}

/** What came of making the decision again. */
export interface Verdict {
  /** Every number and word of the intent is the same, bit for bit. */
  readonly isSame: boolean;
  /** Where they part: what was recorded, and what came now. */
  readonly parts: readonly {
    readonly name: string;
    readonly recorded: string;
    readonly now: string;
  }[];
  /** Why it could not be made again; empty when it could. */
  readonly obstacle: string;
}

export interface ModeRow {
  readonly sequence: number;
  /** ISO 8601, by the wall clock of the desk. */
  readonly at: string;
  readonly what: string;
  readonly by: string;
  readonly reason: string;
}

/** What the journal proves, on a running desk and on a recorded one. */
export interface ProofPort {
  explain(clientId: string): Promise<Result<Explanation, string>>;
  /** The newest changes of mode and the requests for them, oldest first. */
  modeHistory(): Promise<Result<readonly ModeRow[], string>>;
}
