/** A log that a real desk has written, attacked: both verifiers name the same entry. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signCheckpoint } from '../../../src/audit/note/checkpoint.ts';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { openAuditLog } from '../../../src/storage/audit/audit-log.ts';
import { type EntryReader, openEntries } from '../../../src/storage/audit/entry-reader.ts';
import { aForeignKey } from '../../support/audit/keys.ts';
import {
  aCopy,
  aWrittenRun,
  CANARY,
  cutFrom,
  frameOf,
  payloadOf,
  putPayload,
  stolenKey,
  type WrittenRun,
} from '../../support/audit/written-run.ts';
import { aCommandWorld } from '../../support/edge/command-world.ts';
import { Premises } from '../../support/process/premises.ts';
import { root } from '../../support/shared.ts';
import { must } from '../../support/venue/fixtures.ts';

const VERIFIER = join(root, 'test/support/verify-audit.py');
const missing = ['python3', 'openssl'].filter(
  (tool) => spawnSync(tool, [tool === 'openssl' ? 'version' : '--version']).status !== 0,
);
if (missing.length > 0) {
  process.stdout.write(`\nSKIPPED: ${missing.join(' and ')} is absent: no second verifier\n`);
}

let premises: Premises;
let run: WrittenRun;

test.before(async () => {
  premises = new Premises();
  run = await aWrittenRun(premises);
});
test.after(() => premises.close());

interface Verdict {
  readonly ok: boolean;
  readonly index: number | null;
}

/** What `flyball audit verify` says; its exit code agrees with it. */
async function ours(folder: string, words: readonly string[]): Promise<Verdict & { what: string }> {
  const world = aCommandWorld();
  const line = ['audit', 'verify', folder, '--key', run.key, '--json', ...words];
  const exitCode = await runCommandLine(line, world);
  const verdict = JSON.parse(world.terminal.written.out || `"${world.terminal.written.err}"`);
  assert.is(exitCode, verdict.ok ? EXIT.done : EXIT.unverified, world.terminal.written.err);
  return verdict;
}

function theirs(folder: string, words: readonly string[]): Verdict {
  const segments = join(folder, 'journal', 'segments');
  const line = [join(folder, 'audit'), '--key', run.key, '--journal', segments, ...words];
  const done = spawnSync('python3', [VERIFIER, ...line], { encoding: 'utf8', timeout: 60_000 });
  assert.ok(done.stdout !== '', done.stderr);
  const verdict: Verdict = JSON.parse(done.stdout);
  assert.is(done.status, verdict.ok ? 0 : 6);
  return verdict;
}

/** Both verifiers refuse a folder, and name the same entry. */
async function bothName(
  folder: string,
  what: string,
  index: number | null,
  words: readonly string[] = [],
): Promise<void> {
  const own = await ours(folder, words);
  assert.equal([own.ok, own.what, own.index], [false, what, index], JSON.stringify(own));
  if (missing.length > 0) return;
  const other = theirs(folder, words);
  assert.equal([other.ok, other.index], [false, index], JSON.stringify(other));
}

function entriesIn(folder: string): EntryReader {
  return must(openEntries(nodeFiles, join(folder, 'audit')));
}

/** File of the first bundle, which is full or grows. */
function bundleIn(folder: string): string {
  const entries = join(folder, 'audit/tile/entries');
  const partial = join(entries, '000.p');
  return readdirSync(entries).includes('000')
    ? join(entries, '000')
    : join(partial, readdirSync(partial)[0] as string);
}

test('the log of a real run is verified by both, with the heads kept elsewhere', async () => {
  const heads = ['--head', run.earlyHead, '--head', run.lastHead];
  for (const folder of [run.folder, run.snapshot]) {
    const some = folder === run.folder ? heads : heads.slice(0, 2);
    const own = await ours(folder, some);
    assert.ok(own.ok, JSON.stringify(own));
    if (missing.length === 0) assert.ok(theirs(folder, some).ok);
  }
  assert.ok(entriesIn(run.folder).size > entriesIn(run.snapshot).size);
});

test('a record of the journal that was edited, its checksum too, is named by both', async () => {
  const folder = aCopy(run);
  const frame = frameOf(folder, 20);
  const payload = payloadOf(frame);
  payload[payload.length - 1] = (payload.at(-1) as number) ^ 1;
  putPayload(frame, payload);
  await bothName(folder, 'journal-differs', 19);
});

test('a journal whose end is gone is named by its first missing record', async () => {
  const folder = aCopy(run);
  cutFrom(frameOf(folder, 30));
  await bothName(folder, 'journal-cut', 29);
});

test('a journal with a damaged record, or none at all, is named by it', async () => {
  const folder = aCopy(run);
  const { path, bytes, at } = frameOf(folder, 25);
  bytes[at + 30] = (bytes[at + 30] as number) ^ 0xff;
  writeFileSync(path, bytes);
  await bothName(folder, 'journal-damaged', 24);
  rmSync(join(folder, 'journal/segments'), { recursive: true });
  nodeFiles.ensureFolder(join(folder, 'journal/segments'), 0o700);
  await bothName(folder, 'journal-cut', 0);
});

test('A05: two records that have changed places are named by the first of them', async () => {
  const folder = aCopy(run);
  const sequences = pairOfOneLength(folder);
  const [one, other] = sequences.map((sequence) => payloadOf(frameOf(folder, sequence)));
  putPayload(frameOf(folder, sequences[0]), other as Buffer);
  putPayload(frameOf(folder, sequences[1]), one as Buffer);
  await bothName(folder, 'journal-differs', sequences[0] - 1);
});

/** Sequences of two records whose payloads have the same length. */
function pairOfOneLength(folder: string): [number, number] {
  const seen = new Map<number, number>();
  for (let sequence = 1; ; sequence += 1) {
    const { length } = frameOf(folder, sequence);
    const before = seen.get(length);
    if (before !== undefined && sequence > before + 1) return [before, sequence];
    seen.set(length, before ?? sequence);
  }
}

test('A01: an entry of the log that was edited is named by both', async () => {
  const folder = aCopy(run);
  const path = bundleIn(folder);
  const bytes = readFileSync(path);
  const at = bytes.indexOf('"type":"mode-changed"');
  bytes.write('"type":"mode-chanted"', at);
  writeFileSync(path, bytes);
  const index = bytes.subarray(0, at).toString('latin1').split('"v":"1"').length - 1;
  await bothName(folder, 'entry-changed', index);
});

test('A04: a log whose bundle is cut is named by the first entry that is gone', async () => {
  const folder = aCopy(run);
  const path = bundleIn(folder);
  const bytes = readFileSync(path);
  const tenth = bytes.indexOf('"seq":"11"');
  writeFileSync(path, bytes.subarray(0, tenth));
  await bothName(folder, 'entry-missing', 10);
});

test('A08: a directory that was rolled back as a whole is found by the last head', async () => {
  const { size } = entriesIn(run.snapshot);
  await bothName(run.snapshot, 'rolled-back', size, ['--head', run.lastHead]);
});

test('A07: a log cut back to its own older checkpoint is found by the last head', async () => {
  const folder = aCopy(run);
  rmSync(join(folder, 'audit'), { recursive: true });
  cpSync(join(run.snapshot, 'audit'), join(folder, 'audit'), { recursive: true });
  const { size } = entriesIn(folder);
  await bothName(folder, 'rolled-back', size, ['--head', run.lastHead]);
});

test('A19: no secret of the desk, or that somebody typed, is in journal and log', () => {
  const keys = readdirSync(join(run.folder, 'keys')).filter((name) => !name.endsWith('.vkey'));
  const pems = keys.map((name) => readFileSync(join(run.folder, 'keys', name), 'utf8'));
  const secrets = pems
    .flatMap((text) => [...text.matchAll(/PRIVATE KEY-----\n([^-]+)/g)])
    .map(([, body = '']) => body.trim());
  assert.ok(secrets.length >= 2, 'the keys of the log and of the operator');
  const account = JSON.parse(readFileSync(join(run.folder, 'venue/binance/account.json'), 'utf8'));
  const files = ['audit', 'journal'].flatMap((folder) => {
    const names = readdirSync(join(run.folder, folder), { recursive: true, withFileTypes: true });
    return names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  });
  const all = Buffer.concat(files.map((file) => readFileSync(file)));
  assert.ok(all.includes('lunch with ann password=(redacted)'));
  for (const canary of [CANARY, ...Object.values<string>(account), ...secrets]) {
    assert.not.ok(all.includes(canary), canary);
  }
});

/** Writes the log anew with a key, one entry changed; the journal is left as it was. */
function rewritten(folder: string, sequence: number, signer: ReturnType<typeof stolenKey>): void {
  const reader = entriesIn(run.folder);
  rmSync(join(folder, 'audit'), { recursive: true });
  const { log } = must(openAuditLog(nodeFiles, join(folder, 'audit'), { signer }));
  for (let index = 0; index < reader.size; index += 1) {
    const { prev: _, ...entry } = must(reader.at(index)).entry;
    must(log.append(entry.seq === sequence ? { ...entry, actor: 'nobody' } : entry));
  }
  must(log.commit());
  log.close();
}

test('A03 A09: a log rewritten with the stolen key is a fork of the kept heads', async () => {
  const folder = aCopy(run);
  const { size } = entriesIn(run.snapshot);
  const signer = stolenKey(folder, run.key.split('+')[0] as string);
  rewritten(folder, size + 3, signer);
  assert.ok((await ours(folder, [])).ok, 'nothing in the directory shows it');
  await bothName(folder, 'forked', size, ['--head', run.earlyHead, '--head', run.lastHead]);
});

test('A08 A11: the guard signs heads of the log, and its memory shows a rollback', async () => {
  const witness = readFileSync(run.witnessKey, 'utf8').trim();
  const words = ['--witness', witness, '--head', run.guardHeads];
  const own = (await ours(run.folder, words)) as unknown as { ok: boolean; witnesses: unknown[] };
  assert.equal([own.ok, own.witnesses.length], [true, 1], JSON.stringify(own));
  if (missing.length === 0) assert.ok(theirs(run.folder, words).ok);
  const { size } = entriesIn(run.snapshot);
  await bothName(run.snapshot, 'rolled-back', size, ['--head', run.guardHeads]);
  const folder = aCopy(run);
  rmSync(join(folder, 'audit/witnessed'));
  const stale = await ours(folder, ['--witness', witness, '--fresh', '1d']);
  assert.equal([stale.ok, stale.what], [false, 'stale']);
});

test('A12: a cosignature that is moved to another head is not over it', async () => {
  const folder = aCopy(run);
  const [witnessed, newest] = ['witnessed', 'checkpoint'].map((name) =>
    readFileSync(join(folder, 'audit', name), 'utf8'),
  ) as [string, string];
  const cosignature = witnessed.trimEnd().split('\n').at(-1);
  writeFileSync(join(folder, 'audit/witnessed'), `${newest}${cosignature}\n`);
  const witness = readFileSync(run.witnessKey, 'utf8').trim();
  await bothName(folder, 'bad-signature', null, ['--witness', witness]);
});

test('A10: a log signed anew with another key is no log of the pinned one', async () => {
  const folder = aCopy(run);
  rewritten(folder, 0, aForeignKey(run.key.split('+')[0]));
  await bothName(folder, 'unknown-key', null);
});

test('a checkpoint over another number of entries is not the one that was signed', async () => {
  const folder = aCopy(run);
  const file = join(folder, 'audit/checkpoint');
  const [origin = '', size, rootText = ''] = readFileSync(file, 'utf8').split('\n');
  const smaller = { origin, size: Number(size) - 1, root: Buffer.from(rootText, 'base64') };
  writeFileSync(file, signCheckpoint(smaller, [aForeignKey(origin)]));
  const own = await ours(folder, []);
  assert.is(own.ok, false);
  if (missing.length === 0) assert.is(theirs(folder, []).ok, false);
});

test.run();
