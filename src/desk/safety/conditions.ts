import type { FaultKind } from '../../control/mode/faults.ts';

/**
 * What must have been seen to hold before a mode rises: faults from the first moment on, until the
 * actor that looks after each of them clears it. Those actors start anew with control.
 */
export function standingConditions(hasGuard: boolean): readonly FaultKind[] {
  return hasGuard ? ['self-test', 'guard'] : ['self-test'];
}
