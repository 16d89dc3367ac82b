import { readFileSync, statSync } from 'node:fs';
import inspector from 'node:inspector';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { processFigures } from '../../../src/desk/inspect/process-figures.ts';
import { temporaryFolder } from '../../storage/temporary.ts';

const env = { clock: nodeClock, timers: nodeTimers, files: nodeFiles };

test('a profile is a file of V8, one at a time, and no port is opened', async () => {
  const folder = temporaryFolder();
  const figures = processFigures(env, folder);
  const [first, second] = await Promise.all([figures.cpuProfile(50), figures.cpuProfile(50)]);
  assert.equal(second, { ok: false, error: 'a profile is being taken already' });
  assert.ok(first.ok, first.ok ? '' : first.error);
  const file = first.ok ? first.value : '';
  assert.ok(file.startsWith(folder));
  const profile = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(profile.nodes.length > 0 && profile.endTime > profile.startTime);
  assert.is(statSync(file).mode & 0o077, 0, 'it is its owner’s alone');
  assert.is(inspector.url(), undefined);
  assert.ok((await figures.cpuProfile(1)).ok, 'and then another one');
});

test('a folder that is not there is said, and no profile goes on', async () => {
  const figures = processFigures(env, '/nowhere/at/all');
  const written = await figures.cpuProfile(1);
  assert.match(written.ok ? '' : written.error, /ENOENT/);
  const again = await figures.cpuProfile(1);
  assert.match(again.ok ? '' : again.error, /ENOENT/);
});

test('lag and heap are figures that make sense', async () => {
  const figures = processFigures(env, temporaryFolder());
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
