/** The runner of mutants, on a program of one file with a test runner of three lines. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MutantFile } from './mutant.ts';
import { MutantRun } from './run-mutants.ts';

const PROGRAM = 'export const isOpen = false;\nexport const name = "gate";\n';
/** Fails when the gate is open, or when it is asked for what always fails. */
const TESTS = `
const { readFileSync } = await import('node:fs');
const { isOpen } = await import('../src/gate.js');
process.exit(isOpen || process.argv[2] === 'red' ? 1 : 0);
`;

function withRun(use: (run: MutantRun, root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'mutants-test-'));
  mkdirSync(join(root, 'dist/src'), { recursive: true });
  mkdirSync(join(root, 'dist/test'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'dist/src/gate.js'), PROGRAM);
  writeFileSync(join(root, 'dist/test/run.js'), TESTS);
  const run = new MutantRun(root);
  try {
    use(run, root);
  } finally {
    run.remove();
    rmSync(root, { recursive: true });
  }
}

const FILE: MutantFile = { file: 'src/gate.js', tests: ['first', 'second'], mutants: [] };

test('a mutant that tests notice is killed, one that they do not survives', () =>
  withRun((run) => {
    const opened = { what: 'it is open', from: 'isOpen = false', to: 'isOpen = true' };
    const renamed = { what: 'it has another name', from: '"gate"', to: '"door"' };
    assert.equal(run.judge(FILE, opened), {
      file: 'src/gate.js',
      what: 'it is open',
      verdict: 'killed',
      by: 'first',
    });
    assert.is(run.judge(FILE, renamed).verdict, 'survived');
    assert.is(run.soundness(FILE), null, 'the file is whole again');
  }));

test('a mutant whose text is not there exactly once is stale, not killed', () =>
  withRun((run) => {
    const gone = run.judge(FILE, { what: 'x', from: 'isShut', to: '' });
    assert.equal([gone.verdict, gone.by], ['stale', 'found 0 times, wanted once: isShut']);
    assert.is(run.judge(FILE, { what: 'x', from: 'export', to: '' }).verdict, 'stale');
  }));

test('tests that fail without any mutant notice nothing, and are named', () =>
  withRun((run) => {
    const red = run.soundness({ ...FILE, tests: ['first', 'red'] });
    assert.is(red, 'the tests red of src/gate.js fail without any mutant');
  }));

test.run();
