/** `flyball start --replay` as people run it: processes, files and, at a pace, sockets. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFiles } from '../../support/replay/files.ts';
import { flyball, replay } from '../../support/replay/flyball.ts';
import { aLivelyScript } from '../../support/replay/lively-script.ts';

test('a recording is traded to its end, the same in two processes, not so with another seed', () =>
  withFiles({ 'a.txt': aLivelyScript(40).text }, async (pathOf) => {
    const [path, folder] = [pathOf('a.txt'), pathOf('data')];
    const first = await replay(path, folder, '--pace', 'max', '--seed', '7');
    assert.match(first.err, 'derived from the recording: tick 0.01');
    assert.match(first.err, "the collector's clock was");
    const { summary } = first;
    assert.ok(summary.fills > 0 && summary.orders > 0, JSON.stringify(summary));
    assert.is(summary.mode, 'full-auto');
    assert.is(summary.latencyP99Us, null);
    assert.equal([summary.gaps, summary.crossed, summary.restarts], [0, 0, 0]);
    assert.match(summary.stateHash, /^[0-9a-f]{64}$/);
    assert.match(summary.pnl, /^-?\d+\.\d{8}$/);
    assert.equal((await replay(path, folder, '--pace', 'max', '--seed', '7')).summary, summary);
    const other = await replay(path, folder, '--pace', 'max', '--seed', '8');
    assert.is.not(other.summary.stateHash, summary.stateHash);
    const runs = readdirSync(`${folder}/replay`).filter((name) => !name.endsWith('.lock'));
    assert.equal(runs, ['a-txt-7', 'a-txt-8']);
    assert.not(existsSync(`${folder}/journal`), 'real state is kept apart');
  }));

test('sealed columns are traded as the frames they were made of, whatever their form', () =>
  withFiles({ 'a.txt': aLivelyScript(40).text }, async (pathOf) => {
    const raw = await replay(pathOf('a.txt'), pathOf('data'), '--pace', 'max', '--seed', '7');
    const sealed = pathOf('recorded');
    const converted = await flyball('convert', pathOf('a.txt'), sealed);
    assert.is(converted.exitCode, 0, converted.err);
    const { summary } = await replay(sealed, pathOf('data'), '--pace', 'max', '--seed', '7');
    assert.equal([summary.mode, summary.gaps, summary.crossed], ['full-auto', 0, 0]);
    assert.ok(summary.orders > 0 && raw.summary.orders > 0, JSON.stringify(summary));
  }));

test('--for counts the time of the recording', () =>
  withFiles({ 'a.txt': aLivelyScript(40).text }, async (pathOf) => {
    const all = await replay(pathOf('a.txt'), pathOf('data'), '--pace', 'max');
    const part = await replay(pathOf('a.txt'), pathOf('data'), '--pace', 'max', '--for', '15s');
    assert.ok(part.summary.journalSequence < all.summary.journalSequence);
    assert.ok(part.summary.journalSequence > 0);
  }));

test('at a pace the market comes over sockets, and the end of file ends the run', () =>
  withFiles({ 'a.txt': aLivelyScript(60).text }, async (pathOf) => {
    const { summary, err } = await replay(pathOf('a.txt'), pathOf('data'), '--pace', '4');
    assert.match(err, 'stopping: the recording is over');
    assert.ok(summary.orders > 0, JSON.stringify(summary));
    assert.equal([summary.mode, summary.gaps, summary.crossed], ['full-auto', 0, 0]);
    assert.not(existsSync(`${pathOf('data')}/replay/a-txt-1/run/venue.json`), 'the venue ended');
  }));

test('a line that is no frame ends the run with its number', () =>
  withFiles({}, async (pathOf) => {
    const lines = aLivelyScript(5).text.split('\n');
    lines[40] = 'what is this';
    writeFileSync(pathOf('a.txt'), lines.join('\n'));
    const ran = await flyball('start', '--replay', pathOf('a.txt'), '--pace', 'max');
    assert.is(ran.exitCode, 1);
    assert.match(ran.err, 'a.txt:41');
  }));

test('what cannot be replayed is refused in a sentence', () =>
  withFiles({ 'rules.json': '{}', 'a.txt': aLivelyScript(2).text }, async (pathOf) => {
    const absent = await flyball('start', '--replay', pathOf('b.txt'), '--pace', 'max');
    assert.is(absent.exitCode, 1);
    assert.match(absent.err, 'b.txt');
    const words = ['--replay', pathOf('a.txt'), '--pace', 'max'];
    const rules = await flyball('start', ...words, '--instruments', pathOf('rules.json'));
    assert.is(rules.exitCode, 1);
    assert.match(rules.err, 'found no symbol');
    const alone = await flyball('start', '--pace', 'max');
    assert.is(alone.exitCode, 2);
    assert.match(alone.err, '--pace: wanted together with --replay');
    const venue = await flyball('venue', ...words);
    assert.is(venue.exitCode, 2);
    assert.match(venue.err, 'max needs no venue of its own');
  }));

test.run();
