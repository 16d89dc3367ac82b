/** A law that did not hold, with the numbers that show it. */
export interface Violation {
  readonly step: number;
  /** Virtual time since the beginning. */
  readonly atMs: number;
  readonly invariant: InvariantId;
  readonly detail: string;
}

/** The laws of `docs/simulation.md`, in its order. */
export const INVARIANTS = {
  I1: 'no order bytes after a halt',
  I2: 'the position is within its limit in the worst-case fill',
  I3: 'at most one live order an intent, and no client id twice',
  I4: 'every order and fill has its leaf in the signed log, and the log stands verification',
  I5: 'the mode rises only when it may',
  I6: 'Emergency survives a crash',
  I7: 'nothing rests of a desk that is dead or stands still, once its guard had its time',
  I8: 'journal and venue agree at rest',
  I9: 'no mailbox above its bound',
  I10: 'steady within 60 s of the end of the faults',
  journaled: 'an order is journaled before its bytes leave',
  journal: 'the journal has no gap and can be read to its end',
  answered: 'every command is answered or refused in time',
  stuck: 'nothing waits for longer than its bound',
  petted: 'the watchdog is petted only while everybody lives who has to',
  contained: 'nothing escapes a handler',
} as const;

export type InvariantId = keyof typeof INVARIANTS;

/** More of one run say nothing new. */
const VIOLATIONS_MAX = 20;

/** What was found in one run. */
export class Verdicts {
  readonly violations: Violation[] = [];
  readonly #now: () => { readonly step: number; readonly atMs: number };
  readonly #told: (violation: Violation) => void;

  constructor(
    now: () => { readonly step: number; readonly atMs: number },
    told: (violation: Violation) => void,
  ) {
    this.#now = now;
    this.#told = told;
  }

  report(invariant: InvariantId, detail: string): void {
    if (this.violations.length >= VIOLATIONS_MAX) return;
    const violation = { ...this.#now(), invariant, detail };
    this.violations.push(violation);
    this.#told(violation);
  }
}
