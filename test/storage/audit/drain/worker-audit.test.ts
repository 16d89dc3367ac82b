import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHead } from '../../../../src/audit/note/checkpoint.ts';
import { nodeClock, nodeEntropy, nodeTimers } from '../../../../src/core/node-env.ts';
import { nodeFiles } from '../../../../src/core/node-files.ts';
import { auditFaultText } from '../../../../src/storage/audit/drain/audit-fault.ts';
import { openAuditKeys } from '../../../../src/storage/audit/drain/audit-keys.ts';
import { startWorkerAudit } from '../../../../src/storage/audit/drain/worker-audit.ts';
import { verifyDirectory } from '../../../../src/storage/audit/verify-directory.ts';
import { EventStore } from '../../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../../src/storage/event-store/memory-tables.ts';
import { openJournal } from '../../../../src/storage/journal/recover.ts';
import { until } from '../../../support/process/until.ts';
import { must } from '../../../support/venue/fixtures.ts';
import { submitted } from '../../journal/events.ts';
import { temporaryFolder } from '../../temporary.ts';

const env = { files: nodeFiles, clock: nodeClock, timers: nodeTimers, entropy: nodeEntropy };

/** The thread opens the keys by itself, so it is given what they are sealed under. */
const kek = { bytes: nodeEntropy(32), from: 'a test' };

async function aJournal() {
  const folder = temporaryFolder();
  const store = new EventStore(memoryTables());
  const options = { folder: join(folder, 'journal'), boot: 1, store, isAudited: true };
  const { journal } = must(await openJournal(env, options));
  const keys = join(folder, 'keys');
  const { key } = must(openAuditKeys(env, keys, 'f/x', kek)).current.signer;
  const segments = join(folder, 'journal/segments');
  const log = join(folder, 'audit');
  const shared = journal.words.shared;
  const job = { shared, segments, folder: log, keys, kek, name: 'f/x', mayBegin: true };
  const faults: string[] = [];
  const start = (over: Partial<typeof job> = {}) =>
    startWorkerAudit({ ...job, ...over }, nodeTimers, (fault) =>
      faults.push(auditFaultText(fault)),
    );
  return { journal, key, log, segments, faults, start };
}

test('a thread follows the journal, proves its heads and keeps what a witness signed', async () => {
  const { journal, key, log, segments, faults, start } = await aJournal();
  const audit = must(await start());
  journal.followedBy(audit);
  for (let at = 0; at < 300; at += 1) journal.append(submitted({ clientId: `o-${at}` }));
  await until('all of it covered', () => journal.words.audited(300) === 300);
  const { checkpoint, size, proof } = must(await audit.prove(200));
  assert.is(size, 300);
  assert.ok(proof.length > 0);
  assert.is(must(parseHead(`${checkpoint.split('\n').slice(0, 3).join('\n')}\n`)).size, 300);
  audit.keepWitnessed(checkpoint);
  await until('the witnessed head', () => existsSync(join(log, 'witnessed')));
  assert.is(readFileSync(join(log, 'witnessed'), 'utf8'), checkpoint);
  journal.append(submitted({ clientId: 'last' }));
  await journal.close();
  const options = { key, heads: [], witnesses: [], fresh: null, silenceNsMax: null };
  const verified = verifyDirectory(nodeFiles, { log, segments }, options);
  assert.is(verified.ok && verified.value.checkpoint.size, 301);
  assert.equal([faults, audit.fault], [[], null]);
});

test('a log that cannot be opened is told by its fault, and nobody waits for it', async () => {
  const { journal, faults, start } = await aJournal();
  const started = await start({ keys: '/nowhere' });
  assert.match(started.ok ? '' : auditFaultText(started.error), /nowhere.*found no file, wanted/);
  assert.is(faults.length, 1);
  await journal.close();
});

test('C33: a log that breaks while the desk runs is told once', async () => {
  const { journal, log, faults, start } = await aJournal();
  const audit = must(await start());
  journal.followedBy(audit);
  nodeFiles.replace(join(log, 'checkpoint'), Buffer.from('somebody else was here\n'));
  journal.append(submitted());
  await until('a fault', () => faults.length > 0);
  assert.match(faults[0] as string, /a checkpoint that this program has not written/);
  journal.append(submitted({ clientId: 'later' }));
  const late = await audit.prove(0);
  assert.match(late.ok ? '' : late.error, /gave no proof within 2000 ms/);
  await journal.close();
  assert.is(faults.length, 1);
});

test.run();
