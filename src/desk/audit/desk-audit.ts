import { verifierKeyText } from '../../audit/note/keys.ts';
import type { AuditTrail } from '../../audit/trail.ts';
import type { Env, Files } from '../../core/env.ts';
import { assert, ok, type Result } from '../../core/result.ts';
import type { Log } from '../../ops/log.ts';
import type { Kek } from '../../ops/secrets/sealed.ts';
import { prepareNextKey, VERIFIER_FILE } from '../../storage/audit/drain/audit-keys.ts';
import type { AuditRunner } from '../../storage/audit/drain/worker-audit.ts';
import type { Journal } from '../../storage/journal/journal.ts';
import { type HeadWitness, Witnessing } from './witnessing.ts';

const DAY_MS = 86_400_000;
const UNSEALED =
  'AUDIT KEY NOT SEALED: whoever copies the data directory can sign its log; see docs/safety.md';

/** The audit log of a running desk: whether it follows, and when its key is to be handed over. */
export class DeskAudit implements AuditTrail {
  fault: string | null = null;
  /** What is to happen at once when the log no longer follows; the gate is not there yet. */
  onFault: () => void = () => {};
  readonly #parts: DeskAuditParts;
  #madeMs: number;
  #runner: AuditRunner | null = null;
  #witnessing: Witnessing | null = null;

  constructor(parts: DeskAuditParts) {
    this.#parts = parts;
    this.#madeMs = parts.madeMs;
  }

  /** The log has failed. */
  fail(fault: string): void {
    this.fault = fault;
    this.#parts.log('fatal', 'desk', 'audit-failed', { fault });
    this.onFault();
  }

  get witnessFault(): string | null {
    return this.#witnessing?.fault ?? null;
  }

  /** Has the heads of the log cosigned from now on, until the journal is closed. */
  witnessedBy(witness: HeadWitness): void {
    const { env, log } = this.#parts;
    const runner = this.#runner;
    assert(runner !== null && this.#witnessing === null, 'a log that runs is given one witness');
    this.#witnessing = new Witnessing({ ...{ witness, runner, log }, ...env });
    this.#witnessing.start();
  }

  /** The log follows the journal, and ends with it. */
  follow(runner: AuditRunner): void {
    this.#runner = runner;
    this.#parts.journal.followedBy({
      stop: () => {
        this.#witnessing?.stop();
        return runner.stop();
      },
    });
  }

  covered(near: number): number {
    return this.#parts.journal.words.audited(near);
  }

  dueKey(nowMs: number): Result<string | null, string> {
    const { env, keys, kek, name, keyDays } = this.#parts;
    if (nowMs - this.#madeMs < keyDays * DAY_MS) return ok(null);
    const next = prepareNextKey(env, keys, name, kek);
    if (!next.ok) return next;
    this.#madeMs = next.value.madeMs;
    return ok(verifierKeyText(next.value.signer.key));
  }

  /** What `start` says of keys that lie open; null when they are sealed. */
  get keyNotice(): string | null {
    return this.#parts.kek === null ? UNSEALED : null;
  }

  /** The key that a verifier pins, as the file has it. */
  verifierKey(files: Files): string {
    const bytes = files.read(`${this.#parts.keys}/${VERIFIER_FILE}`);
    return bytes === null ? '' : Buffer.from(bytes).toString('utf8').trim();
  }
}

interface DeskAuditParts {
  readonly env: Pick<Env, 'clock' | 'timers' | 'files' | 'entropy'>;
  readonly log: Log;
  /** Folder of the keys. */
  readonly keys: string;
  /** Under which they are sealed; null when they lie open. */
  readonly kek: Kek | null;
  readonly name: string;
  readonly journal: Journal;
  /** When the newest key was made, by the wall clock. */
  readonly madeMs: number;
  readonly keyDays: number;
}
