import { type Boot, type RestoredMode, restoreMode } from '../../../src/control/mode/restore.ts';
import { type StateSeal, stateSealOf } from '../../../src/control/mode/state-seal.ts';
import type { ModePolicy } from '../../../src/control/modes.ts';

/** A seal whose key everybody knows. */
export const SEAL: StateSeal = stateSealOf(new Uint8Array(32), false);

export function aBoot(parts: Partial<Boot> = {}): Boot {
  return { wasClean: true, isLatched: false, conditions: [], ...parts };
}

/** The mode of a data directory that has none yet, at time 0. */
export function aFirstMode(policy: ModePolicy, parts: Partial<Boot> = {}): RestoredMode {
  return restoreMode(null, SEAL, aBoot(parts), policy, 0);
}
