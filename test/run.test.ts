import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { criticalShortfalls } from './support/critical-coverage.ts';
import { root } from './support/shared.ts';

/** Of a file that ends: it is to be its own failure that fails it, and no limit. */
const PATIENT_MS = 60_000;

function runFixture(
  name: string,
  how: { readonly jobs?: number; readonly limitMs?: number } = {},
): { status: number | null; lastLine: string; output: string } {
  const { jobs = 1, limitMs = PATIENT_MS } = how;
  const fixtures = join(root, 'dist', 'test', 'support', 'fixtures', 'run');
  const child = spawnSync(
    process.execPath,
    [join(root, 'dist', 'test', 'run.js'), name === '' ? '' : `${name}.test.js`, fixtures],
    {
      encoding: 'utf8',
      env: { ...process.env, FLYBALL_SUITE_LIMIT_MS: `${limitMs}`, FLYBALL_TEST_JOBS: `${jobs}` },
    },
  );
  const output = child.stdout + child.stderr;
  return { status: child.status, lastLine: output.trimEnd().split('\n').at(-1) ?? '', output };
}

const silentPasses: [fixture: string, said: RegExp, closing: string][] = [
  ['before-hook', /0 of 1 passed \(a hook threw/, '0 passed, 1 failed'],
  ['non-error', /0 of 1 passed/, '0 passed, 1 failed'],
  ['no-run', /did it call test\.run\(\)/, '0 passed, 1 failed'],
  ['hang', /no answer within \d+ ms/, '0 passed, 1 failed'],
  ['after-hook', /after/, '0 passed, 1 failed'],
  ['stray', /unhandled: Error: stray/, '1 passed, 1 failed'],
  ['throws-on-import', /on import/, '0 passed, 1 failed'],
  ['nothing-of-that-name', /no test was found/, '0 passed, 1 failed'],
];
for (const [fixture, said, closing] of silentPasses) {
  test(`the runner fails on the fixture ${fixture}`, () => {
    const limitMs = fixture === 'hang' ? 300 : PATIENT_MS;
    const { status, lastLine, output } = runFixture(fixture, { limitMs });
    assert.is(status, 1);
    assert.match(output, said);
    assert.is(lastLine, closing);
  });
}

test('the runner passes a good file and counts what was skipped', () => {
  const { status, lastLine } = runFixture('passes');
  assert.is(status, 0);
  assert.is(lastLine, '1 passed, 0 failed, 1 skipped');
});

test('a run in two processes loses no failure and no file', () => {
  const { status, lastLine, output } = runFixture('', { jobs: 2, limitMs: 2_000 });
  assert.is(status, 1);
  for (const [fixture, said] of silentPasses) {
    if (fixture !== 'nothing-of-that-name') assert.match(output, said);
  }
  assert.match(lastLine, /^\d+ passed, \d+ failed, 1 skipped$/);
  assert.is(output.split(lastLine).length, 2, 'there is one closing line');
});

test('a critical file below 100 % is named with its figures', () => {
  const full = { total: 4, covered: 4 };
  const summary = {
    total: { lines: full, branches: full, functions: full },
    '/x/src/risk/check.ts': { lines: full, branches: { total: 4, covered: 3 }, functions: full },
    '/x/src/market/book.ts': { lines: { total: 9, covered: 1 }, branches: full, functions: full },
  };
  assert.equal(
    criticalShortfalls(summary, (path) => path.slice(3)),
    ['src/risk/check.ts has 3 of 4 branches'],
  );
});

test.run();
