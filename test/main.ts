/**
 * `npm test`: runs the suites under c8, then reads the coverage summary and demands 100 % of every
 * file in the folders that money depends on. The closing line comes last, alone.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { criticalShortfalls, type Summary } from './support/critical-coverage.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const c8 = createRequire(import.meta.url).resolve('c8/bin/c8.js');
/** More processes than two would share cores on the smallest machine that this is meant for. */
const JOBS = { FLYBALL_TEST_JOBS: String(Math.min(2, availableParallelism())) };
const closing = /^(\d+) passed, (\d+) failed(, \d+ skipped)?$/;

function runSuites(): Promise<{ exitCode: number; closingLine: string | undefined }> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [c8, process.execPath, '--enable-source-maps', join(root, 'dist', 'test', 'run.js')],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...JOBS } },
    );
    let tail = '';
    let closingLine: string | undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (tail + text).split('\n');
      tail = lines.pop() ?? '';
      for (const line of lines) {
        if (closing.test(line)) closingLine = line;
        else process.stdout.write(`${line}\n`);
      }
    });
    child.on('close', (code) => resolve({ exitCode: code ?? 1, closingLine }));
  });
}

const { exitCode, closingLine } = await runSuites();
const counts = closing.exec(closingLine ?? '');
let failed = counts === null ? 1 : Number(counts[2]);
if (counts === null) process.stdout.write('FAIL the suites ended without a closing line\n');

if (counts !== null && failed === 0) {
  if (exitCode !== 0) {
    failed += 1;
    process.stdout.write('FAIL coverage is below the overall thresholds of .c8rc.json\n');
  }
  const summary: Summary = JSON.parse(
    readFileSync(join(root, 'coverage', 'coverage-summary.json'), 'utf8'),
  );
  for (const shortfall of criticalShortfalls(summary, (path) => relative(root, path))) {
    failed += 1;
    process.stdout.write(`FAIL critical coverage: ${shortfall}\n`);
  }
}

process.stdout.write(`\n${counts?.[1] ?? 0} passed, ${failed} failed${counts?.[3] ?? ''}\n`);
process.exit(failed === 0 ? 0 : 1);
