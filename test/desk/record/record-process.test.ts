/** `flyball record` and what follows from it, as processes. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../storage/temporary.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.js', import.meta.url));

interface Ran {
  readonly exitCode: number | null;
  readonly value: Readonly<Record<string, unknown>>;
  readonly err: string;
}

function run(words: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...words, '--json'], (_, out, err) => {
      resolve({ exitCode: child.exitCode, value: out === '' ? {} : JSON.parse(out), err });
    });
  });
}

test('a simulated market is recorded, replayed to one state, and converted', async () => {
  const folder = temporaryFolder();
  const recorded = await run(['record', '--data-dir', folder, '--for', '2s', '--seed', '7']);
  assert.is(recorded.exitCode, 0, recorded.err);
  const { records, lost, sealed } = recorded.value as Record<string, number>;
  assert.ok((records as number) > 0);
  assert.is(lost, 0);
  assert.ok((sealed as number) >= (records as number));
  const market = join(folder, 'market');
  const replayed = await run(['replay', market, '--check']);
  assert.is(replayed.exitCode, 0, replayed.err);
  assert.is(replayed.value['events'], sealed);
  assert.is(replayed.value['isSame'], true);
  const parquet = join(folder, 'all.parquet');
  const converted = await run(['convert', market, parquet]);
  assert.is(converted.exitCode, 0, converted.err);
  assert.is(converted.value['written'], sealed);
  const again = await run(['replay', parquet]);
  assert.is(again.value['stateHash'], replayed.value['stateHash']);
});

test.run();
