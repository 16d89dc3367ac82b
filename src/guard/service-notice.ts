import { type ServiceState, SystemdNotifier } from '../../hardware/watchdog/systemd.ts';
import type { Timers } from '../core/env.ts';
import type { Log } from '../ops/log.ts';

/** How often a guard that systemd runs gives a sign of life; far below its `WatchdogSec=`. */
export const NOTICE_MS = 2_000;

export interface ServiceNotice {
  /** An orderly end: the silence that follows is no hang. Resolves when it has been told. */
  end(): Promise<void>;
}

/**
 * Tells systemd that the guard is ready and lives, from its own event loop. It is ready before
 * there is a data directory, for it may be started ahead of the first desk. A guard that a desk has
 * started must not do this: it would feed the watchdog of that desk's unit.
 *
 * @param socket the environment's NOTIFY_SOCKET; without it nobody is told
 */
export function noticeService(
  socket: string | undefined,
  timers: Timers,
  log: Log,
  notify: SystemdNotifier['notify'] | null = null,
): ServiceNotice {
  if (socket === undefined) return { end: async () => {} };
  const systemd = new SystemdNotifier(socket, timers);
  const tell = notify ?? systemd.notify.bind(systemd);
  /** One after the other, for the notifier tells one state at a time; each within its own time. */
  let told: Promise<void> = Promise.resolve();
  const say = (state: ServiceState): void => {
    told = told.then(
      () =>
        new Promise((resolve) => {
          tell(state, (outcome) => {
            if (!outcome.ok) log('error', 'guard', 'service-not-told', { ...outcome.error });
            resolve();
          });
        }),
    );
  };
  let isOver = false;
  const pulse = (): void => {
    if (isOver) return;
    say('WATCHDOG=1');
    timers.after(NOTICE_MS, pulse);
  };
  say('READY=1');
  timers.after(NOTICE_MS, pulse);
  return {
    end() {
      isOver = true;
      say('STOPPING=1');
      return told;
    },
  };
}
