import { type ChildProcess, spawn } from 'node:child_process';
import type { Timers } from '../../src/core/env.ts';
import { err, ok, type Result } from '../../src/core/result.ts';

export type ServiceState = 'READY=1' | 'RELOADING=1' | 'STOPPING=1' | 'WATCHDOG=1';

export interface NotifyFault {
  readonly kind: 'no-service-manager' | 'busy' | 'failed' | 'timeout';
  readonly detail: string;
}

/** A child that has not told systemd by then is killed. Well below a `WatchdogSec=` of 5 s. */
export const NOTIFY_MS_MAX = 1_000;

/**
 * Tells systemd how the service is. Node has no datagram sockets of the Unix kind, so the program
 * `systemd-notify` does it as a child, one at a time; the unit needs `NotifyAccess=all`.
 *
 * @param socket the environment's NOTIFY_SOCKET
 */
export class SystemdNotifier {
  readonly #socket: string | undefined;
  readonly #timers: Timers;
  readonly #program: string;
  #child: ChildProcess | null = null;

  constructor(socket: string | undefined, timers: Timers, program = 'systemd-notify') {
    this.#socket = socket;
    this.#timers = timers;
    this.#program = program;
  }

  /** @param done is called exactly once: when the child has ended, by then or by a kill */
  notify(state: ServiceState, done: (outcome: Result<void, NotifyFault>) => void): void {
    const program = this.#program;
    if (this.#socket === undefined) {
      done(err({ kind: 'no-service-manager', detail: 'NOTIFY_SOCKET is not set' }));
      return;
    }
    if (this.#child !== null) {
      done(err({ kind: 'busy', detail: `${program} is still telling the last state` }));
      return;
    }
    const child = spawn(program, [state], {
      stdio: 'ignore',
      env: { ...process.env, NOTIFY_SOCKET: this.#socket },
    });
    this.#child = child;
    let isLate = false;
    const finish = (outcome: Result<void, NotifyFault>): void => {
      this.#child = null;
      timer.cancel();
      done(outcome);
    };
    const timer = this.#timers.after(NOTIFY_MS_MAX, () => {
      isLate = true;
      child.kill('SIGKILL');
    });
    child.once('error', ({ message }) => finish(err({ kind: 'failed', detail: message })));
    child.once('exit', (code, signal) => {
      const late = `${program}: no end within ${NOTIFY_MS_MAX} ms`;
      const detail = `${program} ended with ${code ?? signal}`;
      if (isLate) finish(err({ kind: 'timeout', detail: late }));
      else finish(code === 0 ? ok(undefined) : err({ kind: 'failed', detail }));
    });
  }
}
