import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { err, ok, type Result, reasonOf } from '../../src/core/result.ts';

/** What resets the host when nobody pets it in time. */
export interface Watchdog {
  pet(): Result<void, WatchdogFault>;
  /** Puts it to rest, for an orderly stop only. Afterwards it cannot be petted any more. */
  disarm(): Result<void, WatchdogFault>;
}

export interface WatchdogFault {
  readonly kind: 'watchdog';
  readonly detail: string;
}

/** The kernel's magic close: only after this byte does closing the device stop the timer. */
const DISARM = new TextEncoder().encode('V');
const PET = new Uint8Array(1);

/**
 * The kernel's watchdog. Opening it starts its timer, so this is the last thing that a start does.
 * Node has no ioctl: the time-out is the driver's (`RuntimeWatchdogSec=` or a module parameter).
 *
 * It goes past the files of `Env`: they write at a position, which a device without positions
 * refuses (ESPIPE), and create what is absent, which in /dev would be a plain file.
 */
export function openWatchdog(path = '/dev/watchdog'): Result<Watchdog, WatchdogFault> {
  const attempt = (work: () => void): Result<void, WatchdogFault> => {
    try {
      work();
      return ok(undefined);
    } catch (thrown) {
      return err({ kind: 'watchdog', detail: `${path}: ${reasonOf(thrown)}` });
    }
  };
  let fd = CLOSED;
  const opened = attempt(() => {
    fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  });
  if (!opened.ok) return opened;
  const write = (byte: Uint8Array): void => void writeSync(fd, byte, 0, 1, null);
  return ok({
    pet: () => attempt(() => write(PET)),
    disarm: () =>
      attempt(() => {
        write(DISARM);
        closeSync(fd);
        fd = CLOSED;
      }),
  });
}

const CLOSED = -1;
