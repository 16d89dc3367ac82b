import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { A_LIFE, aDeskFolder } from '../../support/audit/desk-folder.ts';
import { aCommandWorld } from '../../support/edge/command-world.ts';

let folder: string;
test.before(async () => {
  folder = await aDeskFolder();
});

async function asked(...words: readonly string[]) {
  return on(folder, ...words);
}

async function on(where: string, ...words: readonly string[]) {
  const world = aCommandWorld();
  const exitCode = await runCommandLine(['audit', ...words, '--data-dir', where], world);
  return { exitCode, ...world.terminal.written };
}

const SIZE = A_LIFE.length;

test('a log is verified where it lies, and told for people and for programs', async () => {
  const { exitCode, out } = await asked('verify');
  assert.is(exitCode, EXIT.done);
  assert.match(out, new RegExp(`audit log +whole: ${SIZE} entries`));
  assert.match(out, new RegExp(`records +${SIZE} agree with their entries, 1 … ${SIZE}`));
  assert.match(out, 'pin a copy from elsewhere');
  const report = JSON.parse((await asked('verify', '--json')).out);
  assert.equal([report.ok, report.size, report.journal.compared], [true, SIZE, SIZE]);
  const alone = await on(folder, 'verify', join(folder, 'audit'), '--key', keyFile(), '--json');
  assert.is(JSON.parse(alone.out).journal, null);
});

const keyFile = (): string => join(folder, 'keys/audit.vkey');

test('what a verification is asked for wrongly is said with what would be right', async () => {
  const bad = join(temporaryFolder(), 'bad');
  writeFileSync(bad, 'x');
  const heads = join(temporaryFolder(), 'heads.log');
  writeFileSync(heads, '{"origin":"f/x","size":-1,"root":""}\n');
  const cases: readonly [string[], RegExp][] = [
    [['verify', 'a', 'b'], /found nothing there|wanted one directory/],
    [['verify', '--key', '/nowhere'], /--key \/nowhere: found no such file and no verifier key/],
    [['verify', '--key', bad], /bad: found "x", wanted name/],
    [['verify', '--witness', bad], /--witness .*bad: found "x"/],
    [['verify', '--head', '/nowhere'], /--head \/nowhere: found no such file, wanted a check/],
    [['verify', '--head', bad], /--head .*: found no blank line/],
    [['verify', '--head', heads], /heads.log, line 1: found size "-1", wanted a head/],
    [['verify', '--fresh', 'soon'], /--fresh: found soon, wanted a time such as 60s/],
    [['verify', '--silence', 'x'], /--silence: found x, wanted a time such as 30s/],
  ];
  for (const [words, text] of cases) {
    const { exitCode, err } = await asked(...words);
    assert.ok([EXIT.usage, EXIT.failed].includes(exitCode as 1), words.join(' '));
    assert.match(err, text);
  }
  const none = await on('/nowhere', 'verify');
  assert.equal([none.exitCode, /found nothing there/.test(none.err)], [EXIT.failed, true]);
});

test('A15: a gap between entries is told, and is a fault for whoever asks', async () => {
  const quiet = await aDeskFolder([A_LIFE[0] as never]);
  const strict = await asked('verify', '--silence', '500ms');
  assert.equal([strict.exitCode, /silent/.test(strict.err)], [EXIT.unverified, true]);
  assert.is((await on(quiet, 'verify', '--silence', '500ms')).exitCode, EXIT.done);
});

test('a directory without its log is no verified one', async () => {
  const other = await aDeskFolder();
  rmSync(join(other, 'audit'), { recursive: true });
  const { exitCode, err } = await on(other, 'verify');
  assert.is(exitCode, EXIT.unverified);
  assert.match(err, 'checkpoint: checkpoint: found none, expected a signed one');
  const search = await on(other, 'search');
  assert.equal([search.exitCode, /no checkpoint/.test(search.err)], [EXIT.failed, true]);
});

test('an entry is proven with everything that shows it', async () => {
  const { exitCode, out } = await asked('prove', '4', '--json');
  const proof = JSON.parse(out);
  assert.equal([exitCode, proof.sequence, proof.index, proof.size], [EXIT.done, 4, 3, SIZE]);
  assert.match(proof.entry, '"type":"order-submitted"');
  assert.match((await asked('prove', '4')).out, /record +4\nentry +3 of 10\nleaf/);
  const absent = await asked('prove', '99');
  assert.is(absent.exitCode, EXIT.failed);
  assert.match(absent.err, 'found no entry of record 99: the log has the records 1 … 10');
  assert.is((await asked('prove', 'x')).exitCode, EXIT.usage);
});

test('an entry that was edited cannot be proven', async () => {
  const other = await aDeskFolder();
  const partial = join(other, 'audit/tile/entries/000.p');
  const path = join(partial, readdirSync(partial)[0] as string);
  const bytes = readFileSync(path, 'latin1');
  writeFileSync(path, bytes.replace('lunch', 'munch'), 'latin1');
  const { exitCode, err } = await on(other, 'prove', '7');
  assert.equal([exitCode, /entry 6 .*entry-changed/.test(err)], [EXIT.unverified, true], err);
});

test('a search finds by kind, actor, order and text, the newest of what there is', async () => {
  const sequences = async (...words: readonly string[]) =>
    JSON.parse((await asked('search', ...words, '--json')).out).map(
      ({ sequence }: { sequence: number }) => sequence,
    );
  assert.equal(await sequences('--kind', 'mode-changed', '--kind', 'booted'), [1, 3, 8]);
  assert.equal(await sequences('--client', 'desk-1-mm-1'), [4, 5, 9]);
  assert.equal(await sequences('--actor', 'ann', 'Lunch'), [7, 8]);
  assert.equal(await sequences('--limit', '2'), [9, 10]);
  assert.match((await asked('search', 'lunch')).out, /command-given +by:ann +by=ann command=mode/);
  assert.is((await asked('search', 'nothing like it')).exitCode, EXIT.failed);
  for (const words of [
    ['--limit', '0'],
    ['--from', 'noon'],
    ['--from', '2026-01-02', '--to', '2026-01-01'],
  ]) {
    assert.is((await asked('search', ...words)).exitCode, EXIT.usage, words.join(' '));
  }
});

test('a time is a date, with time and zone as far as wanted, or so long ago', async () => {
  const count = async (...words: readonly string[]) =>
    JSON.parse((await asked('search', ...words, '--json')).out).length;
  // The life begins 1.0 s after 2023-11-14T22:13:20Z.
  assert.is(await count('--from', '2023-11-14T22:13:29'), 2);
  assert.is(await count('--to', '2023-11-14T23:13:22+01:00'), 2);
  assert.is(await count('--from', '2023-11-14', '--to', '2023-11-15'), SIZE);
  assert.is((await asked('search', '--from', '1s')).exitCode <= EXIT.failed, true);
  assert.is((await asked('search', '--from', '2023-13-14')).exitCode, EXIT.usage);
});

test('reports come as table, CSV, JSON and HTML', async () => {
  assert.match((await asked('report', 'interventions')).out, /7 +\S+ +command-given +ann/);
  const csv = (await asked('report', 'orders', '--format', 'csv')).out.split('\r\n');
  assert.match(
    csv[1] ?? '',
    /^4,2023-11-14T22:13:24.000Z,desk-1-mm-1,mm,kraken,BTC\/USD,buy,limit/,
  );
  const json = JSON.parse((await asked('report', 'modes', '--json')).out);
  assert.equal([json.origin, json.size, json.rows.length], ['f/x', SIZE, 2]);
  assert.match((await asked('report', 'estop', '--format', 'html')).out, /^<!doctype html>/);
  for (const words of [
    [],
    ['sums'],
    ['modes', 'more'],
    ['modes', '--format', 'pdf'],
    ['modes', '--to', 'x'],
  ]) {
    assert.is((await asked('report', ...words)).exitCode, EXIT.usage, words.join(' '));
  }
});

test('a timeline tells what happened, without what says nothing to people', async () => {
  const { out } = await asked('timeline');
  assert.match(out, /T22:13:28.000Z {2}8 {2}mode-changed {2}by:ann {2}/);
  assert.not.match(out, 'heartbeat');
  assert.not.match((await asked('timeline', '--brief')).out, 'order-');
  assert.match((await asked('timeline', '--to', '2020-01-01')).out, 'nothing happened');
  assert.is((await asked('timeline', '--from', 'x')).exitCode, EXIT.usage);
});

test('an export stands alone and is verified like the directory that it is of', async () => {
  const target = join(temporaryFolder(), 'export');
  const { exitCode, out } = await asked('export', target);
  assert.is(exitCode, EXIT.done);
  assert.match(out, `${SIZE} entries and segments up to record ${SIZE} are in`);
  const verified = await asked('verify', target, '--key', keyFile(), '--json');
  assert.is(JSON.parse(verified.out).journal.compared, SIZE);
  assert.match((await asked('export', target)).err, 'found something there, wanted a new folder');
  assert.is((await asked('export')).exitCode, EXIT.usage);
});

test('two states differ, named by sequence, time or head', async () => {
  const { out } = await asked('diff', '5', 'head', '--json');
  const { from, to, differences } = JSON.parse(out);
  assert.equal([from, to], [5, SIZE]);
  const fields = differences.map(
    (each: { what: string; field: string }) => `${each.what} ${each.field}`,
  );
  assert.ok(fields.includes('desk mode'), fields.join('\n'));
  assert.ok(fields.includes('position BTC/USD quantity'));
  assert.ok(fields.includes('order desk-1-mm-1 filled'));
  assert.match((await asked('diff', '8', '8')).out, 'none');
  assert.is(JSON.parse((await asked('diff', '1', '2023-11-14T22:13:25', '--json')).out).to, 5);
  assert.is((await asked('diff', '1')).exitCode, EXIT.usage);
  assert.is((await asked('diff', '1', '99')).exitCode, EXIT.failed);
  assert.is((await asked('diff', '1', 'noon')).exitCode, EXIT.failed);
  assert.is((await asked('diff', '2020-01-01', '1')).exitCode, EXIT.failed);
  assert.is((await on('/nowhere', 'diff', '1', '2')).exitCode, EXIT.failed);
});

test.run();
