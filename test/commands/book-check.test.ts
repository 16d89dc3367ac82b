import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../src/commands/cli.ts';
import { EXIT } from '../../src/commands/command.ts';
import { temporaryFolder } from '../storage/temporary.ts';
import { aCommandWorld } from '../support/edge/command-world.ts';

const snapshot = { lastUpdateId: 10, bids: [['99.9', '1.5']], asks: [['100.1', '2.5']] };
const diff = (U: number, u: number, b: unknown = [], a: unknown = []) => ({
  stream: 'btcusdt@depth',
  data: { e: 'depthUpdate', E: 1, s: 'BTCUSDT', U, u, b, a },
});
const ticker = (u: number, b: string, a: string) => ({
  stream: 'btcusdt@bookTicker',
  data: { u, s: 'BTCUSDT', b, B: '1.5', a, A: '2.5' },
});

/** A recording of frames, one a line. */
function aRecording(frames: readonly unknown[]): string {
  const file = join(temporaryFolder(), 'btcusdt.txt');
  const lines = frames.map((frame, at) => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    return `${1_700_000_000_000_000_000n + BigInt(at)} ${text}\n`;
  });
  writeFileSync(file, lines.join(''));
  return file;
}

async function checking(...words: string[]) {
  const world = aCommandWorld();
  const exitCode = await runCommandLine(['book', 'check', ...words], world);
  return { exitCode, ...world.terminal.written };
}

const RIGHT = [
  diff(9, 11, [['99.9', '1.5']]),
  snapshot,
  ticker(11, '99.9', '100.1'),
  diff(12, 12, [['99.8', '1']]),
  ticker(12, '99.9', '100.1'),
  diff(13, 13, [['99.7', '1']]),
];

test('a recording whose book agrees with its tickers is right', async () => {
  const file = aRecording(RIGHT);
  const { exitCode, out, err } = await checking(file, '--json');
  const { files, totals } = JSON.parse(out);
  assert.equal([exitCode, err, files.length, files[0].file], [EXIT.done, '', 1, file]);
  assert.equal([totals.gaps, totals.crossed, totals.mismatches], [0, 0, 0]);
  assert.ok(totals.updates === 3 && totals.compared > 0);
});

test('diffs of futures follow each other by the id before them', async () => {
  const futures = (U: number, u: number, pu: number, b: unknown = []) => {
    const { stream, data } = diff(U, u, b);
    return { stream, data: { ...data, pu } };
  };
  const best = ticker(15, '99.9', '100.1');
  const frames = [futures(9, 11, 8), snapshot, futures(14, 15, 11), best, futures(18, 18, 15)];
  const { exitCode, out } = await checking(aRecording(frames), '--json');
  const { gaps, updates } = JSON.parse(out).totals;
  assert.equal([exitCode, gaps, updates], [EXIT.done, 0, 3]);
});

test('several recordings are summed under each other', async () => {
  const file = aRecording(RIGHT);
  const { exitCode, out } = await checking(file, file);
  const [header, first, second, total] = out.split('\n').map((line) => line.split(/ +/));
  assert.is(exitCode, EXIT.done);
  assert.equal(header, ['file', 'updates', 'gaps', 'crossed', 'compared', 'mismatches']);
  assert.equal(first, second);
  assert.equal(total?.slice(0, 3), ['total', '6', '0']);
});

const wrong: [what: string, frames: unknown[], field: string][] = [
  ['a gap', [...RIGHT, diff(20, 21)], 'gaps'],
  ['a crossed book', [...RIGHT, diff(14, 14, [['100.2', '1']])], 'crossed'],
  [
    'another best price than the venue says',
    [...RIGHT, ticker(14, '99.6', '100.1'), diff(14, 14, [['99.5', '1']])],
    'mismatches',
  ],
];
for (const [what, frames, field] of wrong) {
  test(`a recording with ${what} fails the check`, async () => {
    const { exitCode, out } = await checking(aRecording(frames), '--json');
    assert.equal([exitCode, JSON.parse(out).totals[field]], [EXIT.failed, 1]);
  });
}

test('a recording in which nothing could be compared proves nothing', async () => {
  const { exitCode, out } = await checking(aRecording([diff(9, 11), snapshot]), '--json');
  assert.equal([exitCode, JSON.parse(out).totals.compared], [EXIT.failed, 0]);
});

const unreadable: [what: string, file: string, said: RegExp][] = [
  ['that is not there', '/nowhere/a.gz', /^\/nowhere\/a\.gz:0: ENOENT/],
  ['with a line of something else', aRecording(['{"s":"BTCUSDT"', 'x']), /btcusdt\.txt:1: /],
  [
    'with a level that is none',
    aRecording([...RIGHT, diff(14, 14, [['x', '1']])]),
    /btcusdt\.txt: /,
  ],
];
for (const [what, file, said] of unreadable) {
  test(`a recording ${what} is said to be so`, async () => {
    const { exitCode, out, err } = await checking(file);
    assert.equal([exitCode, out], [EXIT.failed, '']);
    assert.match(err, said);
  });
}

test.run();
