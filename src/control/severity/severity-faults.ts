import { isAtLeast, type ResetClass, type SafetyScope, type Severity } from '../safety-cause.ts';
import type { SafetyKernel, SafetySummary } from '../safety-kernel.ts';

/** A raised severity as people see it. */
export interface RaisedRow {
  /** `C28@venue:0`: what `resume` takes. */
  readonly id: string;
  readonly severity: Severity;
  /** Who may release it, by its class. */
  readonly reset: ResetClass;
  readonly owner: string;
  readonly reason: string;
  readonly isProbing: boolean;
  readonly count: number;
  /** For how long it stands. */
  readonly forSeconds: number;
}

const DESK: SafetyScope = { kind: 'desk' };

/** The faults that follow from what is raised: each with its reason, null when it is not there. */
export function faultsOf(kernel: SafetyKernel): readonly (readonly [string, string | null])[] {
  const deskPaused = isAtLeast(kernel.severityOf(DESK), 'paused');
  const paused = kernel.pausedScopes.filter((scope) => scope !== 'desk');
  return [
    ['breaker', deskPaused ? 'the desk is paused' : null],
    ['open-breaker', paused.length > 0 ? `paused: ${paused.join(', ')}` : null],
  ];
}

export function raisedRows({ causes }: SafetySummary, nowMs: number): readonly RaisedRow[] {
  return causes.map((cause) => {
    const { id, severity, reset, owner, reason, isProbing, count } = cause;
    const forSeconds = Math.round(Math.max(0, nowMs - cause.nowMs) / 1_000);
    return { id, severity, reset, owner, reason, isProbing, count, forSeconds };
  });
}
