import type { ControlSummary } from '../../control/control-desk.ts';
import type { SafetyKernel } from '../../control/safety-kernel.ts';
import { raisedRows } from '../../control/severity/severity-faults.ts';
import type { DeskParts } from '../desk-parts.ts';

/** What can be said of a desk whose control is being restarted: what stands outside the tree. */
export function controlIsDown(
  { gate, latch, env }: Pick<DeskParts, 'gate' | 'latch' | 'env'>,
  kernel: SafetyKernel,
): ControlSummary {
  const { mode } = gate;
  return {
    mode,
    requested: mode,
    faults: ['control is down'],
    gate: gate.causes(),
    cooldownMs: 0,
    latch: latch.cause(),
    riskScale: Math.min(gate.permissions.riskScale, kernel.deskScale),
    raised: raisedRows(kernel.summary(), env.clock.mono() / 1e6),
  };
}
