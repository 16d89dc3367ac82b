import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { aCommandWorld } from '../../support/edge/command-world.ts';

async function running(...words: string[]) {
  const world = aCommandWorld();
  const exitCode = await runCommandLine(['simulate', ...words], world);
  return { exitCode, err: world.terminal.written.err, asked: world.simulated[0] };
}

test('without words it runs twenty seeds with all faults', async () => {
  const { exitCode, asked } = await running();
  assert.is(exitCode, EXIT.done);
  assert.equal(asked, {
    configFile: PAPER_CONFIG,
    seeds: { first: 1, last: 20 },
    steps: 20_000,
    venues: null,
    faults: [],
    isTraced: false,
    stopsEarly: false,
    isJson: false,
  });
});

test('seeds, steps and faults are taken from the words', async () => {
  const words = [
    '--seeds',
    '3..7',
    '--steps',
    '50',
    '--faults',
    'F01,A10',
    '--fail-fast',
    '--json',
  ];
  const { asked } = await running(...words);
  assert.equal(asked?.seeds, { first: 3, last: 7 });
  assert.equal(asked?.faults, ['F01', 'A10']);
  assert.equal([asked?.steps, asked?.stopsEarly, asked?.isJson], [50, true, true]);
  const one = await running('--seed', '9', '--trace', '--config', 'x.yaml');
  assert.equal(one.asked?.seeds, { first: 9, last: 9 });
  assert.equal([one.asked?.isTraced, one.asked?.configFile], [true, 'x.yaml']);
});

const WRONG: [words: string[], said: RegExp][] = [
  [['--seed', '1', '--seeds', '1..2'], /not both/],
  [['--seeds', '5..2'], /found seeds 5\.\.2, wanted N or A\.\.B/],
  [['--seeds', '1..2..3'], /found seeds/],
  [['--seed', 'x'], /found seeds x/],
  [['--steps', '0'], /--steps: found 0, wanted 1 to/],
  [['--steps', 'many'], /--steps: found many/],
  [['--seeds', '1..2', '--trace'], /--trace wants one seed/],
];

for (const [words, said] of WRONG) {
  test(`${words.join(' ')} is refused with what would be right`, async () => {
    const { exitCode, err, asked } = await running(...words);
    assert.is(exitCode, EXIT.usage);
    assert.match(err, said);
    assert.is(asked, undefined);
  });
}

test.run();
