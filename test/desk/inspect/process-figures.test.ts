import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { processFigures } from '../../../src/desk/inspect/process-figures.ts';
import { temporaryFolder } from '../../storage/temporary.ts';

const MEASURED = fileURLToPath(new URL('measured-process.js', import.meta.url));

test('profile and snapshot are files of V8 for their owner alone, and no port is opened', () => {
  const folder = temporaryFolder();
  const ran = spawnSync(process.execPath, [MEASURED, folder], { encoding: 'utf8' });
  assert.is(ran.status, 0, ran.stderr);
  const { first, second, lost, third, snapshot, noSnapshot, modes, url } = JSON.parse(ran.stdout);
  assert.ok(first.ok && first.value.startsWith(folder));
  const profile = JSON.parse(readFileSync(first.value, 'utf8'));
  assert.ok(profile.nodes.length > 0 && profile.endTime > profile.startTime);
  assert.equal(second, { ok: false, error: 'a profile is being taken already' });
  for (const { ok, error } of [...lost, noSnapshot]) {
    assert.not.ok(ok);
    assert.match(error, /ENOENT|no such file/i);
  }
  assert.ok(third.ok, 'after a failure there can be another one');
  assert.ok(snapshot.ok);
  assert.match(readFileSync(snapshot.value, 'utf8').slice(0, 100), /^\{"snapshot":/);
  assert.equal(modes, [0o600, 0o600]);
  assert.is(url, null);
});

test('lag and heap are figures that make sense', async () => {
  const figures = processFigures(
    { clock: nodeClock, timers: nodeTimers, files: nodeFiles },
    temporaryFolder(),
  );
  const lag = await figures.lag(50);
  assert.ok(lag.utilisation >= 0 && lag.utilisation <= 1);
  for (const figure of [lag.delayMeanMs, lag.delayP99Ms, lag.delayMaxMs]) {
    assert.ok(Number.isFinite(figure) && figure >= 0);
  }
  const heap = figures.heap();
  assert.ok(heap.usedBytes > 0 && heap.usedBytes <= heap.totalBytes);
  assert.ok(heap.totalBytes <= heap.limitBytes);
});

test.run();
