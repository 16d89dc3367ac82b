/** The log as a program sees it that shares nothing with ours: Python's hashlib and openssl. */
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { proveConsistency, proveInclusion } from '../../../src/audit/check/log-proofs.ts';
import { cosign, signCheckpoint } from '../../../src/audit/note/checkpoint.ts';
import { verifierKeyText } from '../../../src/audit/note/keys.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { JournalLeaves } from '../../../src/storage/audit/drain/journal-leaves.ts';
import { logSource, verifyFolder } from '../../../src/storage/audit/log-source.ts';
import { aForeignKey, aLaterKey, aLogKey, aWitness } from '../../support/audit/keys.ts';
import { commit, openedLog, stage, writtenLog } from '../../support/audit/logs.ts';
import { recordOf } from '../../support/audit/records.ts';
import { toBase64 } from '../../support/safety-vectors.ts';
import { root } from '../../support/shared.ts';
import { must } from '../../support/venue/fixtures.ts';
import { anyEvent } from '../journal/events.ts';
import { temporaryFolder } from '../temporary.ts';

const absent = ['python3', 'openssl'].filter(
  (tool) => spawnSync(tool, [tool === 'openssl' ? 'version' : '--version']).status !== 0,
);
if (absent.length > 0) {
  process.stdout.write(
    `\nSKIPPED: ${absent.join(' and ')} is absent: no independent verification\n`,
  );
}
const checked = absent.length > 0 ? test.skip : test;

interface Report {
  readonly ok: boolean;
  readonly index?: number | null;
  readonly what?: string;
  readonly size?: number;
  readonly proofs?: number;
}

const KEY = verifierKeyText(aLogKey().key);

function verified(folder: string, more: readonly string[] = [], key = KEY): Report {
  const program = join(root, 'test/support/verify-audit.py');
  const { status, stdout, stderr } = spawnSync(
    'python3',
    [program, folder, '--key', key, ...more],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  assert.ok(stdout !== '', stderr);
  const report: Report = JSON.parse(stdout);
  assert.is(status, report.ok ? 0 : 6);
  return report;
}

function theirs(folder: string): [ok: boolean, index: number | null | undefined] {
  const { ok, index } = verified(folder);
  return [ok, index];
}

/** What our own verification says: whether it holds, and which entry it names. */
function ours(folder: string): [ok: boolean, index: number | null | undefined] {
  const result = verifyFolder(nodeFiles, folder, {
    ...{ key: aLogKey().key, heads: [], witnesses: [], fresh: null, silenceNsMax: null },
  });
  if (result.ok) return [true, undefined];
  return [false, result.error.kind === 'audit-finding' ? result.error.index : null];
}

checked('an independent program verifies a log, its heads, its witness and our proofs', () => {
  const folder = temporaryFolder();
  const aside = temporaryFolder();
  const { log } = openedLog(nodeFiles, folder);
  const nasty = '\u0000\n\u001b\u007f\u2028\ud800 \u00e9 \ud83d\ude00 "\\/\b\f';
  stage(log, 300, (index) => (index === 7 ? { payload: { [nasty]: [nasty, 1.5, null] } } : {}));
  commit(log);
  const head = join(aside, 'head');
  writeFileSync(head, log.checkpoint);
  const next = aLaterKey();
  const rotation = { monoNs: 301_000_000n, wallNs: 1n, boot: 1, epoch: 0, actor: 'audit' };
  assert.ok(log.rotate({ seq: 301, ...rotation }, next).ok);
  stage(log, 299);
  commit(log);
  const cosigned = must(cosign(Buffer.from(log.checkpoint), aWitness(), 1_800_000_000));
  writeFileSync(join(folder, 'checkpoint'), cosigned);
  const source = logSource(nodeFiles, folder);
  const proofs = {
    inclusion: [0, 255, 256, 300, 599].map((index) => ({
      index,
      proof: must(proveInclusion(source, index, 600)).map(toBase64),
    })),
    consistency: [1, 255, 256, 300, 512, 599, 600].map((older) => ({
      older,
      proof: must(proveConsistency(source, older, 600)).map(toBase64),
    })),
  };
  const file = join(aside, 'proofs.json');
  writeFileSync(file, JSON.stringify(proofs));
  const witness = ['--witness', verifierKeyText(aWitness().key)];
  const report = verified(folder, [...witness, '--head', head, '--proofs', file]);
  assert.ok(report.ok, JSON.stringify(report));
  assert.equal([report.size, report.proofs], [600, 12]);
  (proofs.inclusion[2] as { proof: string[] }).proof.reverse();
  writeFileSync(file, JSON.stringify(proofs));
  assert.equal(verified(folder, ['--proofs', file]).index, 256);
});

const anEvent = anyEvent.filter(({ kind }) => kind !== 'audit-key-rotated');

checked('an independent program verifies a log of every kind of event, odd texts included', () => {
  const folder = temporaryFolder();
  const { log } = openedLog(nodeFiles, folder);
  const leaves = new JournalLeaves(log);
  const events = fc.sample(anEvent, { numRuns: 300, seed: 20_260_801 });
  for (const [at, event] of events.entries()) {
    must(leaves.append(...recordOf(event, at + 1)));
  }
  commit(log);
  const report = verified(folder);
  assert.ok(report.ok, JSON.stringify(report));
  assert.is(report.size, 300);
});

checked('an independent program names the entry that was edited, as ours does', () => {
  const folder = temporaryFolder();
  writtenLog(nodeFiles, folder, [300]);
  const path = join(folder, 'tile/entries/000');
  const good = readFileSync(path);
  writeFileSync(path, Buffer.from(good.toString('latin1').replace('mm-78"', 'mm-79"'), 'latin1'));
  assert.equal(theirs(folder), [false, 77]);
  assert.equal(ours(folder), [false, 77]);
  writeFileSync(path, good.subarray(0, good.length - 1));
  assert.equal(theirs(folder), [false, 255]);
  assert.equal(ours(folder), [false, 255]);
  writeFileSync(path, good);
  assert.equal(theirs(folder), [true, undefined]);
  assert.equal(ours(folder), [true, undefined]);
  renameSync(path, `${path}.away`);
  assert.equal(theirs(folder), [false, 0]);
  assert.equal(ours(folder), [false, 0]);
});

checked('an independent program refuses a foreign key, an edited size and an older log', () => {
  const folder = temporaryFolder();
  const newer = temporaryFolder();
  const text = writtenLog(nodeFiles, folder, [20]);
  const head = join(newer, 'head');
  writeFileSync(head, writtenLog(nodeFiles, newer, [25]));
  const older = verified(folder, ['--head', head]);
  assert.equal([older.what, older.index], ['rolled back', 20]);
  writeFileSync(join(folder, 'checkpoint'), text.replace('\n20\n', '\n19\n'));
  assert.is(verified(folder).what, 'signature');
  const lines = text.split('\n');
  const forged = {
    origin: aLogKey().key.name,
    size: 20,
    root: Buffer.from(lines[2] ?? '', 'base64'),
  };
  writeFileSync(join(folder, 'checkpoint'), signCheckpoint(forged, [aForeignKey()]));
  assert.is(verified(folder).what, 'unsigned');
});

test.run();
