import { extname } from 'node:path';
import type { Timers } from '../../../core/env.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { DrainWords } from '../../journal/drain-words.ts';
import { THREAD_MS_MAX, WatchedThread } from '../../watched-thread.ts';
import type { OpenAuditLog } from '../audit-log.ts';
import type { AuditDrainOptions } from './audit-drain.ts';
import type { AuditFault } from './audit-fault.ts';

/** What the thread is started with. */
export interface AuditJob extends Pick<AuditDrainOptions, 'segments' | 'folder' | 'keys' | 'name'> {
  readonly shared: SharedArrayBuffer;
}

/** What the thread says. */
export type AuditNews =
  | {
      readonly kind: 'ready';
      readonly recovered: OpenAuditLog['recovered'];
      readonly size: number;
    }
  | { readonly kind: 'failed'; readonly fault: AuditFault };

/** The audit log as the lane sees it. */
export interface AuditRunner {
  /** What opening has put right, and entries that were there. */
  readonly recovered: OpenAuditLog['recovered'] & { readonly size: number };
  /** Why the log no longer follows the journal: nothing may trade then. */
  readonly fault: AuditFault | null;
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

  constructor(job: AuditJob, timers: Timers, onFault: (fault: AuditFault) => void) {
    const words = new DrainWords(job.shared);
    this.#words = words;
    this.#onFault = onFault;
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

  #hear(news: AuditNews): void {
    if (news.kind === 'failed') this.#fail(news.fault);
    else this.recovered = { ...news.recovered, size: news.size };
  }

  #fail(fault: AuditFault): void {
    if (this.fault !== null) return;
    this.fault = fault;
    this.#onFault(fault);
  }
}
