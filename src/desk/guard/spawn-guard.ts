import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { GUARD_STARTED_BY_DESK } from '../../control/guard/wire.ts';
import { type BackoffPolicy, backoffMs } from '../../core/backoff.ts';
import type { Env } from '../../core/env.ts';
import type { Log, LogLevel } from '../../ops/log.ts';

const BACKOFF: BackoffPolicy = {
  minMs: 100,
  maxMs: 10_000,
  jitterFraction: 0.5,
  resetAfterMs: 60_000,
};

/**
 * Starts guards in a session of their own, so that what ends the desk does not end them; again
 * after a crash, later each time.
 */
export class GuardSpawner {
  readonly #env: Pick<Env, 'clock' | 'timers' | 'random'>;
  readonly #log: Log;
  readonly #command: readonly string[];
  readonly #logPath: string;
  #isRunning = false;
  #attempt = 0;
  #startedMs = Number.NEGATIVE_INFINITY;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(
    env: Pick<Env, 'clock' | 'timers' | 'random'>,
    log: Log,
    command: readonly string[],
    logPath: string,
  ) {
    this.#env = env;
    this.#log = log;
    this.#command = command;
    this.#logPath = logPath;
  }

  /** Starts one, unless the last one still runs or ended just now. */
  startIfDue(): void {
    const nowMs = this.#env.clock.mono() / 1e6;
    if (this.#isRunning || nowMs < this.#notBeforeMs) return;
    this.#isRunning = true;
    this.#startedMs = nowMs;
    const output = openSync(this.#logPath, 'a', 0o600);
    const [program, ...words] = this.#command;
    const child = spawn(program as string, words, {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, [GUARD_STARTED_BY_DESK]: '1' },
    });
    closeSync(output);
    child.on('error', (error) => this.#onEnd('error', error.message));
    child.on('exit', (code, signal) =>
      this.#onEnd(code === 0 ? 'info' : 'error', `it ended with ${signal ?? code}`),
    );
    child.unref();
    this.#log('info', 'guard', 'guard-started', { pid: child.pid, output: this.#logPath });
  }

  #onEnd(level: LogLevel, reason: string): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    const nowMs = this.#env.clock.mono() / 1e6;
    if (nowMs - this.#startedMs > BACKOFF.resetAfterMs) this.#attempt = 0;
    const waitMs = backoffMs(BACKOFF, this.#attempt, this.#env.random);
    this.#attempt += 1;
    this.#notBeforeMs = nowMs + waitMs;
    this.#log(level, 'guard', 'guard-ended', { reason, waitMs: Math.round(waitMs) });
  }
}
