/** A log of 600 entries that hashlib and openssl made: roots, proofs, tiles, signed heads. */
import { hash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosign, openCheckpoint, signCheckpoint } from '../../src/audit/note/checkpoint.ts';
import { parseVerifierKey, signerOf, verifierKeyText } from '../../src/audit/note/keys.ts';
import { leafHash } from '../../src/audit/tree/hash.ts';
import { checkConsistency, checkInclusion } from '../../src/audit/tree/proof-check.ts';
import { consistencyProof, inclusionProof, rangeRoot } from '../../src/audit/tree/proofs.ts';
import { partialTiles, TILE_WIDTH, tilePath } from '../../src/audit/tree/tiles.ts';
import { LOG_SEED, WITNESS_SEED } from '../support/audit/keys.ts';
import { keptTree, verdict } from '../support/audit/trees.ts';
import { fromBase64, safetyVectors, toBase64 } from '../support/audit/vectors.ts';
import { must } from '../support/venue/fixtures.ts';

interface Vectors {
  readonly _meta: {
    readonly log_seed_hex: string;
    readonly witness_seed_hex: string;
    readonly log_vkey: string;
    readonly witness_vkey: string;
  };
  readonly entry_0: string;
  readonly entry_last: string;
  readonly roots: Readonly<Record<string, string>>;
  readonly inclusion: readonly {
    readonly index: number;
    readonly size: number;
    readonly leaf: string;
    readonly proof: readonly string[];
  }[];
  readonly consistency: readonly {
    readonly size1: number;
    readonly size2: number;
    readonly proof: readonly string[];
  }[];
  readonly tiles: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly checkpoints: readonly string[];
}

const vectors = safetyVectors<Vectors & Vectors['_meta']>('audit_tree_vectors');
const meta = { ...vectors, ...vectors._meta };
const entryAt = (i: number): string =>
  JSON.stringify({
    seq: i,
    ts: 1_700_000_000_000 + i * 7,
    actor: i % 3 ? 'gate' : 'risk',
    ev: `o${i % 11}`,
  });
const leaves = Array.from({ length: 600 }, (_, at) => leafHash(Buffer.from(entryAt(at))));
const { range, nodeAt } = keptTree(leaves);
const rootAt = (size: number): Uint8Array => fromBase64(vectors.roots[size] as string);

test('the entries are those of the vectors', () => {
  assert.is(entryAt(0), vectors.entry_0);
  assert.is(entryAt(599), vectors.entry_last);
});

test('the root is right at every size that is listed', () => {
  const sizes = Object.keys(vectors.roots).map(Number);
  assert.is(sizes.length, 23);
  for (const size of sizes) assert.is(toBase64(rangeRoot(0, size, nodeAt)), vectors.roots[size]);
  assert.is(toBase64(range.root()), vectors.roots[600]);
});

test('our inclusion proofs are those of the vectors, and are accepted', () => {
  assert.is(vectors.inclusion.length, 62);
  for (const { index, size, leaf, proof } of vectors.inclusion) {
    assert.equal(inclusionProof(index, size, nodeAt).map(toBase64), proof, `${index} of ${size}`);
    const claim = { index, size, leaf: fromBase64(leaf), proof: proof.map(fromBase64) };
    assert.is(verdict(checkInclusion({ ...claim, root: rootAt(size) })), 'accepted');
  }
});

test('our consistency proofs are those of the vectors, and are accepted', () => {
  assert.is(vectors.consistency.length, 98);
  for (const { size1, size2, proof } of vectors.consistency) {
    const name = `${size1} to ${size2}`;
    assert.equal(consistencyProof(size1, size2, nodeAt).map(toBase64), proof, name);
    const older = { size: size1, root: rootAt(size1) };
    const newer = { size: size2, root: rootAt(size2) };
    const checked = checkConsistency({ older, newer, proof: proof.map(fromBase64) });
    assert.is(verdict(checked), 'accepted');
  }
});

test('tiles have the paths and the bytes of the vectors', () => {
  for (const [sizeText, expected] of Object.entries(vectors.tiles)) {
    const size = Number(sizeText);
    const found: Record<string, string> = {};
    const whole = { level: 0, width: TILE_WIDTH };
    const full = Array.from({ length: Math.floor(size / TILE_WIDTH) }, (_, index) => ({
      ...whole,
      index,
    }));
    for (const tile of [...full, ...partialTiles(size)]) {
      const first = tile.index * TILE_WIDTH;
      const hashes = Array.from({ length: tile.width }, (_, at) =>
        nodeAt(Number(tile.level) * 8, first + at),
      );
      found[tilePath(tile)] = hash('sha256', Buffer.concat(hashes));
    }
    assert.equal(found, expected);
  }
});

test('our signed and cosigned checkpoints are those of the vectors, byte for byte', () => {
  const log = signerOf('bot.example/audit', 'log', LOG_SEED);
  const witness = signerOf('witness.example/w1', 'witness', WITNESS_SEED);
  assert.is(verifierKeyText(log.key), meta.log_vkey);
  assert.is(verifierKeyText(witness.key), meta.witness_vkey);
  assert.equal(
    [LOG_SEED, WITNESS_SEED].map((seed) => seed.toString('hex')),
    [meta.log_seed_hex, meta.witness_seed_hex],
  );
  const keys = [meta.log_vkey, meta.witness_vkey].map((text) => must(parseVerifierKey(text)));
  const sizes = vectors.checkpoints.map((text) => {
    const opened = must(openCheckpoint(Buffer.from(text), keys));
    const { origin, size, root, cosignatures } = opened;
    assert.is(toBase64(root), vectors.roots[size]);
    assert.equal(
      cosignatures.map(({ seconds }) => seconds),
      [1_700_000_000 + size],
    );
    const ours = signCheckpoint({ origin, size, root }, [log]);
    assert.is(must(cosign(Buffer.from(ours), witness, 1_700_000_000 + size)), text);
    return size;
  });
  assert.equal(sizes, [3, 300, 600]);
});

test.run();
