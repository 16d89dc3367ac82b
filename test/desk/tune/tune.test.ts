import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { RECORDINGS_MAX, recordingsAt } from '../../../src/desk/tune/recordings.ts';
import { runTune } from '../../../src/desk/tune/run-tune.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { aCommandWorld, aTerminal } from '../../support/edge/command-world.ts';
import { sharedPath } from '../../support/shared.ts';
import { must } from '../../support/venue/fixtures.ts';
import { aRecording } from './a-market.ts';

const recording = aRecording(420);

async function tuning(path: string, parts = {}, terminal = aTerminal()) {
  const options = { recording: path, evaluations: 14, seed: 1, outFile: null, isJson: true };
  const exitCode = await runTune({ ...options, ...parts }, nodeFiles, terminal);
  return { exitCode, ...terminal.written };
}

test('limits that are tuned beat those of the catalogue, within the budget', async () => {
  const { exitCode, out, err } = await tuning(recording);
  assert.equal([exitCode, err], [EXIT.done, '']);
  const { scores, recordings, breakers } = JSON.parse(out);
  const [before, after] = scores;
  assert.equal([before.data, before.limits, after.limits], ['training', 'catalogue', 'tuned']);
  assert.ok(after.objective > before.objective);
  assert.ok(after.falsePause <= 0.05, `${after.falsePause}`);
  assert.ok(after.caught >= 2);
  // And on what it has not seen.
  assert.ok(scores[3].objective > scores[2].objective);
  assert.equal(recordings[0].path, recording);
  assert.ok(recordings[0].stress >= 5);
  assert.is(breakers.tuned.objective, Number(after.objective.toPrecision(6)));
});

test('the same recording and seed write the same file to the last byte', async () => {
  const folder = temporaryFolder();
  const [one, two, other] = ['a.yaml', 'b.yaml', 'c.yaml'].map((name) => join(folder, name));
  await tuning(recording, { outFile: one });
  await tuning(recording, { outFile: two });
  await tuning(recording, { outFile: other, seed: 2 });
  const text = readFileSync(one as string, 'utf8');
  assert.is(readFileSync(two as string, 'utf8'), text);
  assert.is.not(readFileSync(other as string, 'utf8'), text);
  assert.match(
    text,
    /^breakers:\n {2}version: 1\n {2}tuned:\n {4}data: [0-9a-f]{64}\n {4}seed: 1\n/,
  );
  assert.match(text, /\n {2}limits:\n {4}C17:\n {6}vpinQuantile: [\d.]+\n {6}ofiZ: [\d.]+\n/);
});

test('what is written is a section that the configuration takes', async () => {
  const outFile = join(temporaryFolder(), 'a.yaml');
  await tuning(recording, { outFile });
  const paper = readFileSync(PAPER_CONFIG, 'utf8');
  // The paper desk has a section of its own, which ends where the next one begins.
  const others = paper.replace(/^breakers:\n(?:(?: .*|#.*)?\n)*/m, '');
  const loaded = parseConfig(`${others}\n${readFileSync(outFile, 'utf8')}`, 'tuned.yaml');
  const { breakers } = must(loaded).config;
  assert.is(breakers?.tuned?.seed, 1);
  assert.ok((breakers?.limits['C17']?.['ofiZ'] ?? 0) > 0);
});

test('people get tables and the progress of the search', async () => {
  const terminal = aTerminal({ isInteractive: true });
  const { out, err } = await tuning(recording, { isJson: false, outFile: null }, terminal);
  assert.match(out, /^regime +spread z +stale gaps +VPIN quantile +OFI z$/m);
  assert.match(out, /^calm +\(8\)/m);
  assert.match(out, /^held out +tuned/m);
  assert.match(out, /nothing written; --out FILE does/);
  assert.match(err, /calm 14 of 14 {2}best -?[\d.]+ {2}\d+ % likely to be better/);
});

test('a folder is searched for recordings, and what is none is named and left out', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'deep'));
  symlinkSync(recording, join(folder, 'deep', 'link.txt'));
  writeFileSync(join(folder, 'deep', 'good.txt'), readFileSync(recording));
  writeFileSync(join(folder, 'bad.txt'), 'hello\n');
  writeFileSync(join(folder, 'short.txt'), shortRecording());
  writeFileSync(join(folder, 'image.png'), '');
  const { exitCode, out, err } = await tuning(folder);
  assert.is(exitCode, EXIT.done);
  assert.is(JSON.parse(out).recordings.length, 1);
  assert.match(err, /left out: \S+bad\.txt:1: wanted `<local ns> <json>`/);
  assert.match(err, /left out: \S+short\.txt: found quotes of 0 s, wanted 2 to 86400/);
});

test('without anything to learn from it fails and says why', async () => {
  const folder = temporaryFolder();
  const empty = await tuning(folder);
  assert.equal([empty.exitCode, empty.out], [EXIT.failed, '']);
  assert.match(empty.err, /found no \.gz, \.txt, \.log or \.jsonl file/);
  writeFileSync(join(folder, 'short.txt'), shortRecording());
  assert.match((await tuning(folder)).err, /found no recording that can be read/);
  assert.match((await tuning('/no/such/file')).err, /ENOENT/);
  const still = await tuning(aRecording(59));
  assert.is(still.exitCode, EXIT.failed);
  assert.match(still.err, /found no large move/);
  const unwritable = await tuning(recording, { outFile: '/no/such/folder/a.yaml' });
  assert.equal([unwritable.exitCode, unwritable.out], [EXIT.failed, '']);
  assert.match(unwritable.err, /^\/no\/such\/folder\/a\.yaml: ENOENT/);
});

test('a folder of more recordings than one search takes is refused', () => {
  const folder = temporaryFolder();
  for (let at = 0; at <= RECORDINGS_MAX; at += 1) writeFileSync(join(folder, `${at}.gz`), '');
  const found = recordingsAt(folder);
  assert.match(found.ok ? '' : found.error, `found ${RECORDINGS_MAX + 1} files, wanted at most`);
});

test('the words of the command become its options', async () => {
  const world = aCommandWorld();
  const run = (...words: string[]) => runCommandLine(['tune', 'breakers', ...words], world);
  assert.is(await run('--recording', 'a'), 0);
  assert.is(await run('--recording', 'a', '--evaluations', '99', '--seed', '7', '--out', 'b'), 0);
  assert.equal(world.tuned, [
    { recording: 'a', evaluations: 60, seed: 1, outFile: null, isJson: false },
    { recording: 'a', evaluations: 99, seed: 7, outFile: 'b', isJson: false },
  ]);
  for (const [words, said] of [
    [['x', '--recording', 'a'], /found x, wanted options only/],
    [[], /wanted --recording FILE or --recording DIR/],
    [['--recording', 'a', '--evaluations', '9'], /found 9, wanted a whole number from 10 to 500/],
    [['--recording', 'a', '--seed', '-'], /--seed: found -/],
  ] as const) {
    assert.is(await run(...words), EXIT.usage);
    assert.match(world.terminal.written.err, said);
  }
});

const real = sharedPath('data', 'market', 'l2', 'binance-spot', 'btcusdt_20240808.gz');
if (real !== null) {
  test('on a recorded market the tuned limits are better than those of the catalogue', async () => {
    const { exitCode, out } = await tuning(real);
    assert.is(exitCode, EXIT.done);
    const { scores, recordings } = JSON.parse(out);
    assert.equal([recordings[0].seconds, recordings[0].stress], [345, 5]);
    const [before, after] = scores;
    assert.ok(after.objective > before.objective);
  });
}

/** One second. */
function shortRecording(): string {
  return readFileSync(recording, 'utf8').split('\n').slice(0, 30).join('\n');
}

test.run();
