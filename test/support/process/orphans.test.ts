/** A test run that is killed leaves no daemon behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../shared.ts';
import { Script } from './program.ts';
import { until } from './until.ts';

const SUPPORT = join(root, 'dist', 'test', 'support', 'process', 'program.js');
/** Starts a guard, which waits for a desk for ever, and says its number. */
const RUN = `
import { Program } from '${SUPPORT}';
const guard = new Program(['guard', '--data-dir', process.argv[1], '--guard-dir', process.argv[1]]);
process.stdout.write('guard ' + guard.pid + '\\n');
`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('what a killed test run has started ends by itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-orphan-'));
  try {
    const words = ['--input-type=module', '--eval', RUN, join(folder, 'data')];
    const run = new Script('a test run', words);
    const pid = Number((await run.said(/guard (\d+)/))[1]);
    assert.ok(isAlive(pid));
    await run.kill();
    await until('the end of the guard', () => !isAlive(pid));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
