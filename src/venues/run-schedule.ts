import { type BackoffPolicy, backoffMs } from '../core/backoff.ts';
import { assert } from '../core/result.ts';
import type { Rng } from '../core/rng.ts';
import type { ReconcileOutcome } from '../execution/reconciliation.ts';

const AGAIN: BackoffPolicy = { minMs: 250, maxMs: 10_000, jitterFraction: 0.5, resetAfterMs: 0 };
/** Runs in a row that the venue answered and that did not settle, before people are needed. */
const UNSETTLED_MAX = 3;
/** Verifications in a row that found other balances, before everything is reconciled anew. */
const DIFFERENCES_MAX = 2;

/** An inquiry asks about single orders and so says nothing about balances. */
export type RunPurpose = 'restart' | 'verify' | 'inquire';

/** What follows from a run that ended. */
export type RunVerdict =
  | { readonly kind: 'reconciled'; readonly token: number }
  | { readonly kind: 'try-again'; readonly againMs: number; readonly reason: string }
  /** The venue answers and contradicts itself: only people can say what is true. */
  | { readonly kind: 'stuck'; readonly againMs: number; readonly reason: string }
  /** Balances differ for good: reconcile everything with the gate closed. */
  | { readonly kind: 'differs' }
  | { readonly kind: 'verified' };

/**
 * Which reconciliation runs when. Control asks with rising tokens; a run serves every token that
 * was asked before it began. One run at a time.
 */
export class RunSchedule {
  readonly #random: Rng;
  #wanted = 0;
  #done = 0;
  /** The run under way, and the token that a restart serves; null when nothing runs. */
  #running: { readonly purpose: RunPurpose; readonly token: number } | null = null;
  #failures = 0;
  #unsettled = 0;
  #differences = 0;

  constructor(random: Rng) {
    this.#random = random;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** A run that control asked for has not succeeded yet. */
  get isOwed(): boolean {
    return this.#wanted > this.#done;
  }

  want(token: number): void {
    this.#wanted = Math.max(this.#wanted, token);
  }

  /** @returns whether a run of that purpose may begin now; if so it is under way */
  begin(purpose: RunPurpose): boolean {
    if (this.isRunning || this.isOwed !== (purpose === 'restart')) return false;
    this.#running = { purpose, token: this.#wanted };
    return true;
  }

  /** Takes the outcome of the run that `begin` allowed. */
  end(outcome: ReconcileOutcome): RunVerdict {
    const run = this.#running;
    assert(run !== null, 'a run that ends has begun');
    this.#running = null;
    if (run.purpose === 'restart') return this.#endRestart(run.token, outcome);
    return run.purpose === 'verify' ? this.#endVerify(outcome) : { kind: 'verified' };
  }

  #endRestart(token: number, outcome: ReconcileOutcome): RunVerdict {
    if (outcome.kind === 'agreed') {
      this.#done = token;
      this.#failures = 0;
      this.#unsettled = 0;
      this.#differences = 0;
      return { kind: 'reconciled', token };
    }
    const reason = 'reason' in outcome ? outcome.reason : outcome.kind;
    this.#unsettled = outcome.kind === 'no-answer' ? 0 : this.#unsettled + 1;
    const againMs = Math.round(backoffMs(AGAIN, this.#failures, this.#random));
    this.#failures += 1;
    if (this.#unsettled < UNSETTLED_MAX) return { kind: 'try-again', againMs, reason };
    this.#unsettled = 0;
    return { kind: 'stuck', againMs, reason };
  }

  #endVerify(outcome: ReconcileOutcome): RunVerdict {
    if (outcome.kind === 'agreed') this.#differences = 0;
    if (outcome.kind === 'differs') this.#differences += 1;
    return { kind: this.#differences >= DIFFERENCES_MAX ? 'differs' : 'verified' };
  }
}
