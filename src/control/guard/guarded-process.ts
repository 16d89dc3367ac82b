import type { Files } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/**
 * A process by number and start time, which no other process of this boot shares: a number alone
 * may have gone to a stranger.
 */
export interface GuardedProcess {
  readonly pid: number;
  /** Clock ticks after the boot of the machine, as /proc states it. */
  readonly startTicks: string;
}

/** The process that has a number now; null when there is none, or it is a zombie. */
export function processAt(files: Files, pid: number): GuardedProcess | null {
  let text: string;
  try {
    const bytes = files.read(`/proc/${pid}/stat`);
    if (bytes === null) return null;
    text = new TextDecoder().decode(bytes);
  } catch {
    // The process ended while it was read.
    return null;
  }
  // The name of the program is in parentheses and may hold anything, parentheses included.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[START_TIME - STATE]];
  if (startTicks === undefined || state === 'Z' || state === 'X') return null;
  return { pid, startTicks };
}

/** Fields of /proc/PID/stat, counted from 1 as proc(5) does. */
const STATE = 3;
const START_TIME = 22;

export function isAlive(files: Files, { pid, startTicks }: GuardedProcess): boolean {
  return processAt(files, pid)?.startTicks === startTicks;
}

/**
 * Stops a process, so that it does nothing any more, and kills it.
 *
 * @param signal as `process.kill` does it
 * @returns whether it was there to be ended; one sentence when it could not be
 */
export function endProcess(
  files: Files,
  guarded: GuardedProcess,
  signal: (pid: number, name: 'SIGSTOP' | 'SIGKILL') => void,
): Result<boolean, string> {
  if (!isAlive(files, guarded)) return ok(false);
  try {
    signal(guarded.pid, 'SIGSTOP');
    // A stopped process keeps its number: what is killed is what was looked at.
    if (!isAlive(files, guarded)) return ok(false);
    signal(guarded.pid, 'SIGKILL');
    return ok(true);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ESRCH') return ok(false);
    return err(`process ${guarded.pid} cannot be ended: ${reasonOf(thrown)}`);
  }
}
