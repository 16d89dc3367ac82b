import type { AccessPort } from '../../commands/access/access-port.ts';
import type { ControlSummary } from '../../control/control-desk.ts';
import type { RequestableMode } from '../../control/modes.ts';
import { needsSecond } from '../../control/settings.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { keyText } from '../../ops/access/authorised-keys.ts';
import { ModeApprovals } from '../../ops/access/mode-approvals.ts';
import type { DeskParts } from '../desk-parts.ts';

/** What the access port needs of the desk that runs. */
export interface RunningModes {
  mode(): ControlSummary;
  requestMode(mode: RequestableMode, by: string, reason: string): Promise<ControlSummary>;
  reset(by: string, reason: string): Promise<Result<ControlSummary, string>>;
}

/** Who may do what on a running desk: its keys, its four-eyes rule, its record of refusals. */
export function deskAccess(parts: DeskParts, desk: RunningModes): AccessPort {
  const { env, journal, deskId } = parts;
  const keyRing = parts.shell?.keyRing ?? null;
  const keys = () => keyRing?.list() ?? [];
  const approvals = new ModeApprovals({
    deskId,
    clock: env.clock,
    entropy: env.entropy,
    keys,
    head: () => journal.head,
    standing() {
      const { mode, requested, latch } = desk.mode();
      return JSON.stringify([mode === 'emergency', requested, latch]);
    },
    journal: (event) => journal.appendDurable(event) > 0,
  });
  return {
    keys: () =>
      keys().map(({ name, role, publicKey }) => ({ name, role, key: keyText(publicKey) })),
    change: (change, by) => keyRing?.change(change, by) ?? err('nobody can log in to this desk'),
    recordRefusal({ user, role }, command, reason) {
      // Not durable at once: whoever is refused ten times a second must not slow the lane.
      journal.append({ kind: 'command-refused', by: user, role, command, reason });
    },
    needsSecond: (action) => needsSecond(parts.config.control, action),
    request: (mode, reason, by) => approvals.request(mode, reason, by),
    approve: (id, by) => approvals.approve(id, by),
    pending: () => approvals.pending(),
    async sign(id, signature, by) {
      // An approval counts once: it is not taken while nothing could come of it.
      const { mode: before, cooldownMs } = desk.mode();
      if (before === 'emergency' && cooldownMs > 0) {
        return err(`cooling down for ${Math.ceil(cooldownMs)} ms more; sign after that`);
      }
      const signed = approvals.sign(id, signature, by);
      if (!signed.ok) return signed;
      if (signed.value.kind === 'mode-requested') return ok(signed.value);
      const { mode, reason, ...approved } = signed.value;
      const both = `${approved.requestedBy} and ${approved.approvedBy}`;
      if (desk.mode().mode !== 'emergency') {
        return ok({ ...approved, control: await desk.requestMode(mode, both, reason) });
      }
      const outcome = await desk.reset(both, reason);
      return outcome.ok ? ok({ ...approved, control: outcome.value }) : outcome;
    },
  };
}
