import { causeId, REDUCED_SCALE, type SafetyScope } from '../safety-cause.ts';
import type { SafetyKernel } from '../safety-kernel.ts';

const CONTROL = 'RESTART';
const OWNER = 'control';
const DESK: SafetyScope = { kind: 'desk' };

/** A start that follows no orderly stop trades at half size for a while. */
export function beginCaution(kernel: SafetyKernel, nowMs: number, forMs: number): void {
  if (forMs === 0) return;
  kernel.raise({
    control: CONTROL,
    scope: DESK,
    severity: 'reduced',
    sizeScale: REDUCED_SCALE,
    reset: 'A',
    owner: OWNER,
    reason: `the run before this one ended by no orderly stop; ${forMs / 1_000} s at half size`,
    nowMs,
    coolMs: forMs,
  });
}

/** Ends it once its time is over. */
export function endCaution(kernel: SafetyKernel, nowMs: number): void {
  const id = causeId(CONTROL, DESK);
  if (!kernel.isRaised(id)) return;
  kernel.release(id, { kind: 'owner', name: OWNER, reason: 'its time is over' }, nowMs);
}
