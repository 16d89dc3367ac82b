/** Cancelling everything at one venue, again and again until it says twice that nothing is open. */
export interface Sweep {
  readonly venue: string;
  /** Whether the venue cancels by itself when the daemon falls silent. */
  readonly hasDeadMan: boolean;
  /** Counts the requests, so that an answer to an earlier one says nothing. */
  readonly round: number;
  /** Whether a request is out. */
  readonly isOut: boolean;
  /** Answers in a row that nothing was open. */
  readonly clean: number;
  /** Requests in a row without an answer. */
  readonly failures: number;
  /** When the next one is due. */
  readonly nextMs: number;
}

/** One empty answer may have been overtaken by an order that was under way. */
export const CLEAN_ROUNDS = 2;
/** Between two requests to a venue that answers. */
export const SWEEP_MS = 200;
/** Longest pause between two requests to a venue that does not. */
export const SWEEP_MS_MAX = 5_000;

/** A venue at which nothing is to be cancelled. */
export function restingSweep(venue: string, hasDeadMan: boolean, round = 0): Sweep {
  return { venue, hasDeadMan, round, isOut: false, clean: CLEAN_ROUNDS, failures: 0, nextMs: 0 };
}

/** Begins anew with a request that is due at once, whatever is out. */
export function sweepNow(sweep: Sweep, nowMs: number): Sweep {
  return { ...sweep, round: sweep.round + 1, isOut: true, clean: 0, failures: 0, nextMs: nowMs };
}

/** The requests that are due. */
export function sweepDue(
  sweeps: readonly Sweep[],
  nowMs: number,
): { readonly sweeps: readonly Sweep[]; readonly rounds: readonly Sweep[] } {
  const rounds: Sweep[] = [];
  const next = sweeps.map((sweep) => {
    if (isSwept([sweep]) || sweep.isOut || nowMs < sweep.nextMs) return sweep;
    const out = { ...sweep, round: sweep.round + 1, isOut: true };
    rounds.push(out);
    return out;
  });
  return { sweeps: rounds.length === 0 ? sweeps : next, rounds };
}

/** @param open orders that the venue still has, null when it did not say */
export function settleRound(
  sweep: Sweep,
  round: number,
  open: number | null,
  nowMs: number,
): Sweep {
  if (round !== sweep.round || !sweep.isOut) return sweep;
  const failures = open === null ? sweep.failures + 1 : 0;
  const clean = open === 0 ? sweep.clean + 1 : 0;
  const pauseMs = Math.min(SWEEP_MS_MAX, SWEEP_MS * 2 ** Math.min(failures, 10));
  return { ...sweep, isOut: false, clean, failures, nextMs: nowMs + pauseMs };
}

/** Whether every venue has said often enough that nothing is open. */
export function isSwept(sweeps: readonly Sweep[]): boolean {
  return sweeps.every(({ clean }) => clean >= CLEAN_ROUNDS);
}
