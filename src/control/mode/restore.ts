import { err, ok, type Result } from '../../core/result.ts';
import { MODES, type Mode } from '../gate.ts';
import type { ModePolicy, ModeState, RequestableMode } from '../modes.ts';
import type { StateSeal } from './state-seal.ts';

/** Raised when the meaning of the persisted context changes. Since 2 it is sealed. */
export const MODE_MACHINE_VERSION = 2;

/** The last change of mode, as the journal has it. */
export interface PersistedMode {
  readonly machine: string;
  readonly machineVersion: number;
}

export interface Boot {
  /** Whether the run before ended by an orderly stop. */
  readonly wasClean: boolean;
  readonly isLatched: boolean;
  /** Faults that stand until somebody clears them, besides `starting`. */
  readonly conditions: readonly string[];
}

export interface RestoredMode {
  readonly state: ModeState;
  /** Why what was persisted is not believed: the desk is in Emergency then. Null when it is. */
  readonly distrust: string | null;
}

/**
 * The mode after a start: the lower of what was persisted and Manual, with the faults `starting`
 * and `conditions`, so that it climbs by policy once those are cleared. Emergency stays, and what
 * cannot be believed is Emergency. The standing order outlives an orderly stop, and a crash where
 * policy climbs. Cool-downs begin anew: the monotonic clock of another boot says nothing.
 */
export function restoreMode(
  persisted: PersistedMode | null,
  seal: StateSeal,
  boot: Boot,
  policy: ModePolicy,
  nowMs: number,
): RestoredMode {
  const read = persisted === null ? null : readMode(persisted, seal);
  const distrust = read === null || read.ok ? null : read.error;
  const stood = read?.ok === true ? read.value : null;
  const isEmergency = boot.isLatched || distrust !== null || stood?.mode === 'emergency';
  const keepsOrder = boot.wasClean || policy.climbsAfterFault;
  const order = stood === null ? policy.initial : keepsOrder ? stood.requested : 'manual';
  const requested = isEmergency ? 'manual' : order;
  const waitMs = isEmergency ? policy.resetCooldownMs : policy.semiCooldownMs;
  const faults = ['starting', ...boot.conditions];
  return {
    state: {
      mode: isEmergency ? 'emergency' : 'manual',
      context: { requested, untilMs: nowMs + waitMs, faults, policy },
    },
    distrust,
  };
}

interface StoodMode {
  readonly mode: Mode;
  readonly requested: RequestableMode;
}

/**
 * Version 1 had no MAC. It is read in the one start that makes the key, with Manual as its standing
 * order; from then on everything is sealed, so that a seal cannot be taken off.
 */
function readMode(persisted: PersistedMode, seal: StateSeal): Result<StoodMode, string> {
  const { machine, machineVersion } = persisted;
  if (machineVersion === 1) {
    if (!seal.isNew) return err('found a mode without a MAC (version 1), wanted a sealed one');
    const read = modeIn(parsed(machine));
    return read.ok ? ok({ mode: read.value.mode, requested: 'manual' }) : read;
  }
  if (machineVersion !== MODE_MACHINE_VERSION) {
    const wanted = `wanted 1 or ${MODE_MACHINE_VERSION}`;
    return err(`found a mode of version ${machineVersion}, ${wanted}: another program wrote it`);
  }
  const opened = seal.open('flyball-mode-v2', machine);
  return opened.ok ? modeIn(opened.value) : err(`the persisted mode: ${opened.error}`);
}

function modeIn(read: unknown): Result<StoodMode, string> {
  const { mode, requested } = (read ?? {}) as Record<string, unknown>;
  const isMode = MODES.includes(mode as Mode) && MODES.includes(requested as Mode);
  if (!isMode || requested === 'emergency') {
    return err('the persisted mode: found no mode and standing order that this program knows');
  }
  return ok({ mode: mode as Mode, requested: requested as RequestableMode });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
