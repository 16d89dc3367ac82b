import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT } from '../../../src/commands/command.ts';
import type { SimulateOptions } from '../../../src/commands/local-command.ts';
import { simulate } from '../../../src/desk/simulate/simulate.ts';
import { openGuardProcess } from '../../../src/guard/open-guard-process.ts';

async function simulated(parts: Partial<SimulateOptions>, isInteractive = false) {
  let out = '';
  let err = '';
  const exitCode = await simulate(
    {
      configFile: 'config/paper.yaml',
      seeds: { first: 1, last: 1 },
      steps: 300,
      faults: [],
      venues: null,
      isTraced: false,
      stopsEarly: false,
      isJson: false,
      ...parts,
    },
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      isInteractive,
      hasColour: false,
      columns: 80,
    },
    openGuardProcess,
  );
  return { exitCode, out, err };
}

test('a run says its digest, what it came to, and what is absent', async () => {
  const { exitCode, out, err } = await simulated({ seeds: { first: 1, last: 2 } }, true);
  assert.is(exitCode, EXIT.done);
  assert.match(out, /^seed 1 {2}[0-9a-f]{16} {2}[a-z+-]+ {2}\d+ steps .* 0 violations/);
  assert.match(out, /F29 +absent: MDB_MAP_FULL/);
  assert.match(out, /F10 +partly: every frame of the market .*: not 10\^6/);
  assert.match(
    out,
    /2 seeds, \d+ steps, .*\n\d+ steps a second \(\d+ a second of processor time\)/,
  );
  assert.match(err, /seed 2/, 'a person who waits sees how far it is');
});

test('as JSON it is one line a seed and the totals', async () => {
  const { out, err } = await simulated({ isJson: true, faults: ['none'] });
  const [seed, totals] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.match(seed.digest, /^[0-9a-f]{64}$/);
  assert.equal([seed.seed, seed.faults, seed.violations, seed.refused], [1, {}, [], null]);
  assert.is(totals.totals.steps, seed.steps);
  assert.equal(
    totals.absent.faults.map(({ id }: { id: string }) => id),
    ['F09', 'F22', 'F29', 'F40', 'F41'],
  );
  assert.is(err, '');
});

test('a traced run prints its steps', async () => {
  const { out } = await simulated({ isTraced: true, faults: ['F01'] });
  assert.match(out, /^\d+ \d+ handle safety\/control started$/m);
  assert.match(out, /^\d+ \d+ journal booted$/m);
});

test('absent and unknown faults, and a configuration that is not there, are told', async () => {
  const absent = await simulated({ faults: ['F09'] });
  assert.is(absent.exitCode, EXIT.usage);
  assert.match(absent.err, /F09 is absent: actors of one desk share a lane/);
  assert.match((await simulated({ faults: ['F99'] })).err, /found F99, wanted none or ids/);
  const lost = await simulated({ configFile: '/no/such.yaml' });
  assert.is(lost.exitCode, EXIT.config);
  assert.match(lost.err, /such\.yaml/);
});

test.run();
