import { extname } from 'node:path';
import type { Timers } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { THREAD_MS_MAX, WatchedThread } from '../watched-thread.ts';
import { type DrainOptions, GROUP_COMMIT_RECORDS } from './drain.ts';
import { DrainWords } from './drain-words.ts';
import type { DrainFault } from './faults.ts';
import type { DrainRunner } from './inline-drain.ts';

/** What the thread is started with. */
export interface DrainJob extends Pick<DrainOptions, 'folder' | 'segmentBytes' | 'keepSegments'> {
  readonly shared: SharedArrayBuffer;
  readonly storeFolder: string;
  readonly storeBytesMax: number;
}

/** What the thread says. */
export type DrainNews =
  | { readonly kind: 'ready' }
  | { readonly kind: 'sync-failed' | 'store-failed'; readonly fault: DrainFault };

/** Starts the drain in a thread of its own and waits until it runs. */
export function startWorkerDrain(
  job: DrainJob,
  timers: Timers,
): Promise<Result<DrainRunner, DrainFault>> {
  return new WorkerDrain(job, timers).started();
}

class WorkerDrain implements DrainRunner {
  readonly #thread: WatchedThread<DrainNews>;
  readonly #words: DrainWords;
  #syncFault: DrainFault | null = null;
  #storeFault: DrainFault | null = null;

  constructor(job: DrainJob, timers: Timers) {
    const words = new DrainWords(job.shared);
    this.#words = words;
    this.#thread = new WatchedThread({
      file: new URL(`./drain-worker${extname(import.meta.url)}`, import.meta.url),
      data: job,
      timers,
      onNews: (news) => {
        if (news.kind === 'sync-failed') this.#syncFault ??= news.fault;
        if (news.kind === 'store-failed') this.#storeFault ??= news.fault;
      },
      onThrown: (thrown) => this.#fail({ kind: 'drain-died', detail: String(thrown) }),
      onExit: (code) => {
        if (!words.isStopping) this.#fail({ kind: 'drain-died', detail: `exit code ${code}` });
      },
    });
  }

  async started(): Promise<Result<DrainRunner, DrainFault>> {
    const isUp = await this.#thread.hasSpoken();
    if (!isUp) this.#fail({ kind: 'drain-died', detail: `not up after ${THREAD_MS_MAX} ms` });
    const fault = this.#storeFault ?? this.#syncFault;
    if (fault === null) return ok(this);
    this.#abandon();
    return err(fault);
  }

  appended(unsynced: number): void {
    if (unsynced % GROUP_COMMIT_RECORDS === 0) this.#words.ring();
  }

  hurry(): void {
    this.#words.want();
  }

  get syncFault(): DrainFault | null {
    return this.#syncFault;
  }

  get storeFault(): DrainFault | null {
    return this.#storeFault;
  }

  async stop(): Promise<void> {
    this.#words.stop();
    if (await this.#thread.hasEnded()) return;
    this.#fail({ kind: 'drain-died', detail: `still busy after ${THREAD_MS_MAX} ms` });
    this.#abandon();
  }

  #abandon(): void {
    this.#words.stop();
    this.#thread.abandon();
  }

  /** Without the thread nothing is synced any more, so nothing may be appended. */
  #fail(fault: DrainFault): void {
    this.#syncFault ??= fault;
    this.#storeFault ??= fault;
    this.#words.failSync();
    this.#words.failDrain();
  }
}
