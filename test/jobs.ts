/** Runs suites in several processes, each of which asks for the next file when it is done with one. */
import { fork } from 'node:child_process';

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** Told instead of a file when there is none left. */
export const NO_MORE = '';

const CLOSING = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/**
 * Forks a program so many times and hands out files. What a process prints is shown when it asks
 * for more, so that suites do not mix.
 *
 * @param tell prints text
 */
export async function runJobs(
  program: string,
  words: readonly string[],
  files: readonly string[],
  jobs: number,
  tell: (text: string) => void,
): Promise<Totals> {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  const left = [...files];
  await Promise.all(Array.from({ length: jobs }, () => runJob(program, words, left, totals, tell)));
  if (left.length > 0) {
    totals.failed += left.length;
    tell(`FAIL ${left.length} files were not run: ${left.join(', ')}\n`);
  }
  return totals;
}

function runJob(
  program: string,
  words: readonly string[],
  left: string[],
  totals: Totals,
  tell: (text: string) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(program, words, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.on('message', () => {
      tell(text);
      text = '';
      child.send(left.shift() ?? NO_MORE);
    });
    child.on('close', (code) => {
      const lines = text.trimEnd().split('\n');
      const closing = CLOSING.exec(lines.pop() ?? '');
      tell(`${lines.join('\n')}\n`);
      if (closing === null) {
        totals.failed += 1;
        tell(`FAIL a process of the run ended with ${code} and without a closing line\n${text}`);
      } else {
        totals.passed += Number(closing[1]);
        totals.failed += Number(closing[2]);
        totals.skipped += Number(closing[3] ?? 0);
      }
      resolve();
    });
  });
}
