import { Gate } from '../../../src/control/gate.ts';
import type { SafetyCause } from '../../../src/control/safety-cause.ts';
import {
  type SafetyEvent,
  SafetyKernel,
  type ScopeChange,
} from '../../../src/control/safety-kernel.ts';

export interface TestKernel {
  readonly kernel: SafetyKernel;
  readonly gate: Gate;
  readonly changes: ScopeChange[];
  readonly events: SafetyEvent[];
  /** Who stopped the desk and why, with what closed the gate at that moment. */
  readonly emergencies: string[];
}

/** A kernel on a gate of the test, which nobody listens to. */
export function aQuietKernel(gate: Gate): SafetyKernel {
  return new SafetyKernel({ gate, emergency() {}, onScope() {}, record() {} });
}

/** A kernel whose gate is open in full-auto; every change of severity is noted. */
export function aKernel(
  parts: { readonly standing?: readonly SafetyCause[]; readonly recordFault?: () => void } = {},
): TestKernel {
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const changes: ScopeChange[] = [];
  const events: SafetyEvent[] = [];
  const emergencies: string[] = [];
  const kernel = new SafetyKernel({
    gate,
    emergency: (by, reason) => void emergencies.push(`${by}: ${reason} (${gate.causes()})`),
    onScope: (change) => void changes.push(change),
    record(event) {
      parts.recordFault?.();
      events.push(event);
    },
    ...(parts.standing === undefined ? {} : { standing: parts.standing }),
  });
  return { kernel, gate, changes, events, emergencies };
}

/** An error cascade of venue 0 that pauses it until an operator has looked. */
export function aCause(parts: Partial<SafetyCause> = {}): SafetyCause {
  return {
    control: 'C28',
    scope: { kind: 'venue', venue: 0 },
    severity: 'paused',
    reset: 'O',
    owner: 'breakers',
    reason: '60 % of 12 calls failed; at most 50 % may',
    nowMs: 1_000,
    ...parts,
  };
}
