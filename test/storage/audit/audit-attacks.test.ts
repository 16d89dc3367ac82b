import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosign, openCheckpoint, signCheckpoint } from '../../../src/audit/note/checkpoint.ts';
import { EMPTY_ROOT, leafHash } from '../../../src/audit/tree/hash.ts';
import { checkConsistency } from '../../../src/audit/tree/proof-check.ts';
import { consistencyProof } from '../../../src/audit/tree/proofs.ts';
import { encodeEntries } from '../../../src/audit/tree/tiles.ts';
import { type LossyFiles, lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { logFaultText } from '../../../src/storage/log-fault.ts';
import {
  edited,
  entriesIn,
  LOG,
  putEntries,
  putTiles,
  reencoded,
  verdictOf,
} from '../../support/audit/forgeries.ts';
import { aForeignKey, aLaterKey, aLogKey, aWitness } from '../../support/audit/keys.ts';
import { commit, filesBelow, openedLog, stage, writtenLog } from '../../support/audit/logs.ts';
import { keptTree } from '../../support/audit/trees.ts';
import { law } from '../../support/law.ts';
import { must } from '../../support/venue/fixtures.ts';

const SIZE = 600;
const NOW = 1_800_000_000;
const witness = aWitness();

/** A log of its own for every caller; the writing of one is done once. */
function aLog(commits: readonly number[] = [SIZE]): LossyFiles {
  const key = commits.join();
  const kept = written.get(key);
  const files = lossyFiles();
  if (kept === undefined) {
    writtenLog(files, LOG, commits);
    const names = filesBelow(files, LOG);
    written.set(key, new Map(names.map((name) => [name, files.read(name) as Uint8Array])));
  }
  for (const [name, bytes] of kept ?? []) files.replace(name, bytes);
  return files;
}
const written = new Map<string, ReadonlyMap<string, Uint8Array>>();

const read = (files: LossyFiles, path: string) => files.read(`${LOG}/${path}`) as Uint8Array;
/** What somebody outside has written down of a log. */
function headOf(files: LossyFiles, by: string) {
  const { size, root } = must(openCheckpoint(read(files, 'checkpoint'), [aLogKey().key]));
  return { size, root, by };
}
function cosignedBy(files: LossyFiles, seconds: number): void {
  const text = must(cosign(read(files, 'checkpoint'), witness, seconds));
  files.replace(`${LOG}/checkpoint`, Buffer.from(text));
}
/** Every file of a log, to be put back later. */
function copied(files: LossyFiles): () => void {
  const names = filesBelow(files, LOG);
  const kept = names.map((name) => [name, files.read(name) as Uint8Array] as const);
  return () => {
    files.remove(LOG);
    for (const [name, bytes] of kept) files.replace(name, bytes);
  };
}

test('a log that nobody has touched is verified, at every size', () => {
  const sizes = fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(255, 256, 257, 511, 512, 600));
  law(
    fc.property(fc.array(sizes, { maxLength: 3 }), (commits) => {
      assert.is(verdictOf(aLog(commits)), 'verified');
    }),
    25,
  );
});

test('A01: an entry that was edited is named', () => {
  law(
    fc.property(fc.nat({ max: SIZE - 1 }), (index) => {
      const files = aLog();
      putEntries(files, edited(entriesIn(files), index));
      assert.match(
        verdictOf(files),
        new RegExp(`^entry ${index} \\(tile/0/00\\d[^)]*\\): entry-ch`),
      );
    }),
    12,
  );
});

test('A01: an entry that is none any more is named with its fault', () => {
  const files = aLog();
  const entries = entriesIn(files).map((bytes, at) => (at === 300 ? bytes.slice(1) : bytes));
  putEntries(files, entries);
  assert.match(
    verdictOf(files),
    /^entry 300 \(tile\/entries\/001\): entry-malformed: found entry:/,
  );
});

test('A01: an entry that was made to follow another one is named itself', () => {
  const files = aLog();
  putEntries(files, edited(entriesIn(files), 300, { prev: EMPTY_ROOT }));
  assert.match(verdictOf(files), /^entry 300 \(tile\/0\/001\): entry-changed/);
});

test('A02: an entry that was edited together with its tiles is named', () => {
  law(
    fc.property(fc.nat({ max: SIZE - 2 }), (index) => {
      const files = aLog();
      const entries = edited(entriesIn(files), index);
      putEntries(files, entries);
      putTiles(files, entries);
      const expected = new RegExp(
        `^entry ${index} .*entry-changed: found leaf hash .* after which`,
      );
      assert.match(verdictOf(files), expected);
    }),
    12,
  );
});

test('A02: entries that were all chained anew are found by a tile above, or by the root', () => {
  const [files, other] = [aLog(), lossyFiles()];
  const { log } = openedLog(other, LOG);
  stage(log, SIZE, (index) => (index >= 300 ? { actor: 'nobody' } : {}));
  commit(log);
  const entries = entriesIn(other);
  putEntries(files, entries);
  putTiles(files, entries, 1);
  assert.match(verdictOf(files), /^entry 256 \(tile\/1\/000.p\/2\): entry-changed: found hash/);
  putTiles(files, entries);
  assert.match(verdictOf(files), /^entry 0 \(checkpoint\): root: found entries with the root/);
  const heads = [headOf(aLog([300]), 'the guard')];
  assert.match(verdictOf(files, { heads }), /^entry 300 \(checkpoint\): root: found entries/);
});

test('A03: a log rewritten with the stolen key is found by whoever has seen an older head', () => {
  const real = aLog([200, 200, 200]);
  const heads = [200, 400, 600].map((size) => headOf(aLog([size]), `witness ${size}`));
  const files = lossyFiles();
  const { log } = openedLog(files, LOG);
  stage(log, SIZE, (index) => (index === 250 ? { payload: { clientId: 'other' } } : {}));
  commit(log);
  assert.is(verdictOf(files), 'verified', 'nothing in the folder can show it');
  assert.match(
    verdictOf(files, { heads }),
    /^entry 200 .*: forked: .*, which witness 400 has seen$/,
  );
  assert.is(verdictOf(real, { heads }), 'verified');
});

test('A04: an entry that was taken out of the middle is named as missing', () => {
  const files = aLog();
  const entries = entriesIn(files).filter((_, at) => at !== 123);
  putEntries(files, entries);
  const missing =
    /^entry 123 \(tile\/entries\/000\): entry-missing: found seq 125, expected seq 124$/;
  assert.match(verdictOf(files), missing);
  putTiles(files, entries);
  assert.match(verdictOf(files), missing);
});

test('A05: two entries that changed places are named', () => {
  const files = aLog();
  const entries = entriesIn(files);
  [entries[40], entries[41]] = [entries[41] as Uint8Array, entries[40] as Uint8Array];
  putEntries(files, entries);
  putTiles(files, entries);
  assert.match(verdictOf(files), /^entry 40 .*: entry-missing: found seq 42, expected seq 41$/);
});

test('A06: an entry that was put in between is named', () => {
  const files = aLog();
  const entries = entriesIn(files);
  const before = entries[99] as Uint8Array;
  const slipped = reencoded(before, { seq: 101, actor: 'nobody', prev: leafHash(before) });
  entries.splice(100, 0, slipped);
  putEntries(files, entries);
  assert.match(verdictOf(files), /^entry 100 \(tile\/0\/000\): entry-changed/);
  putTiles(files, entries);
  assert.match(verdictOf(files), /^entry 101 .*: sequence: found seq 101, expected seq 102$/);
});

test('A07: a tail that was cut off is missing from what the checkpoint counts', () => {
  const files = aLog();
  putEntries(files, entriesIn(files).slice(0, 570));
  const missing = /^entry 570 \(tile\/entries\/002\): entry-missing: found the end of the entries/;
  assert.match(verdictOf(files), missing);
  files.remove(`${LOG}/tile/entries/001`);
  assert.match(verdictOf(files), /^entry 256 \(tile\/entries\/001\): entry-missing/);
});

test('A07 A08: a log put back to an earlier moment is found by a head from outside only', () => {
  const files = aLog([500]);
  const rollBack = copied(files);
  const { log } = openedLog(files, LOG);
  stage(log, 100);
  commit(log);
  const heads = [headOf(files, 'the guard')];
  assert.is(verdictOf(files, { heads }), 'verified');
  rollBack();
  assert.is(verdictOf(files), 'verified', 'nothing in the folder can show it');
  assert.match(
    verdictOf(files, { heads }),
    /^entry 500 .*: rolled-back: found 500 entries, expected at least 600, which the guard has/,
  );
});

test('A09: two views of one log fail against each other, at one size and at two', () => {
  const [one, other] = [aLog(), lossyFiles()];
  const { log } = openedLog(other, LOG);
  stage(log, SIZE, (index) => (index === 599 ? { actor: 'nobody' } : {}));
  commit(log);
  const heads = [headOf(one, 'one witness')];
  assert.match(verdictOf(other, { heads }), /forked: found root .*, which one witness has seen$/);
  const older = headOf(aLog([300]), 'one witness');
  const tree = keptTree(entriesIn(other).map(leafHash));
  const proof = consistencyProof(300, SIZE, tree.nodeAt);
  const newer = { size: SIZE, root: tree.range.root() };
  assert.ok(checkConsistency({ older, newer, proof }).ok, 'the fork is behind entry 300');
  assert.not(checkConsistency({ older, newer: headOf(one, ''), proof }).ok);
});

test('A10: a log rewritten with a key of its own is not the one whose key is pinned', () => {
  const files = lossyFiles();
  const { log } = openedLog(files, LOG, aForeignKey());
  stage(log, 20);
  commit(log);
  assert.match(
    verdictOf(files),
    /^checkpoint: unknown-key: found signatures of desk.example\/audit\+/,
  );
});

test('A11: a checkpoint that is shown again later lacks a fresh signature of a witness', () => {
  const files = aLog();
  const options = { witnesses: [witness.key], fresh: { nowSeconds: NOW, limitSeconds: 60 } };
  assert.match(verdictOf(files, options), /^checkpoint: stale: found no witness' signature/);
  cosignedBy(files, NOW - 61);
  assert.match(
    verdictOf(files, options),
    /stale: found a witness' signature of 61 s ago, expected/,
  );
  cosignedBy(files, NOW - 60);
  assert.is(verdictOf(files, options), 'verified');
});

test("A12: a witness' signature that was moved from another head is found", () => {
  const [files, other] = [aLog(), aLog([500])];
  cosignedBy(other, NOW);
  const [moved] = Buffer.from(read(other, 'checkpoint')).toString().split('\n').slice(-2);
  const text = `${Buffer.from(read(files, 'checkpoint'))}${moved}\n`;
  files.replace(`${LOG}/checkpoint`, Buffer.from(text));
  assert.match(
    verdictOf(files, { witnesses: [witness.key] }),
    /^checkpoint: bad-signature: found a signature in the name of witness.example\/w1/,
  );
});

test('A14: a tile that rotted is told from an entry that was changed', () => {
  for (const [tile, entry] of [
    ['tile/0/001', 256],
    ['tile/0/002.p/88', 512],
    ['tile/1/000.p/2', 0],
  ] as const) {
    const files = aLog();
    const bytes = read(files, tile).map((byte, at) => (at === 0 ? byte ^ 1 : byte));
    files.replace(`${LOG}/${tile}`, bytes);
    assert.match(
      verdictOf(files),
      new RegExp(`^entry ${entry} \\(${tile}\\): tile-damaged: found h`),
    );
    files.remove(`${LOG}/${tile}`);
    assert.match(verdictOf(files), new RegExp(`\\(${tile}\\): tile-damaged: found no such tile`));
  }
});

test('A15: a gap that heartbeats should have filled is named', () => {
  const files = lossyFiles();
  const { log } = openedLog(files, LOG);
  const seconds = (index: number) => (index < 5 ? index * 10 : index * 10 + 1);
  stage(log, 9, (index) => ({ monoNs: BigInt(seconds(index)) * 1_000_000_000n }));
  // Another boot has another clock: the time between two boots is no silence.
  stage(log, 2, () => ({ boot: 2, monoNs: 0n }));
  commit(log);
  assert.match(
    verdictOf(files, { silenceNsMax: 10_000_000_000n }),
    /^entry 5 .*: silent: found nothing for 11000000000 ns before it, expected at most 10000000000/,
  );
  assert.is(verdictOf(files, { silenceNsMax: 11_000_000_000n }), 'verified');
});

test('A16: a clock that goes back within a boot is refused on writing, found on reading', () => {
  const files = aLog([2]);
  const { log } = openedLog(files, LOG);
  assert.throws(() => stage(log, 1, () => ({ monoNs: 1n })), /clock-back/);
  const entries = entriesIn(files);
  const late = reencoded(entries[1] as Uint8Array, { monoNs: 0n });
  signedAnew(files, [entries[0] as Uint8Array, late]);
  assert.match(
    verdictOf(files),
    /^entry 1 .*: clock-back: found mono_ns 0, expected mono_ns 1000000/,
  );
});

test('A17: a second writer is noticed before it does harm', () => {
  const files = aLog([2]);
  const [first, second] = [openedLog(files, LOG).log, openedLog(files, LOG).log];
  stage(first, 1);
  stage(second, 1, () => ({ actor: 'nobody' }));
  commit(first);
  const refused = second.commit();
  assert.match(refused.ok ? '' : logFaultText(refused.error), /this program has not written; one/);
  assert.is(verdictOf(files), 'verified');
  assert.throws(() => stage(first, 1, () => ({ seq: 3 })), /"kind":"sequence"/);
});

test('A17: a sequence that comes twice is found though all of it is signed', () => {
  const files = aLog([2]);
  const entries = entriesIn(files);
  const twice = reencoded(entries[1] as Uint8Array, { prev: leafHash(entries[1] as Uint8Array) });
  signedAnew(files, [...entries, twice]);
  assert.match(verdictOf(files), /^entry 2 .*: sequence: found seq 2, expected seq 3$/);
});

test('A21 A22: a checkpoint that is no checkpoint is refused before the walk', () => {
  const files = aLog([3]);
  const text = Buffer.from(read(files, 'checkpoint')).toString();
  const of = (changed: string | null) => {
    if (changed === null) files.remove(`${LOG}/checkpoint`);
    else files.replace(`${LOG}/checkpoint`, Buffer.from(changed));
    return verdictOf(files);
  };
  assert.match(of(text.replace('\n3\n', '\n03\n')), /^checkpoint: checkpoint: found size "03"/);
  assert.match(of(text.replace('\n3\n', `\n${2 ** 53}\n`)), /^checkpoint: checkpoint: found size/);
  assert.match(of(`${text}${'\u2014 n AAAAAAAA\n'.repeat(16)}`), /found 17 signatures, expected/);
  assert.match(of(text.replace('\n3\n', '\n2\n')), /^checkpoint: bad-signature/);
  assert.match(of(text.replace('\n3\n', `\n${2 ** 53 - 1}\n`)), /^entry 3 .*: entry-missing/);
  assert.is(of(null), 'checkpoint: checkpoint: found none, expected a signed one');
});

test('a key that was handed over signs from there on, and the old one no more', () => {
  const files = aLog([10]);
  const { log } = openedLog(files, LOG);
  const rotated = log.rotate(
    { seq: 11, monoNs: 11_000_000n, wallNs: 1n, boot: 1, epoch: 0, actor: 'audit' },
    aLaterKey(),
  );
  assert.ok(rotated.ok);
  assert.is(verdictOf(files), 'verified');
  stage(log, 10);
  commit(log);
  assert.is(verdictOf(files), 'verified');
  const head = { origin: aLogKey().key.name, size: 21, root: log.head.root };
  files.replace(`${LOG}/checkpoint`, Buffer.from(signCheckpoint(head, [aLogKey()])));
  assert.match(verdictOf(files), /^checkpoint: unknown-key/);
});

test('A10: a rotation that the old key has not signed hands nothing over', () => {
  const files = lossyFiles();
  const { log } = openedLog(files, LOG, aForeignKey());
  stage(log, 4);
  const event = { seq: 5, monoNs: 5_000_000n, wallNs: 1n, boot: 1, epoch: 0, actor: 'audit' };
  assert.ok(log.rotate(event, aLaterKey()).ok);
  assert.match(verdictOf(files), /^entry 4 .*: bad-rotation: found a rotation from "desk.example/);
});

test('bytes behind the entries of a full bundle are found', () => {
  const files = aLog();
  const path = `${LOG}/tile/entries/000`;
  const bytes = files.read(path) as Uint8Array;
  files.replace(path, Buffer.concat([bytes, Uint8Array.of(0)]));
  assert.match(
    verdictOf(files),
    /^tile\/entries\/000: stray-bytes: found 1 bytes behind its entries/,
  );
});

test('a disk that cannot be read is no finding', () => {
  const files = {
    ...aLog(),
    open(): never {
      throw Object.assign(new Error('EIO: bad sector'), { code: 'EIO' });
    },
  };
  assert.is(verdictOf(files), 'io');
});

/** Writes these entries as the log itself would have, faults and all. */
function signedAnew(files: LossyFiles, entries: readonly Uint8Array[]): void {
  putEntries(files, entries);
  const leaves = entries.map(leafHash);
  const { range } = keptTree(leaves);
  const width = entries.length;
  files.replace(`${LOG}/tile/0/000.p/${width}`, Buffer.concat(leaves));
  files.replace(`${LOG}/tile/entries/000.p/${width}`, encodeEntries(entries));
  const head = { origin: aLogKey().key.name, size: width, root: range.root() };
  files.replace(`${LOG}/checkpoint`, Buffer.from(signCheckpoint(head, [aLogKey()])));
}

test.run();
