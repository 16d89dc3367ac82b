import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../support/shared.ts';
import { readCatalogue, SUPERVISION_FILE } from './catalogue.ts';
import { closingLine, lineOf, type RunOptions, runCases, type Verdict } from './run-cases.ts';

/** Limits and process errors that the test lets happen. */
function aWorld() {
  const limits: (() => void)[] = [];
  const told: ((thrown: unknown) => void)[] = [];
  const options: RunOptions = {
    limitMs: 5,
    after: (_ms, run) => {
      limits.push(run);
      return { cancel: () => void limits.splice(limits.indexOf(run), 1) };
    },
    watchProcess: (tell) => {
      told.push(tell);
      return () => void told.splice(told.indexOf(tell), 1);
    },
  };
  return { options, limits, told };
}

async function verdictsOf(
  cases: Readonly<Record<string, () => Promise<void>>>,
  ids: readonly string[],
  world = aWorld(),
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const scenarios = ids.map((id) => ({ id, scenario: `scenario of ${id}` }));
  for await (const verdict of runCases(scenarios, new Map(Object.entries(cases)), world.options)) {
    verdicts.push(verdict);
  }
  assert.equal([world.limits, world.told], [[], []], 'nothing is left behind');
  return verdicts;
}

test('a case passes, fails with a reason in one line, or is absent, which is no pass', async () => {
  const verdicts = await verdictsOf(
    {
      A: async () => undefined,
      B: async () => assert.equal([1], [2], 'two\nlines'),
      C: async () => {
        throw new Error('boom');
      },
    },
    ['A', 'B', 'C', 'D'],
  );
  assert.equal(verdicts.map(lineOf), [
    'A passed  scenario of A',
    'B failed  two lines found [ 1 ], wanted [ 2 ] (scenario of B)',
    'C failed  boom (scenario of C)',
    'D absent  scenario of D',
  ]);
  assert.is(closingLine(verdicts), '1 passed, 3 failed');
});

test('a case that does not end is failed at its limit', async () => {
  const world = aWorld();
  const running = verdictsOf({ A: () => new Promise(() => undefined) }, ['A'], world);
  await new Promise((resolve) => setImmediate(resolve));
  world.limits[0]?.();
  assert.is((await running)[0]?.reason, 'no end within 5 ms');
});

test('an error that a case lets loose on the process fails it', async () => {
  const world = aWorld();
  const stray = async (): Promise<void> => {
    world.told[0]?.(new Error('stray'));
    await new Promise((resolve) => setImmediate(resolve));
  };
  const verdicts = await verdictsOf({ A: stray }, ['A'], world);
  assert.is(verdicts[0]?.reason, 'an error reached the process: stray');
});

test('a long value is cut', async () => {
  const [verdict] = await verdictsOf({ A: async () => assert.is('x'.repeat(500), 'y') }, ['A']);
  assert.ok((verdict?.reason.length ?? 0) < 400, verdict?.reason);
});

test('a catalogue that is missing or malformed is refused by place and found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-catalogue-'));
  const file = join(folder, 'catalogue.json');
  const faults: [text: string, fault: RegExp][] = [
    ['{"id": "A"}', /: found \{"id":"A"\}, wanted a list of 1 … 10000 scenarios$/],
    ['[]', /found a list of 0/],
    ['[{"id":"A"}, "B"]', /: \[1\]: found "B", wanted an object with an id$/],
    ['[{"scenario":"x"}]', /: \[0\]\.id: found nothing, wanted a text$/],
    ['[{"id":"A","expected":5}]', /: \[0\]\.expected: found 5, wanted a text$/],
    ['[{"id":"A"},{"id":"A"}]', /: \[1\]\.id: found A a second time, wanted an id of its own$/],
    [`["${'x'.repeat(100)}"]`, /found "x{59}…, wanted/],
    ['[{"id":', /JSON/],
  ];
  try {
    for (const [text, fault] of faults) {
      writeFileSync(file, text);
      const read = readCatalogue(file);
      assert.match(read.ok ? '' : read.error, fault);
    }
    const absent = readCatalogue(join(folder, 'absent.json'));
    assert.match(absent.ok ? '' : absent.error, /absent\.json: ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the program says how it ended by its lines and its exit code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-conformance-'));
  const program = join(root, 'dist', 'test', 'conformance', 'main.js');
  const run = (...words: string[]): [status: number | null, out: string, err: string] => {
    const env = { ...process.env, INIT_CWD: folder };
    const child = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', env });
    return [child.status, child.stdout, child.stderr];
  };
  try {
    writeFileSync(
      join(folder, 'some.json'),
      '[{"id":"SUP-001","scenario":"one"},{"id":"SUP-999"}]',
    );
    assert.equal(run('some.json'), [
      1,
      'SUP-001 passed  one\nSUP-999 absent\n\n1 passed, 1 failed\n',
      '',
    ]);
    writeFileSync(join(folder, 'good.json'), '[{"id":"SUP-001"}]');
    assert.equal(run('good.json'), [0, 'SUP-001 passed\n\n1 passed, 0 failed\n', '']);
    const [status, out, err] = run('none.json');
    assert.equal([status, out], [2, '']);
    assert.match(err, /none\.json: ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the copy of the reference has 71 scenarios with all their texts', () => {
  const read = readCatalogue(SUPERVISION_FILE);
  assert.ok(read.ok);
  assert.is(read.value.length, 71);
  for (const { scenario, expected, source } of read.value) {
    assert.ok(scenario !== undefined && expected !== undefined && source !== undefined);
  }
});

test.run();
