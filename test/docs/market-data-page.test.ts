/** Every line of the console block of docs/market-data.md runs, one after the other. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../src/commands/cli.ts';
import { FORMATS } from '../../src/commands/market-data/market-file.ts';
import { CONFLATED_FROM, RUNGS, TRADES_ONLY_FROM } from '../../src/storage/columns/tape.ts';
import { temporaryFolder } from '../storage/temporary.ts';
import { root } from '../support/shared.ts';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const PAGE = readFileSync(join(root, 'docs', 'market-data.md'), 'utf8');

interface Ran {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

function run(words: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...words], { cwd }, (_, out, err) => {
      resolve({ exitCode: child.exitCode, out, err });
    });
  });
}

function lines(): readonly string[][] {
  const block = /^```console\n(.*?)^```$/ms.exec(PAGE)?.[1] ?? '';
  return block
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\$ flyball /, '').split(' '));
}

test('a market is recorded, replayed to one state and converted, as the page shows', async () => {
  const folder = temporaryFolder();
  const answers = new Map<string, Readonly<Record<string, unknown>>>();
  for (const words of lines()) {
    const asked = words.includes('--json') ? words : [...words, '--json'];
    const { exitCode, out, err } = await run(asked, folder);
    assert.is(exitCode, 0, `${words.join(' ')}: ${err}`);
    answers.set(words.slice(0, 2).join(' '), JSON.parse(out));
  }
  const recorded = answers.get('record --data-dir');
  const replayed = answers.get('replay desk/market');
  assert.is(recorded?.['lost'], 0);
  assert.ok((recorded?.['records'] as number) > 0);
  assert.is(replayed?.['events'], recorded?.['sealed']);
  assert.is(replayed?.['isSame'], true);
  assert.is(answers.get('convert desk/market')?.['written'], recorded?.['sealed']);
  const again = await run(['replay', 'btcusdt.parquet', '--json'], folder);
  assert.is(JSON.parse(again.out).stateHash, replayed?.['stateHash']);
});

test('the page names every format, every rung and the commands that there are', () => {
  for (const format of FORMATS) assert.ok(PAGE.includes(`\`${format}\``), format);
  for (const rung of RUNGS) assert.match(PAGE, new RegExp(`^\\| ${rung} \\|`, 'm'));
  assert.match(PAGE, `| conflated | ${CONFLATED_FROM * 100} % |`);
  assert.match(PAGE, `| trades-only | ${TRADES_ONLY_FROM * 100} % |`);
  const names = COMMANDS.map(({ name }) => name);
  for (const [first] of lines()) assert.ok(names.includes(first as string), first);
});

test.run();
