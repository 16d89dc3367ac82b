/** The runner of vectors itself: what is wrong is seen and named, whatever a folder holds. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../support/shared.ts';
import { worstMismatch } from './compare.ts';
import { runGolden } from './golden.ts';
import { quantVectors } from './quant.ts';
import { idsIn } from './safety/check-lists.ts';
import { safetyCorpus } from './safety/corpus.ts';
import type { Corpus } from './vector.ts';

const SAFETY = join(root, 'test/golden/safety');
const safety = safetyCorpus(join(root, 'test'));

interface Ran {
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/** Runs the vectors of files that are made up for this run. Texts are written as they are. */
function ran(
  files: Readonly<Record<string, unknown>>,
  { corpus = safety, filter = '', isPartial = false } = {},
): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'));
  try {
    for (const [name, value] of Object.entries(files)) {
      writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
    }
    return runIn(folder, corpus, filter, isPartial);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runIn(folder: string, corpus: Corpus, filter = '', isPartial = false): Ran {
  const lines: string[] = [];
  const tell = (line: string): void => void lines.push(line);
  return { exitCode: runGolden({ corpus, folder, filter, isPartial, tell }), lines };
}

/** A file of ours with one value changed. */
function broken(
  topic: string,
  breakIt: (document: never) => void,
): Readonly<Record<string, unknown>> {
  const document = JSON.parse(readFileSync(join(SAFETY, `${topic}.json`), 'utf8'));
  breakIt(document as never);
  return { [`${topic}.json`]: document };
}

const failuresOf = ({ lines }: Ran): string[] => lines.filter((line) => line.startsWith('fail'));

test('the safety vectors here have no failure, and all numbers are answered', () => {
  const run = runIn(SAFETY, safety, '', true);
  assert.equal(failuresOf(run), []);
  assert.is(run.exitCode, 0);
  assert.match(run.lines.at(-1) as string, /^\d+ passed, 0 failed$/);
  const missing = run.lines.filter((line) => line.startsWith('missing'));
  const lists = /^missing (estop_requirements|controls_and_halts|audit_attacks|faults)\//;
  assert.equal(
    missing.filter((line) => !lists.test(line)),
    [],
  );
});

const BREAKS: readonly [topic: string, breakIt: (document: never) => void, worst: RegExp][] = [
  [
    'estop_waveforms',
    ({ cases }: { cases: { expect: unknown[][] }[] }) => {
      (cases[0]?.expect[0] as unknown[])[0] = 1001;
    },
    /expect\[0\]\[0\]: found 1000, expected 1001, equal$/,
  ],
  [
    'panic_detectors',
    ({ kyle_lambda }: { kyle_lambda: { lambda: number; r2: number }[] }) => {
      const one = kyle_lambda[0] as { lambda: number; r2: number };
      one.lambda *= 1 + 1e-6;
      one.r2 *= 1 + 1e-7;
    },
    /lambda: found 0\.0099973\d+, expected 0\.0099973\d+, within 9\.99\d*e-12$/,
  ],
  [
    'panic_detectors',
    ({ api_errors }: { api_errors: { opened_at: Record<string, number> }[] }) => {
      (api_errors[0] as { opened_at: Record<string, number> }).opened_at = { A: 1 };
    },
    /opened_at\.A: found nothing, expected 1/,
  ],
  [
    'audit_tree_vectors',
    ({ tiles }: { tiles: Record<string, Record<string, string>> }) => {
      (tiles['256'] as Record<string, string>)['tile/0/000'] = '00';
    },
    /tiles {2}size 256 {2}tiles\.tile\/0\/000: found "326e[0-9a-f]+", expected "00", equal$/,
  ],
  [
    'rfc6962_proof_vectors',
    ({ inclusion }: { inclusion: { wantErr: boolean }[] }) => {
      (inclusion[0] as { wantErr: boolean }).wantErr = !inclusion[0]?.wantErr;
    },
    /wantErr: found (true|false), expected (true|false), equal$/,
  ],
  [
    'wycheproof_ed25519_test',
    ({ testGroups }: { testGroups: { tests: { result: string }[] }[] }) => {
      (testGroups[0]?.tests[0] as { result: string }).result = 'invalid';
    },
    /log: found true, expected false, equal$/,
  ],
  [
    'wycheproof_aes_gcm_test',
    ({ testGroups }: { testGroups: { tests: { tag: string }[] }[] }) => {
      (testGroups[0]?.tests[0] as { tag: string }).tag = '00'.repeat(16);
    },
    /opened: found null, expected "[0-9a-f]+", equal$/,
  ],
];

for (const [topic, breakIt, worst] of BREAKS) {
  test(`one wrong value in ${topic} is one failure that names it`, () => {
    const run = ran(broken(topic, breakIt));
    const failures = failuresOf(run);
    assert.is(run.exitCode, 1);
    assert.ok(failures.length >= 1 && failures.length <= 5, failures.join('\n'));
    assert.ok(
      failures.some((line) => worst.test(line)),
      failures.join('\n'),
    );
    assert.match(
      run.lines.at(-1) as string,
      new RegExp(`^\\d+ passed, ${failures.length} failed$`),
    );
  });
}

test('an id that no test names is missing, which fails a run that is not partial', () => {
  const files = { 'controls_and_halts.json': [{ id: 'C28', Control: 'x' }, { id: 'C99' }] };
  const whole = ran(files);
  assert.is(whole.exitCode, 1);
  assert.ok(whole.lines.includes('ok      controls_and_halts/control  C28 x'));
  assert.ok(whole.lines.includes('missing controls_and_halts/control  C99 '));
  assert.is(whole.lines.at(-1), '1 passed, 0 failed');
  assert.is(ran(files, { isPartial: true }).exitCode, 0);
});

test('files without vectors, foreign files and broken files do not end the run', () => {
  const run = ran({
    'README.md': '# words',
    'a_list.json': [],
    'b_data.json': { rows: 3 },
    'c_new.json': { cases: [{ name: 'x' }] },
    'estop_waveforms.json': '{ "cases": [',
    'faults.json': [{ id: 'F01', fault: 'x' }, { no: 'id' }, null],
    'panic_detectors.json': { _meta: {}, teapot: [{ q: 1 }], spread: [] },
    'wycheproof_ed25519_test.json': 3,
  });
  assert.equal(
    run.lines.map((line) => line.replace(/: .*/, '')),
    [
      'none    a_list  the file holds no vectors',
      'none    b_data  the file holds no vectors',
      'missing c_new/*  every one',
      'fail    estop_waveforms  the file cannot be read as vectors',
      'ok      faults/fault  F01 x',
      'missing panic_detectors/teapot  0',
      'none    wycheproof_ed25519_test  the file holds no vectors',
      '2 missing',
      '1 passed, 1 failed',
    ],
  );
  assert.is(run.exitCode, 1);
});

test('a folder without any vector, or that is not there, passes nothing and fails', () => {
  assert.is(ran({}).exitCode, 1);
  assert.is(runIn('/no/such/folder', safety).exitCode, 1);
  assert.is(ran({ 'faults.json': [{ id: 'F01' }] }, { filter: 'other' }).exitCode, 1);
});

test('a topic, and an item of it, can be run alone', () => {
  const wanted = runIn(SAFETY, safety, 'panic_detectors/spread');
  assert.is(wanted.exitCode, 0);
  assert.ok(wanted.lines.slice(0, -1).every((line) => line.includes('panic_detectors/spread')));
});

test('waveforms are played with the times of their own file', () => {
  const wave = { name: 'slow', init: {}, events: [[0, 'a', 0]], end: 200 };
  const params = {
    discrepancy_us: 100,
    release_stable_us: 100,
    reset_min_us: 10,
    reset_max_us: 20,
    cooldown_us: 100,
  };
  const expect = [
    [0, 'trip:a'],
    [100, 'fault:discrepancy'],
  ];
  const final = { tripped: true, fault: true };
  const cases = [{ ...wave, expect, final }];
  assert.is(ran({ 'estop_waveforms.json': { _meta: { params }, cases } }).exitCode, 0);
  const bare = { _meta: { params: {} }, cases };
  assert.match(failuresOf(ran({ 'estop_waveforms.json': bare }))[0] as string, /discrepancy_us/);
});

test('numbers are held to the limit of the nearest name, and the worst is told', () => {
  const tolerances = {
    'fit.alpha': { abs: 0.5 },
    beta: { rel: 0.1 },
    fit: { abs: 0.01 },
    '*': { rel: 1e-6 },
  };
  const expected = { fit: { alpha: 1, beta: 10, rest: [1, 2] }, other: 0, name: 'x' };
  const found = { fit: { alpha: 1.5, beta: 10.9, rest: [1.009, 2] }, other: 1e-12, name: 'x' };
  assert.is(worstMismatch(expected, { ...found, more: 1 }, tolerances), null);
  const off = { ...found, fit: { alpha: 1.6, beta: 100, rest: [1, 2.02] } };
  assert.equal(worstMismatch(expected, off, tolerances), {
    path: 'fit.beta',
    found: 100,
    expected: 10,
    limit: 1,
    excess: 90,
  });
  const isOff = (value: unknown, other: unknown) => worstMismatch(value, other, {}) !== null;
  assert.ok(isOff(0, 1e-300) && isOff(1, Number.NaN) && isOff(1, null) && isOff(null, Number.NaN));
  assert.ok(isOff([1, 2], [1]) && isOff({ a: 1 }, 3) && isOff([1], 1) && isOff('a', 'b'));
  assert.is(worstMismatch(0, 2e-12, { '*': { rel: 1 } })?.limit, 1e-12);
  assert.is(worstMismatch(1, Number.NaN, { '*': { abs: 9 } })?.excess, Number.POSITIVE_INFINITY);
});

test('a quantitative vector is dispatched by topic and item, with its files beside it', () => {
  const vector = {
    item: 'weighted-mid',
    name: 'two rows',
    inputs: { data: 'book.csv' },
    expected: { wmid_first5: [101, 103], wmid_mean: 102 },
    tolerance: { '*': { rel: 1e-12 } },
  };
  const files = {
    'book.csv': 't,bid,bid_size,ask,ask_size\n0,100,7,102,7\n1,100,3,104,1\n',
    'microprice.json': [vector, { ...vector, item: 'teapot' }, { note: 'no vector' }],
  };
  const run = ran(files, { corpus: quantVectors, isPartial: true });
  assert.equal(run.lines.slice(0, 2), [
    'ok      microprice/weighted-mid  two rows',
    'missing microprice/teapot  two rows',
  ]);
  const lost = ran({ 'microprice.json': [vector] }, { corpus: quantVectors });
  assert.match(failuresOf(lost)[0] as string, /threw .*ENOENT/);
});

test('a table of expected results stands in a file beside the vector', () => {
  const vector = { item: 'x', inputs: {}, expected: { table: 't.csv' } };
  const files = { 't.csv': 'i,Close,SMA\n0,1,NA\n1,2,1.5\n', 'indicators.json': [vector] };
  let expected: unknown;
  ran(files, {
    corpus: (file) => {
      const vectors = quantVectors(file);
      expected = vectors[0]?.expected;
      return vectors;
    },
  });
  assert.equal(expected, { table: { SMA: [null, 1.5] } });
});

test('ids are those in titles of tests, and in tables that titles are made from', () => {
  const titles = "test('C01 C02: a', f);\ntest(\n  \"A03: it's b\",\n f);\ntest.skip('C09: c', f);";
  assert.equal(idsIn(`${titles}\nconst x = 'C05';`), ['C01', 'C02', 'A03']);
  assert.equal(idsIn("served(\n  'F40 F22: a flood',\n f);\nsay('x F41: y');"), ['F40', 'F22']);
  const rows = "const T = [['C05: too fast'], ['C06']];";
  const table = `${rows}\nfor (const [t] of T) test(\`\${t}\`, f);`;
  assert.equal(idsIn(table), ['C05', 'C06']);
  assert.equal(idsIn(`${rows}\nfor (const [title] of T) test(title, f);`), ['C05', 'C06']);
});

test.run();
