import { type ChildProcess, spawn } from 'node:child_process';
import type { Timers } from '../../src/core/env.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { GpioFault } from './port.ts';

/** A tool that has to answer and does not within this time is killed. */
export const TOOL_MS_MAX = 2_000;
const ANSWER_MAX = 4_096;

/**
 * A child that the kernel kills when this process ends, however it ends: an orphan would hold its
 * line, and the next start could not have it.
 */
export function tiedToUs(
  program: string,
  words: readonly string[],
  stdout: number | 'ignore' | 'pipe',
): ChildProcess {
  const tied = ['--pdeathsig', 'KILL', program, ...words];
  return spawn('setpriv', tied, { stdio: ['ignore', stdout, 'ignore'] });
}

/** What a tool prints before it ends with 0. */
export function outputOf(
  program: string,
  words: readonly string[],
  timers: Timers,
): Promise<Result<string, GpioFault>> {
  return new Promise((resolve) => {
    const command = [program, ...words].join(' ');
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(0, ANSWER_MAX);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, ANSWER_MAX);
    });
    const finish = (outcome: Result<string, GpioFault>): void => {
      timer.cancel();
      resolve(outcome);
    };
    const timer = timers.after(TOOL_MS_MAX, () => {
      child.kill('SIGKILL');
      const detail = `${command}: no answer within ${TOOL_MS_MAX} ms`;
      finish(err({ kind: 'pin-refused', detail }));
    });
    child.once('error', ({ message }) => finish(err({ kind: 'no-package', detail: message })));
    child.once('close', (code, signal) => {
      const detail = `${command} ended with ${code ?? signal}: ${complaint.trim()}`;
      finish(code === 0 ? ok(printed) : err({ kind: 'pin-refused', detail }));
    });
  });
}
