import { Worker } from 'node:worker_threads';
import type { Timers } from '../core/env.ts';

/** A thread that has not come up, or not gone down, after this long is given up. */
export const THREAD_MS_MAX = 10_000;

/**
 * A thread of this process that reports and is told to end by shared memory. It is never
 * terminated: lmdb 3.5.6 ends the whole process when its thread is stopped in the middle of a call,
 * and a log would be left in the middle of a commit.
 */
export class WatchedThread<News> {
  readonly #worker: Worker;
  readonly #timers: Timers;
  readonly #ended: Promise<void>;

  constructor(parts: {
    readonly file: URL;
    readonly data: unknown;
    readonly timers: Timers;
    readonly onNews: (news: News) => void;
    readonly onThrown: (thrown: unknown) => void;
    /** It has ended, be it that it was told to. */
    readonly onExit: (code: number) => void;
  }) {
    const { file, data, timers, onNews, onThrown, onExit } = parts;
    this.#timers = timers;
    this.#worker = new Worker(file, { workerData: data });
    this.#worker.on('error', onThrown);
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        onExit(code);
        resolve();
      });
    });
    this.#worker.on('message', onNews);
  }

  /** Whether it has said anything, or has ended, in time. */
  hasSpoken(): Promise<boolean> {
    const spoken = new Promise<void>((resolve) => {
      this.#worker.once('message', () => resolve());
    });
    return this.#within(Promise.race([spoken, this.#ended]));
  }

  /** Whether it has ended in time. */
  hasEnded(): Promise<boolean> {
    return this.#within(this.#ended);
  }

  tell(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** Lets it end when it can; the process does not wait for it. */
  abandon(): void {
    this.#worker.unref();
  }

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
