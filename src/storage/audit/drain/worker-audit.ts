import { extname } from 'node:path';
import type { Timers } from '../../../core/env.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { DrainWords } from '../../journal/drain-words.ts';
import { THREAD_MS_MAX, WatchedThread } from '../../watched-thread.ts';
import type { OpenAuditLog } from '../audit-log.ts';
import type { AuditDrainOptions } from './audit-drain.ts';
import type { AuditFault } from './audit-fault.ts';

/** What the thread is started with. */
export interface AuditJob
  extends Pick<AuditDrainOptions, 'segments' | 'folder' | 'keys' | 'kek' | 'name' | 'mayBegin'> {
  readonly shared: SharedArrayBuffer;
}

/** What the thread says. */
export type AuditNews =
  | {
      readonly kind: 'ready';
      readonly recovered: OpenAuditLog['recovered'];
      readonly size: number;
    }
  | { readonly kind: 'failed'; readonly fault: AuditFault }
  | ({ readonly kind: 'proven' } & HeadProof)
  | { readonly kind: 'not-proven'; readonly reason: string };

/** What the thread is told. */
export type AuditOrder =
  | { readonly kind: 'prove'; readonly fromSize: number }
  | { readonly kind: 'witnessed'; readonly checkpoint: string };

/** A signed head, and what shows that it has grown out of a smaller one. */
export interface HeadProof {
  readonly checkpoint: string;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
}

/** Longest wait for a proof: the thread may be in a commit of thousands. */
const PROVE_MS_MAX = 2_000;

/** The audit log as the lane sees it. */
export interface AuditRunner {
  /** What opening has put right, and entries that were there. */
  readonly recovered: OpenAuditLog['recovered'] & { readonly size: number };
  /** Why the log no longer follows the journal: nothing may trade then. */
  readonly fault: AuditFault | null;
  /** The newest head, with the proof that leads to it from a smaller size; one at a time. */
  prove(fromSize: number): Promise<Result<HeadProof, string>>;
  /** Puts a head that a witness has signed beside the log. */
  keepWitnessed(checkpoint: string): void;
  /** Covers what is durable and ends; the journal's own drain has ended before. */
  stop(): Promise<void>;
}

/**
 * Starts the audit log in a thread of its own and waits until it follows.
 *
 * @param onFault called once, when it ceases to
 */
export function startWorkerAudit(
  job: AuditJob,
  timers: Timers,
  onFault: (fault: AuditFault) => void,
): Promise<Result<AuditRunner, AuditFault>> {
  return new WorkerAudit(job, timers, onFault).started();
}

class WorkerAudit implements AuditRunner {
  recovered = { entries: 0, droppedBytes: 0, repairedTiles: 0, size: 0 };
  fault: AuditFault | null = null;
  readonly #thread: WatchedThread<AuditNews>;
  readonly #words: DrainWords;
  readonly #onFault: (fault: AuditFault) => void;
  #hasEnded = false;
  #proven: (outcome: Result<HeadProof, string>) => void = () => {};
  readonly #timers: Timers;

  constructor(job: AuditJob, timers: Timers, onFault: (fault: AuditFault) => void) {
    const words = new DrainWords(job.shared);
    this.#words = words;
    this.#onFault = onFault;
    this.#timers = timers;
    this.#thread = new WatchedThread({
      file: new URL(`./audit-worker${extname(import.meta.url)}`, import.meta.url),
      data: job,
      timers,
      onNews: (news) => this.#hear(news),
      onThrown: (thrown) => this.#fail({ kind: 'audit-died', detail: String(thrown) }),
      onExit: (code) => {
        this.#hasEnded = true;
        if (words.isAuditEnding) return;
        this.#fail({ kind: 'audit-died', detail: `exit code ${code}` });
      },
    });
  }

  async started(): Promise<Result<AuditRunner, AuditFault>> {
    const isUp = await this.#thread.hasSpoken();
    if (!isUp) this.#fail({ kind: 'audit-died', detail: `not up after ${THREAD_MS_MAX} ms` });
    if (this.fault === null) return ok(this);
    this.#words.endAudit();
    this.#thread.abandon();
    return err(this.fault);
  }

  async stop(): Promise<void> {
    this.#words.endAudit();
    if (this.#hasEnded || (await this.#thread.hasEnded())) return;
    this.#fail({ kind: 'audit-died', detail: `still busy after ${THREAD_MS_MAX} ms` });
    this.#thread.abandon();
  }

  prove(fromSize: number): Promise<Result<HeadProof, string>> {
    return new Promise((resolve) => {
      const late = `the audit log gave no proof within ${PROVE_MS_MAX} ms`;
      const timer = this.#timers.after(PROVE_MS_MAX, () => resolve(err(late)));
      this.#proven = (outcome) => {
        timer.cancel();
        resolve(outcome);
      };
      this.#tell({ kind: 'prove', fromSize });
    });
  }

  keepWitnessed(checkpoint: string): void {
    this.#tell({ kind: 'witnessed', checkpoint });
  }

  #tell(order: AuditOrder): void {
    this.#thread.tell(order);
  }

  #hear(news: AuditNews): void {
    switch (news.kind) {
      case 'failed':
        this.#fail(news.fault);
        break;
      case 'ready':
        this.recovered = { ...news.recovered, size: news.size };
        break;
      case 'proven':
        this.#proven(ok(news));
        break;
      default:
        this.#proven(err(news.reason));
    }
  }

  #fail(fault: AuditFault): void {
    if (this.fault !== null) return;
    this.fault = fault;
    this.#onFault(fault);
  }
}
