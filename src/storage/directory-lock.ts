import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { err, ok, type Result, reasonOf } from '../core/result.ts';

export type LockFault =
  | {
      readonly kind: 'directory-held';
      readonly path: string;
      /** What the holder has written: its process id, or empty. */
      readonly holder: string;
    }
  | { readonly kind: 'lock-unavailable'; readonly path: string; readonly detail: string };

export interface HeldLock {
  release(): void;
}

/** Takes a lock file, or says who has it. The real one is `lockFile`. */
export type Locker = (path: string) => Result<HeldLock, LockFault>;

/** The command does no more than one system call. */
const FLOCK_MS_MAX = 5_000;
/** What `flock -n` answers when another open file has the lock. */
const CONFLICT = 1;

/**
 * Locks a file with flock(2), by way of the command of util-linux, since Node has no such call. The
 * lock belongs to the open file that command and process share: it outlives the command, is not
 * inherited by other children, and the kernel gives it back however the process ends.
 */
export const lockFile: Locker = (path) => {
  let fd: number;
  try {
    fd = openSync(path, 'a+', 0o600);
  } catch (thrown) {
    return err({ kind: 'lock-unavailable', path, detail: reasonOf(thrown) });
  }
  const fault = refusal(path, fd);
  if (fault !== null) {
    closeSync(fd);
    return err(fault);
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return ok({ release: () => closeSync(fd) });
};

function refusal(path: string, fd: number): LockFault | null {
  const stdio = ['ignore', 'ignore', 'pipe', fd] as const;
  const { error, status, stderr } = spawnSync('flock', ['-x', '-n', '3'], {
    stdio: [...stdio],
    timeout: FLOCK_MS_MAX,
    encoding: 'utf8',
  });
  if (error !== undefined) {
    const isAbsent = 'code' in error && error.code === 'ENOENT';
    const detail = isAbsent ? 'the command flock is missing; install util-linux' : error.message;
    return { kind: 'lock-unavailable', path, detail };
  }
  if (status === 0) return null;
  if (status === CONFLICT && stderr === '') {
    return { kind: 'directory-held', path, holder: readFileSync(path, 'utf8').trim() };
  }
  return { kind: 'lock-unavailable', path, detail: `flock ended with ${status}: ${stderr.trim()}` };
}

export function lockFaultText(fault: LockFault): string {
  if (fault.kind === 'lock-unavailable') return `${fault.path} cannot be locked: ${fault.detail}`;
  const holder = fault.holder === '' ? 'another process' : `process ${fault.holder}`;
  return `${fault.path} is held by ${holder}; one daemon to a data directory`;
}
