import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeClock, nodeEntropy, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles, permissionsOf } from '../../../src/core/node-files.ts';
import { openAudit } from '../../../src/desk/audit/open-audit.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { openJournal } from '../../../src/storage/journal/recover.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { aLog } from '../../support/actors/logs.ts';
import { must } from '../../support/venue/fixtures.ts';

const env = { files: nodeFiles, clock: nodeClock, timers: nodeTimers, entropy: nodeEntropy };
const keyFile = join(temporaryFolder(), 'kek');

/** Starts of one desk, each with what `keyFile` holds then. */
async function aDesk() {
  const folder = temporaryFolder();
  const journalFolder = join(folder, 'journal');
  let boot = 0;
  return async (audit: { keyFile?: string }): Promise<string | null> => {
    boot += 1;
    const store = new EventStore(memoryTables());
    const opened = await openJournal(env, { folder: journalFolder, boot, store, isAudited: true });
    const { journal } = must(opened);
    const { log, lines } = aLog();
    const found = await openAudit({
      ...{ env: env as never, log, folder, journalFolder, deskId: 'abcdefgh', journal },
      config: { audit: { keyDays: 30, ...audit } } as never,
      isClockReal: true,
      secrets: { variables: {}, modeOf: permissionsOf },
    });
    await journal.close();
    if (!found.ok) return found.error;
    assert.ok(lines.some((line) => line.includes(`"keySealed":${audit.keyFile !== undefined}`)));
    return found.value.keyNotice;
  };
}

function put(key: Uint8Array, mode = 0o600): void {
  writeFileSync(keyFile, key);
  chmodSync(keyFile, mode);
}

test('a desk without a key-encryption key starts and says so; a later start seals', async () => {
  const start = await aDesk();
  const key = nodeEntropy(32);
  assert.match((await start({})) ?? '', /^AUDIT KEY NOT SEALED/);
  put(key);
  assert.is(await start({ keyFile }), null);
  assert.is(await start({ keyFile }), null);
});

test('with another key-encryption key, or without it, a desk does not start', async () => {
  const start = await aDesk();
  const key = nodeEntropy(32);
  put(key);
  assert.is(await start({ keyFile }), null);
  assert.match((await start({})) ?? '', /^the key of the audit log: .*found a sealed key, wanted/);
  put(nodeEntropy(32));
  assert.match((await start({ keyFile })) ?? '', /^the key of the audit log: .*does not open it/);
  put(key, 0o644);
  assert.match((await start({ keyFile })) ?? '', /^the key-encryption key: .*found mode 0644/);
  put(key);
  assert.is(await start({ keyFile }), null);
});

test.run();
