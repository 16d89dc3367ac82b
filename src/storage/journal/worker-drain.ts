import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Timers } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
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

/** A thread that has not come up, or not gone down, after this long is given up. */
const THREAD_MS_MAX = 10_000;

/** Starts the drain in a thread of its own and waits until it runs. */
export function startWorkerDrain(
  job: DrainJob,
  timers: Timers,
): Promise<Result<DrainRunner, DrainFault>> {
  const file = `./drain-worker${extname(import.meta.url)}`;
  const worker = new Worker(new URL(file, import.meta.url), { workerData: job });
  const drain = new WorkerDrain(worker, new DrainWords(job.shared), timers);
  return drain.started();
}

class WorkerDrain implements DrainRunner {
  readonly #worker: Worker;
  readonly #words: DrainWords;
  readonly #timers: Timers;
  readonly #ended: Promise<void>;
  #syncFault: DrainFault | null = null;
  #storeFault: DrainFault | null = null;

  constructor(worker: Worker, words: DrainWords, timers: Timers) {
    this.#worker = worker;
    this.#words = words;
    this.#timers = timers;
    worker.on('error', (thrown) => this.#fail({ kind: 'drain-died', detail: String(thrown) }));
    this.#ended = new Promise((resolve) => {
      worker.once('exit', (code) => {
        if (!words.isStopping) this.#fail({ kind: 'drain-died', detail: `exit code ${code}` });
        resolve();
      });
    });
    worker.on('message', (news: DrainNews) => {
      if (news.kind === 'sync-failed') this.#syncFault ??= news.fault;
      if (news.kind === 'store-failed') this.#storeFault ??= news.fault;
    });
  }

  async started(): Promise<Result<DrainRunner, DrainFault>> {
    const spoken = new Promise<void>((resolve) => {
      this.#worker.once('message', () => resolve());
    });
    const isUp = await this.#within(Promise.race([spoken, this.#ended]));
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
    if (await this.#within(this.#ended)) return;
    this.#fail({ kind: 'drain-died', detail: `still busy after ${THREAD_MS_MAX} ms` });
    this.#abandon();
  }

  /**
   * Lets the thread end when it can. It is never terminated: lmdb 3.5.6 ends the whole process when
   * its thread is stopped in the middle of a call.
   */
  #abandon(): void {
    this.#words.stop();
    this.#worker.unref();
  }

  /** Without the thread nothing is synced any more, so nothing may be appended. */
  #fail(fault: DrainFault): void {
    this.#syncFault ??= fault;
    this.#storeFault ??= fault;
    this.#words.failSync();
    this.#words.failDrain();
  }

  /** Whether something happened in time. */
  #within(event: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#timers.after(THREAD_MS_MAX, () => resolve(false));
      event.then(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }
}
