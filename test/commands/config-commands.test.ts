import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../src/commands/cli.ts';
import { EXIT } from '../../src/commands/command.ts';
import { PAPER_CONFIG } from '../../src/commands/launch-commands.ts';
import { parseConfig } from '../../src/config/load.ts';
import { temporaryFolder } from '../storage/temporary.ts';
import { aCommandWorld } from '../support/edge/command-world.ts';

async function running(...words: string[]) {
  const world = aCommandWorld();
  const exitCode = await runCommandLine(words, world);
  return { exitCode, ...world.terminal.written };
}

function aFile(change: (paper: string) => string): string {
  const file = join(temporaryFolder(), 'desk.yaml');
  writeFileSync(file, change(readFileSync(PAPER_CONFIG, 'utf8')));
  return file;
}

const wrong = aFile((paper) => paper.replace('level: info', 'level: loud'));

test('the paper desk is checked when no file is named', async () => {
  const { exitCode, out } = await running('config', 'check');
  assert.equal([exitCode, out], [EXIT.done, `${PAPER_CONFIG} is right\n`]);
});

test('a file may be named in either way', async () => {
  const file = aFile((paper) => paper);
  for (const words of [[file], ['--config', file]]) {
    assert.is((await running('config', 'check', ...words)).out, `${file} is right\n`);
  }
});

test('a wrong file is told with every fault, and has an exit code of its own', async () => {
  for (const name of ['check', 'show']) {
    const { exitCode, out, err } = await running('config', name, wrong);
    assert.equal([exitCode, out], [EXIT.config, '']);
    assert.match(err, /desk\.yaml:\d+:10 log\.level: found "loud": .* \(E-CONFIG-VALUE\)\n$/);
  }
});

test('a check as JSON has the faults with their places', async () => {
  const right = JSON.parse((await running('config', 'check', '--json')).out);
  assert.equal(right, { file: PAPER_CONFIG, isRight: true, faults: [] });
  const { exitCode, out, err } = await running('config', 'check', wrong, '--json');
  assert.equal([exitCode, err], [EXIT.config, '']);
  const { isRight, faults } = JSON.parse(out);
  assert.equal([isRight, faults.length, faults[0].path], [false, 1, 'log.level']);
});

test('what is in force is shown as YAML that says the same', async () => {
  const shown = parseConfig((await running('config', 'show')).out, 'shown.yaml');
  assert.ok(shown.ok);
  const json = JSON.parse((await running('config', 'show', '--json')).out);
  assert.equal(json, shown.value.config);
});

test('the schema for editors is JSON in either way', async () => {
  const text = (await running('config', 'schema')).out;
  const json = (await running('config', 'schema', '--json')).out;
  assert.equal(JSON.parse(text), JSON.parse(json));
  assert.is(JSON.parse(json).properties.risk.additionalProperties, false);
});

test.run();
