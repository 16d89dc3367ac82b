/** Credibility test 2: the same file and seed give the same run, to the byte, in any process. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordedPath, recordings } from '../../support/edge/recordings.ts';
import { withFiles } from '../../support/replay/files.ts';
import { aLivelyScript } from '../../support/replay/lively-script.ts';
import { replayDigest } from '../../support/replay/trader.ts';

const PROCESS = fileURLToPath(new URL('digest-process.js', import.meta.url));

async function digestElsewhere(path: string, seed: number): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, path, String(seed)]);
  return JSON.parse(stdout);
}

test('two processes send the same bytes at the same times; another seed sends others', () =>
  withFiles({ 'a.txt': aLivelyScript(20).text }, async (pathOf) => {
    const path = pathOf('a.txt');
    const here = await replayDigest(path, 5);
    assert.ok(here.trades > 5, 'the client has traded');
    assert.ok(here.heard > 1_000);
    assert.equal(await digestElsewhere(path, 5), here);
    assert.is.not((await replayDigest(path, 6)).sha256, here.sha256);
  }));

if (recordings !== null) {
  test('a recorded market is the same in two processes too', async () => {
    const path = recordedPath('l2/binance-spot/ethusdt_20240808.gz');
    const here = await replayDigest(path, 5);
    assert.ok(here.trades > 100);
    assert.equal(await digestElsewhere(path, 5), here);
  });
}

test.run();
