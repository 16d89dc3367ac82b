import type { KillSwitch } from '../../hardware/estop/kill-switch.ts';
import { type ProofRecord, ProofWatch } from '../../hardware/estop/proof-watch.ts';
import { type SelfTestOptions, SelfTestWatch } from '../../hardware/estop/self-test-watch.ts';
import type { Log } from '../../src/ops/log.ts';
import { address } from '../addresses.ts';
import type { Context } from '../runtime/actor-spec.ts';

export interface StopChecksOptions extends Omit<SelfTestOptions, 'told'> {
  readonly proof: ProofRecord;
  readonly log: Log;
}

/** What has to hold for the stop to be relied upon, besides the stop itself. */
export interface StopChecks {
  readonly selfTest: SelfTestWatch;
  readonly proofs: ProofWatch;
}

/** Keeps the desk in Manual as long as the stop is not known to work. */
const SELF_TEST = 'self-test';
/** Keeps a desk with a real button from Full-Auto as long as nobody has pressed it of late. */
const PROOF_TEST = 'proof-test';

/** Self-test and proof test of the stop: what they find is recorded, and control hears of it. */
export function stopChecks(
  options: StopChecksOptions,
  desk: KillSwitch,
  ctx: Context<never>,
): StopChecks {
  const { log, backend, proof, startFault } = options;
  const report = (fault: string, reason: string | null): void => {
    if (reason === null) ctx.send(address.control, { kind: 'cleared', fault });
    else ctx.send(address.control, { kind: 'fault', fault, reason });
  };
  const tested = (fault: string | null): void => {
    desk.note(fault === null ? 'self-test:passed' : 'self-test:failed', ctx.path, fault ?? '');
    log(fault === null ? 'info' : 'error', ctx.path, SELF_TEST, { fault });
    report(SELF_TEST, fault);
  };
  const proofs = new ProofWatch(proof, backend.kind, ctx.clock, (date) => {
    log(date === 'in-date' ? 'info' : 'warn', ctx.path, PROOF_TEST, { date });
    report(PROOF_TEST, date === 'barred' ? 'nobody has proven the button of late' : null);
  });
  tested(startFault);
  // The rest of a test runs in timers, which an incarnation that is over must not hear.
  return { selfTest: new SelfTestWatch({ ...options, told: ctx.fenced(tested) }), proofs };
}
