import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { journalFaultText } from '../../../src/storage/journal/faults.ts';
import { recoverJournal } from '../../../src/storage/journal/recover.ts';
import { dumpOf, lmdbTables } from '../event-store/stores.ts';
import { temporaryFolder } from '../temporary.ts';
import { eventNumber, KILL_SEGMENT_BYTES } from './killed-events.ts';

const ROUNDS = 22;
const SCRIPT = fileURLToPath(new URL('./killed-process.js', import.meta.url));

/** Kills a desk once it has acknowledged about `count` events; the last of them. */
function killedAfter(folder: string, boot: number, count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SCRIPT, folder, String(boot)]);
    let said = '';
    let lines = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      lines += text.split('\n').length - 1;
      if (lines >= count) child.kill('SIGKILL');
    });
    let trouble = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      trouble += text;
    });
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`the desk ended by itself: ${trouble}`));
      else resolve(Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1)));
    });
  });
}

test('killed again and again, a desk keeps every acknowledged event', async () => {
  const folder = join(temporaryFolder(), 'journal');
  const random = rngOf(7);
  let checked = 0;
  for (let boot = 1; boot <= ROUNDS; boot += 1) {
    const acknowledged = await killedAfter(folder, boot, 1 + random.below(300));
    const tables = lmdbTables(join(folder, 'store'));
    const store = new EventStore(tables);
    const recovery = recoverJournal({
      files: nodeFiles,
      folder: join(folder, 'segments'),
      store,
      segmentBytes: KILL_SEGMENT_BYTES,
      boot: boot + 1,
    });
    if (!recovery.ok) throw new Error(journalFaultText(recovery.error));
    const { log } = recovery.value;
    assert.ok(log.head >= acknowledged, `${log.head} of ${acknowledged} in round ${boot}`);
    assert.is(store.head(), log.head);
    let expected = checked;
    for (const { sequence, event } of store.readAll(checked + 1)) {
      expected += 1;
      assert.is(sequence, expected);
      assert.equal(event, eventNumber(sequence));
    }
    assert.is(expected, log.head);
    checked = log.head;
    const before = dumpOf(tables);
    assert.ok(store.rebuild().ok);
    assert.equal(dumpOf(tables), before);
    assert.is(store.integrity().size, 0);
    const filled = Math.floor(log.head / 4);
    assert.is(store.positions()[0]?.position.lots ?? 0, filled);
    log.close();
    await store.close();
  }
  process.stdout.write(`(${checked} events over ${ROUNDS} kills) `);
});

test.run();
