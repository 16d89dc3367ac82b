import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { aCommandWorld } from '../../support/edge/command-world.ts';

async function running(...words: string[]) {
  const world = aCommandWorld();
  const exitCode = await runCommandLine(['crash', ...words], world);
  return { exitCode, err: world.terminal.written.err, asked: world.crashed[0] };
}

test('without words every crash strikes once', async () => {
  const { exitCode, asked } = await running();
  assert.is(exitCode, EXIT.done);
  assert.equal(asked, { configFile: PAPER_CONFIG, names: [], seed: 1, isJson: false });
});

test('names, seed and configuration are taken from the words', async () => {
  const { asked } = await running('drawdown', '--seed', '7', '--config', 'mine.yaml', '--json');
  assert.equal(asked, { configFile: 'mine.yaml', names: ['drawdown'], seed: 7, isJson: true });
});

test('a seed that is none is found before anything runs', async () => {
  const { exitCode, err, asked } = await running('--seed', 'x');
  assert.is(exitCode, EXIT.usage);
  assert.match(err, /crash: found seed x, wanted a whole number/);
  assert.is(asked, undefined);
});

test.run();
