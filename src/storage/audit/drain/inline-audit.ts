import { err, ok, type Result } from '../../../core/result.ts';
import { type AuditDrain, type AuditDrainOptions, openAuditDrain } from './audit-drain.ts';
import type { AuditFault } from './audit-fault.ts';
import type { AuditRunner, HeadProof } from './worker-audit.ts';

/**
 * The audit log on the lane itself, for virtual time: whenever the journal has been put on the
 * medium, what is new is committed before anything else happens.
 *
 * @param onFault called once, when the log ceases to follow
 */
export function startInlineAudit(
  options: AuditDrainOptions,
  onFault: (fault: AuditFault) => void,
): Result<AuditRunner, AuditFault> {
  const opened = openAuditDrain(options);
  if (!opened.ok) return opened;
  const { drain, recovered } = opened.value;
  const runner = new InlineAudit(drain, { ...recovered, size: drain.log.size }, onFault);
  options.words.onSynced = () => runner.follow();
  runner.follow();
  return runner.fault === null ? ok(runner) : err(runner.fault);
}

class InlineAudit implements AuditRunner {
  readonly recovered: AuditRunner['recovered'];
  readonly #drain: AuditDrain;
  readonly #onFault: (fault: AuditFault) => void;
  #isOver = false;

  constructor(
    drain: AuditDrain,
    recovered: AuditRunner['recovered'],
    onFault: (fault: AuditFault) => void,
  ) {
    this.#drain = drain;
    this.recovered = recovered;
    this.#onFault = onFault;
  }

  get fault(): AuditFault | null {
    return this.#drain.fault;
  }

  /** Commits everything that is on the medium. */
  follow(): void {
    if (this.#isOver) return;
    while (this.#drain.turn(true) === 0) {}
    if (this.#drain.fault === null) return;
    this.#isOver = true;
    this.#onFault(this.#drain.fault);
  }

  prove(fromSize: number): Promise<Result<HeadProof, string>> {
    return Promise.resolve(this.#drain.prove(fromSize));
  }

  keepWitnessed(checkpoint: string): void {
    this.#drain.keepWitnessed(checkpoint);
  }

  stop(): Promise<void> {
    this.follow();
    this.#isOver = true;
    this.#drain.close();
    return Promise.resolve();
  }
}
