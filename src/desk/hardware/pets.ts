import { openWatchdog, type Watchdog } from '../../../hardware/watchdog/device.ts';
import { type ServiceState, SystemdNotifier } from '../../../hardware/watchdog/systemd.ts';
import type { Timers } from '../../core/env.ts';
import type { Log } from '../../ops/log.ts';

/** Whoever resets the host or the service when this desk hangs. */
export interface Pets {
  /** Everybody lives. The first time it also says that the desk is ready. */
  pet(): void;
  /** An orderly stop: nobody resets anything because of the silence that follows. */
  rest(): void;
}

/** systemd is told by a child process, which costs some milliseconds, so not at each pet. */
export const PETS_PER_NOTICE = 4;

/** @returns null where nobody watches */
export function petsOf(options: {
  /** Path of the device; undefined when none is configured. */
  readonly device: string | undefined;
  /** The environment's NOTIFY_SOCKET. */
  readonly socket: string | undefined;
  readonly timers: Timers;
  readonly log: Log;
  readonly open?: typeof openWatchdog;
  readonly notify?: SystemdNotifier['notify'];
}): Pets | null {
  const { device, socket, timers, log, open = openWatchdog } = options;
  if (device === undefined && socket === undefined) return null;
  const systemd = new SystemdNotifier(socket, timers);
  const tell = options.notify ?? systemd.notify.bind(systemd);
  let watchdog: Watchdog | null = null;
  let pets = 0;
  const told = (detail: string): void => log('error', 'desk', 'watchdog', { detail });
  const notify = (state: ServiceState): void => {
    if (socket === undefined) return;
    tell(state, (outcome) => {
      if (!outcome.ok) told(outcome.error.detail);
    });
  };
  /** Opening the device starts its timer, so that comes last in a start: with the first pet. */
  const begin = (): void => {
    if (device === undefined) return;
    const opened = open(device);
    if (opened.ok) watchdog = opened.value;
    else told(opened.error.detail);
  };
  return {
    pet() {
      if (pets === 0) begin();
      const petted = watchdog?.pet();
      if (petted?.ok === false) told(petted.error.detail);
      if (pets % PETS_PER_NOTICE === 0) notify(pets === 0 ? 'READY=1' : 'WATCHDOG=1');
      pets += 1;
    },
    rest() {
      const rested = watchdog?.disarm();
      watchdog = null;
      if (rested?.ok === false) told(rested.error.detail);
      notify('STOPPING=1');
    },
  };
}
