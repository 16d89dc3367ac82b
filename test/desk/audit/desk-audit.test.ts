import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { verifierKeyText } from '../../../src/audit/note/keys.ts';
import { DeskAudit } from '../../../src/desk/audit/desk-audit.ts';
import type { Kek } from '../../../src/ops/secrets/sealed.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { openAuditKeys, readAuditKeys } from '../../../src/storage/audit/drain/audit-keys.ts';
import { aLog } from '../../support/actors/logs.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { must } from '../../support/venue/fixtures.ts';

const DAY_MS = 86_400_000;

function anAudit(kek: Kek | null = null) {
  const files = lossyFiles();
  const env = { ...manualEnv(), files, entropy: (bytes: number) => new Uint8Array(bytes).fill(3) };
  const { current } = must(openAuditKeys(env, 'keys', 'f/x', kek));
  const { log, lines } = aLog();
  const journal = { words: { audited: (near: number) => near - 2 } } as never;
  const parts = { env, log, keys: 'keys', kek, name: 'f/x', journal, keyDays: 30 };
  return { audit: new DeskAudit({ ...parts, madeMs: current.madeMs }), current, files, lines };
}

test('a key is handed over when it is as old as it may become, and not again at once', () => {
  const { audit, current, files } = anAudit();
  const { madeMs } = current;
  assert.is(must(audit.dueKey(madeMs + 30 * DAY_MS - 1)), null);
  const due = must(audit.dueKey(madeMs + 30 * DAY_MS));
  const { next } = must(readAuditKeys(files, 'keys', 'f/x'));
  assert.is(due, verifierKeyText(next?.signer.key as never));
  assert.is(must(audit.dueKey((next?.madeMs as number) + 1)), null);
});

test('a successor is sealed like the key before it, and a desk says when they lie open', () => {
  const kek = { bytes: new Uint8Array(32).fill(9), from: 'a test' };
  const { audit, current, files } = anAudit(kek);
  must(audit.dueKey(current.madeMs + 30 * DAY_MS));
  assert.not(readAuditKeys(files, 'keys', 'f/x').ok);
  assert.not.equal(must(readAuditKeys(files, 'keys', 'f/x', kek)).next, null);
  assert.is(audit.keyNotice, null);
  assert.match(anAudit().audit.keyNotice ?? '', /^AUDIT KEY NOT SEALED/);
});

test('a successor that cannot be read is said, and nothing is handed over', () => {
  const { audit, current, files } = anAudit();
  files.replace('keys/audit.key.next', Buffer.from('no key\n'));
  const due = audit.dueKey(current.madeMs + 31 * DAY_MS);
  assert.match(due.ok ? '' : due.error, /audit.key.next: wanted "made TIME" in the first line/);
});

test('a log that fails is told, and whoever must act at once is called', () => {
  const { audit, lines } = anAudit();
  let calls = 0;
  audit.onFault = () => {
    calls += 1;
  };
  assert.equal([audit.fault, audit.witnessFault, audit.covered(9)], [null, null, 7]);
  audit.fail('the disk is gone');
  assert.equal([audit.fault, calls], ['the disk is gone', 1]);
  assert.ok(lines.some((line) => line.startsWith('fatal desk audit-failed')));
});

test('the key to pin is the one in the file; without it nothing is made up', () => {
  const { audit, current, files } = anAudit();
  assert.is(audit.verifierKey(files), verifierKeyText(current.signer.key));
  files.remove('keys/audit.vkey');
  assert.is(audit.verifierKey(files), '');
});

test.run();
