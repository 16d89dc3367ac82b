import { REASON_CHARS_MAX, type ReleaseRefusal, type Releaser } from '../authorisation.ts';
import {
  causeId,
  isAtLeast,
  REDUCED_SCALE,
  type ResetClass,
  type SafetyCause,
  stricter,
  worse,
} from '../safety-cause.ts';

/** A cause that stands. Plain data. */
export interface RaisedCause extends Required<SafetyCause> {
  readonly id: string;
  /** How often it was raised since it stands. */
  readonly count: number;
  /** Whether its owner tries, at reduced size, if it is gone. */
  readonly isProbing: boolean;
  /** Monotonic time before which its owner may take no step down. */
  readonly untilMs: number;
}

/** Classes that people release: they have to, whatever restarts meanwhile. */
const KEPT: readonly ResetClass[] = ['O', 'R', '2P'];
const OVERFLOW = 'OVERFLOW';

/** What stands after a raise: never less than what stood before it. */
export function raised(before: RaisedCause | null, cause: SafetyCause): RaisedCause {
  const { control, scope, severity, reset, owner, nowMs } = cause;
  const reason = cause.reason.slice(0, REASON_CHARS_MAX);
  const { coolMs = 0, probationMs = 0, letsFlatten = false } = cause;
  const { sizeScale = severity === 'reduced' ? REDUCED_SCALE : 1 } = cause;
  const id = causeId(control, scope);
  const untilMs = nowMs + coolMs;
  const fresh = { control, scope, owner, reason, nowMs, coolMs, probationMs, id, untilMs };
  if (before === null) {
    return { ...fresh, severity, reset, sizeScale, letsFlatten, count: 1, isProbing: false };
  }
  // The owner and the reason are those of the worse, which is what has to be released.
  const isWorse = isAtLeast(severity, before.severity);
  const longestMs = Math.max(before.coolMs, coolMs);
  return {
    ...fresh,
    ...(isWorse ? {} : { owner: before.owner, reason: before.reason }),
    severity: worse(before.severity, severity),
    reset: stricter(before.reset, reset),
    sizeScale: Math.min(before.sizeScale, sizeScale),
    letsFlatten: before.letsFlatten && letsFlatten,
    nowMs: before.nowMs,
    coolMs: longestMs,
    untilMs: nowMs + longestMs,
    probationMs: Math.max(before.probationMs, probationMs),
    count: before.count + 1,
    isProbing: false,
  };
}

export function isKept({ reset }: SafetyCause): boolean {
  return KEPT.includes(reset);
}

/** Too many to tell apart is at least as bad as what cannot be kept. */
export function overflowOf(cause: SafetyCause, id: string): SafetyCause {
  const isEmergency = cause.severity === 'emergency';
  return {
    control: OVERFLOW,
    scope: { kind: 'desk' },
    severity: isEmergency ? 'emergency' : 'halted',
    reset: isEmergency ? '2P' : 'R',
    owner: cause.owner,
    reason: `more causes than fit; the next is ${id}: ${cause.reason}`,
    nowMs: cause.nowMs,
  };
}

/** Whether a raise has changed nothing that has to be on record. */
export function isAsBad(before: RaisedCause, after: RaisedCause): boolean {
  return (
    !before.isProbing &&
    before.severity === after.severity &&
    before.reset === after.reset &&
    before.sizeScale === after.sizeScale
  );
}

export function scaleOf({ severity, sizeScale }: RaisedCause): number {
  if (isAtLeast(severity, 'paused')) return 0;
  return severity === 'reduced' ? sizeScale : 1;
}

/** An owner waits for the end of the probation; people have looked themselves. */
export function notYet(cause: RaisedCause, by: Releaser, nowMs: number): ReleaseRefusal | null {
  if (by.kind !== 'owner' || cause.reset === '-') return null;
  const { id, untilMs, isProbing, probationMs } = cause;
  if (!isProbing && probationMs > 0) return { kind: 'not-probed', id, probationMs };
  return nowMs >= untilMs ? null : { kind: 'too-early', id, waitMs: waitFor(untilMs, nowMs) };
}

/** A time that is no number is never late enough. */
export function waitFor(untilMs: number, nowMs: number): number {
  return Number.isFinite(nowMs) ? untilMs - nowMs : Number.POSITIVE_INFINITY;
}
