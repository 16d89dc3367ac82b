import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findingText } from '../../../../src/audit/check/finding.ts';
import { verifierKeyText } from '../../../../src/audit/note/keys.ts';
import type { Files } from '../../../../src/core/env.ts';
import { rngOf } from '../../../../src/core/rng.ts';
import { type FileOperation, faultyFiles } from '../../../../src/simulation/disk/faulty-files.ts';
import { type LossyFiles, lossyFiles } from '../../../../src/simulation/disk/lossy-files.ts';
import { openAuditDrain } from '../../../../src/storage/audit/drain/audit-drain.ts';
import { auditFaultText } from '../../../../src/storage/audit/drain/audit-fault.ts';
import {
  type AuditKeys,
  openAuditKeys,
  prepareNextKey,
  readAuditKeys,
} from '../../../../src/storage/audit/drain/audit-keys.ts';
import { startInlineAudit } from '../../../../src/storage/audit/drain/inline-audit.ts';
import type { AuditRunner } from '../../../../src/storage/audit/drain/worker-audit.ts';
import { verifyDirectory } from '../../../../src/storage/audit/verify-directory.ts';
import { EventStore } from '../../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../../src/storage/event-store/memory-tables.ts';
import { journalFaultText } from '../../../../src/storage/journal/faults.ts';
import type { Journal } from '../../../../src/storage/journal/journal.ts';
import { openJournal } from '../../../../src/storage/journal/recover.ts';
import { logFaultText } from '../../../../src/storage/log-fault.ts';
import { segmentFirsts } from '../../../../src/storage/segment-files.ts';
import { filesBelow } from '../../../support/audit/logs.ts';
import { asyncLaw } from '../../../support/law.ts';
import { must } from '../../../support/venue/fixtures.ts';
import { submitted } from '../../journal/events.ts';
import { manualTime } from '../../manual-time.ts';

const NAME = 'flyball/test';
const SEGMENTS = 'journal/segments';

/** Keys come out of a seed, so that a run repeats. */
function makingOf(files: Files, seed: number) {
  const random = rngOf(seed);
  const entropy = (bytes: number) =>
    Uint8Array.from({ length: bytes }, () => Math.floor(random.next() * 256));
  return { files, entropy, clock: manualTime().clock };
}

interface Life {
  readonly journal: Journal;
  readonly audit: AuditRunner;
  readonly time: ReturnType<typeof manualTime>;
  readonly faults: string[];
}

/** One start of a desk's record: journal and audit log behind it. */
async function aLife(files: Files, boot: number, store = new EventStore(memoryTables())) {
  const time = manualTime();
  const options = { folder: 'journal', boot, store, segmentBytes: 4096, isAudited: true };
  const opened = await openJournal({ files, ...time }, options);
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const { journal } = opened.value;
  const faults: string[] = [];
  const audit = startInlineAudit(
    {
      ...{ files, clock: time.clock, words: journal.words, segments: SEGMENTS },
      ...{ folder: 'audit', keys: 'keys', name: NAME, mayBegin: false },
    },
    (fault) => faults.push(auditFaultText(fault)),
  );
  if (!audit.ok) throw new Error(auditFaultText(audit.error));
  journal.followedBy(audit.value);
  return { journal, audit: audit.value, time, faults } satisfies Life;
}

/** What verification says of log and journal: the number of entries, or the finding. */
function verdict(files: Files, key: AuditKeys['current']['signer']['key']): number | string {
  const verified = verifyDirectory(
    files,
    { log: 'audit', segments: SEGMENTS },
    { key, heads: [], witnesses: [], fresh: null, silenceNsMax: null },
  );
  if (verified.ok) return verified.value.checkpoint.size;
  const { error } = verified;
  return error.kind === 'audit-finding' ? findingText(error) : logFaultText(error);
}

const lives = fc.array(
  fc.record({
    records: fc.integer({ min: 0, max: 60 }),
    ms: fc.integer({ min: 0, max: 12 }),
    isRotating: fc.boolean(),
    fault: fc.option(
      fc.record({
        operation: fc.constantFrom<FileOperation>('open', 'write', 'sync', 'rename', 'syncFolder'),
        after: fc.nat({ max: 40 }),
      }),
      { nil: null },
    ),
  }),
  { minLength: 2, maxLength: 6 },
);

test('A13: whatever the power takes and when, the log goes on at the right sequence', async () => {
  await asyncLaw(
    fc.asyncProperty(lives, fc.integer(), async (steps, seed) => {
      const random = rngOf(seed);
      const disk = lossyFiles();
      const making = makingOf(disk, seed);
      const { key } = must(openAuditKeys(making, 'keys', NAME)).current.signer;
      const store = new EventStore(memoryTables());
      for (const [life, { records, ms, isRotating, fault }] of steps.entries()) {
        const files = faultyFiles(disk);
        const { journal, time } = await aLife(files, life + 1, store);
        journal.append({
          kind: 'booted',
          boot: life + 1,
          deskId: 'd',
          version: '1',
          wasClean: true,
        });
        if (isRotating) {
          const next = must(prepareNextKey(making, 'keys', NAME));
          const newKey = verifierKeyText(next.signer.key);
          journal.append({ kind: 'audit-key-rotated', newKey });
        }
        if (fault !== null) files.fail(fault.operation, 'EIO', fault.after);
        for (let at = 0; at < records; at += 1) {
          journal.append(submitted({ clientId: `${life}-${at}` }));
          if (random.next() < 0.2) time.advance(ms);
        }
        disk.cutPower(random);
      }
      const { journal, faults } = await aLife(disk, steps.length + 1, store);
      await journal.close();
      assert.equal(faults, []);
      assert.is(verdict(disk, key), journal.head);
    }),
    15,
  );
});

test('only what is on the medium becomes an entry, and what is urgent does not wait', async () => {
  const files = lossyFiles();
  must(openAuditKeys(makingOf(files, 1), 'keys', NAME));
  const time = manualTime();
  const store = new EventStore(memoryTables());
  const options = { folder: 'journal', boot: 1, store, segmentBytes: 4096, isAudited: true };
  const { journal } = must(await openJournal({ files, ...time }, options));
  const { drain } = must(
    openAuditDrain({
      ...{ files, clock: time.clock, words: journal.words, segments: SEGMENTS },
      ...{ folder: 'audit', keys: 'keys', name: NAME, mayBegin: true },
    }),
  );
  journal.append(submitted({ clientId: 'a' }));
  assert.equal([drain.turn(), drain.log.size], [null, 0], 'the power could still take it back');
  journal.words.synced(1, 0);
  assert.equal([drain.turn(), drain.log.size, drain.log.head.size], [5, 1, 0], 'it is staged');
  journal.append({ kind: 'command-given', by: 'ann', command: 'kill' });
  journal.words.synced(2, 0);
  assert.equal([drain.turn(), drain.log.head.size], [null, 2], 'and committed with the command');
  assert.is(journal.words.audited(2), 2);
  drain.close();
  await journal.close();
});

test('segments stay until the audit log has had their records too', async () => {
  const files = lossyFiles();
  const { signer } = must(openAuditKeys(makingOf(files, 1), 'keys', NAME)).current;
  const store = new EventStore(memoryTables());
  const time = manualTime();
  const shape = { folder: 'journal', store, segmentBytes: 4096, keepSegments: 1 };
  const first = await openJournal({ files, ...time }, { ...shape, boot: 1, isAudited: true });
  assert.ok(first.ok);
  const { journal } = first.value;
  const fill = (from: number): void => {
    for (let at = 0; at < 600; at += 1) journal.append(submitted({ clientId: `o-${from}-${at}` }));
    time.advance(5_000);
  };
  fill(1);
  assert.is(segmentFirsts(files, SEGMENTS)[0], 1, 'nobody has had them');
  const audit = must(
    startInlineAudit(
      {
        ...{ files, clock: time.clock, words: journal.words, segments: SEGMENTS },
        ...{ folder: 'audit', keys: 'keys', name: NAME, mayBegin: true },
      },
      () => assert.unreachable(),
    ),
  );
  journal.followedBy(audit);
  fill(2);
  for (let turn = 0; turn < 400; turn += 1) {
    journal.append(submitted({ clientId: `later-${turn}` }));
    time.advance(5);
  }
  assert.ok((segmentFirsts(files, SEGMENTS)[0] as number) > 1, 'everybody has had them');
  await journal.close();
  assert.is(verdict(files, signer.key), journal.head);
});

/** A desk that has written some records and was stopped. */
async function aWrittenDesk(events: readonly string[] = ['a', 'b', 'c']): Promise<LossyFiles> {
  const files = lossyFiles();
  must(openAuditKeys(makingOf(files, 1), 'keys', NAME));
  const { journal } = await aLife(files, 1);
  for (const clientId of events) journal.append(submitted({ clientId }));
  await journal.close();
  return files;
}

async function refusalOf(files: Files): Promise<string> {
  try {
    await aLife(files, 2);
    return 'opened';
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

test('A07: a journal that is shorter than its audit log does not open', async () => {
  const files = await aWrittenDesk();
  const other = await aWrittenDesk(['a']);
  const path = 'journal/segments/0000000000000001.segment';
  files.replace(path, other.read(path) as Uint8Array);
  assert.match(await refusalOf(files), /an entry of record 3, the journal ends at 1: its end is g/);
});

test('A09: a journal of another history than the audit log does not open', async () => {
  const files = await aWrittenDesk();
  const other = await aWrittenDesk(['a', 'b', 'x', 'd']);
  const path = 'journal/segments/0000000000000001.segment';
  files.replace(path, other.read(path) as Uint8Array);
  assert.match(await refusalOf(files), /record 3 of the journal is not the one that was audited/);
});

test('a log whose key is gone, or is another, does not open', async () => {
  const files = await aWrittenDesk();
  const kept = files.read('keys/audit.key') as Uint8Array;
  files.remove('keys/audit.key');
  assert.match(await refusalOf(files), /the key of the audit log: .*found no file/);
  must(openAuditKeys(makingOf(files, 2), 'keys', NAME));
  assert.match(await refusalOf(files), /audit\/checkpoint at byte 0: signatures of/);
  files.replace('keys/audit.key', kept);
  assert.is(await refusalOf(files), 'opened');
});

test('A07: a log that is gone although its key is there is not begun anew', async () => {
  const files = await aWrittenDesk();
  for (const path of filesBelow(files, 'audit')) files.remove(path);
  assert.match(await refusalOf(files), /^audit: found no audit log, though the journal and/);
});

test('a rotation to a key that nobody holds ends the log', async () => {
  const files = await aWrittenDesk();
  const { journal, time, faults, audit } = await aLife(files, 2);
  journal.append({ kind: 'audit-key-rotated', newKey: 'nobody' });
  time.advance(10);
  assert.match(faults[0] as string, /found no key beside the one in use, wanted nobody/);
  const before = journal.words.audited(journal.head);
  journal.append(submitted({ clientId: 'later' }));
  time.advance(10);
  assert.is(journal.words.audited(journal.head), before);
  assert.is(faults.length, 1);
  assert.is(audit.fault?.kind, 'audit-key');
  await journal.close();
  const next = must(prepareNextKey(makingOf(files, 3), 'keys', NAME));
  assert.match(await refusalOf(files), new RegExp(`found ${NAME}.*, wanted nobody`));
  assert.is(must(readAuditKeys(files, 'keys', NAME)).next?.signer.key.id, next.signer.key.id);
});

test('a hand-over that was only signed is followed up by the next start', async () => {
  const files = await aWrittenDesk();
  const before = must(readAuditKeys(files, 'keys', NAME));
  const next = must(prepareNextKey(makingOf(files, 3), 'keys', NAME));
  const { journal, time } = await aLife(files, 2);
  const old = files.read('keys/audit.key') as Uint8Array;
  const prepared = files.read('keys/audit.key.next') as Uint8Array;
  journal.append({ kind: 'audit-key-rotated', newKey: verifierKeyText(next.signer.key) });
  time.advance(10);
  await journal.close();
  // As if the process had ended between the signatures and the names of the files.
  files.replace('keys/audit.key', old);
  files.replace('keys/audit.key.next', prepared);
  const again = await aLife(files, 3);
  await again.journal.close();
  const after = must(readAuditKeys(files, 'keys', NAME));
  assert.equal([after.current.signer.key.id, after.next], [next.signer.key.id, null]);
  assert.is(verdict(files, before.current.signer.key), 4);
});

test('what cannot be read, committed or renamed ends the log, and says so', async () => {
  const failing = async (operation: FileOperation, after: number): Promise<string> => {
    const files = faultyFiles(await aWrittenDesk());
    const { journal, time, faults } = await aLife(files, 2);
    const { entropy, clock } = makingOf(files, 3);
    const next = must(prepareNextKey({ files, entropy, clock }, 'keys', NAME));
    journal.append({ kind: 'audit-key-rotated', newKey: verifierKeyText(next.signer.key) });
    files.fail(operation, 'EIO', after);
    time.advance(10);
    return faults[0] ?? journalFaultText(journal.fault as never);
  };
  const texts = new Set<string>();
  for (const operation of ['sync', 'rename'] as const) {
    for (let after = 0; after < 6; after += 1) {
      const text = await failing(operation, after).catch(() => 'whole');
      texts.add(text.replace(/^\S+ /, '').replace(/failed: .*/, ''));
    }
  }
  assert.ok(texts.has('committing '), [...texts].join('\n'));
  assert.ok(texts.has('taking over the next key '), [...texts].join('\n'));
});

test('F30: a proof whose tiles cannot be read now ends nothing, and says why', async () => {
  const files = faultyFiles(lossyFiles());
  must(openAuditKeys(makingOf(files, 1), 'keys', NAME));
  const { journal, audit, faults } = await aLife(files, 1);
  for (let at = 1; at <= 20; at += 1) journal.append(submitted());
  await journal.settled();
  files.fail('open', 'EIO');
  const refused = await audit.prove(1);
  assert.not.ok(refused.ok);
  assert.match(refused.ok ? '' : refused.error, /EIO/);
  files.heal();
  assert.ok((await audit.prove(1)).ok);
  assert.equal([faults, audit.fault], [[], null]);
});

test.run();
