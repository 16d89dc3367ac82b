import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeEntries,
  encodeEntries,
  partialTiles,
  TILE_WIDTH,
  tileNode,
  tileOfNode,
  tilePath,
  wholeEntries,
} from '../../../src/audit/tree/tiles.ts';
import { keptTree, rootByDefinition, someLeaves } from '../../support/audit/trees.ts';
import { law } from '../../support/law.ts';

const entries = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 });

test('a tile is found by groups of three digits, and says how far it is filled', () => {
  const path = (level: number | 'entries', index: number, width = TILE_WIDTH) =>
    tilePath({ level, index, width });
  assert.is(path(0, 0), 'tile/0/000');
  assert.is(path(1, 999, 17), 'tile/1/999.p/17');
  assert.is(path(0, 1000), 'tile/0/x001/000');
  assert.is(path('entries', 1234, 5), 'tile/entries/x001/234.p/5');
  assert.is(path('entries', 1_234_067), 'tile/entries/x001/x234/067');
  assert.throws(() => path(0, 0, 257), /1 to 256/);
  assert.throws(() => path(0, 0, 0), /1 to 256/);
});

test('the right edge of a tree has a partial tile wherever a level does not fill its tiles', () => {
  assert.equal(partialTiles(0), []);
  assert.equal(partialTiles(256), [{ level: 1, index: 0, width: 1 }]);
  assert.equal(partialTiles(600), [
    { level: 0, index: 2, width: 88 },
    { level: 1, index: 0, width: 2 },
  ]);
  assert.equal(partialTiles(65_536 * 3 + 1), [
    { level: 0, index: 768, width: 1 },
    { level: 2, index: 0, width: 3 },
  ]);
});

test('a node is computed from the one tile that spans it', () => {
  assert.equal(tileOfNode(600, 0, 599), { level: 0, index: 2, width: 88, from: 87, count: 1 });
  assert.equal(tileOfNode(600, 7, 3), { level: 0, index: 1, width: 256, from: 128, count: 128 });
  assert.equal(tileOfNode(600, 9, 0), { level: 1, index: 0, width: 2, from: 0, count: 2 });
  const leaves = someLeaves(256);
  const { nodeAt } = keptTree(leaves);
  const tile = Buffer.concat(leaves);
  for (let level = 0; level < 8; level += 1) {
    const { from, count } = tileOfNode(256, level, 1);
    assert.equal(tileNode(tile, from, count), nodeAt(level, 1), `level ${level}`);
  }
  assert.equal(tileNode(tile, 0, 256), rootByDefinition(leaves));
});

test('a bundle gives back its entries, and as many as are whole after any cut', () => {
  law(
    fc.property(entries, fc.nat(), (written, pick) => {
      const bytes = encodeEntries(written);
      const all = decodeEntries(bytes, written.length);
      assert.equal(
        all.ok && all.value.map((entry) => [...entry]),
        written.map((e) => [...e]),
      );
      const cut = bytes.subarray(0, pick % (bytes.length + 1));
      const { entries: whole, end } = wholeEntries(cut, TILE_WIDTH);
      assert.equal(encodeEntries(whole), bytes.slice(0, end));
      assert.ok(end <= cut.length);
      assert.is(decodeEntries(cut, written.length).ok, whole.length === written.length);
    }),
  );
});

test('A13: a bundle that ends inside an entry says where and after how many', () => {
  const bytes = encodeEntries([Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5)]);
  const cut = decodeEntries(bytes.subarray(0, 7), 2);
  assert.equal(cut, {
    ok: false,
    error: { kind: 'bundle-cut', entries: 1, offset: 4, found: '3 bytes that are no whole entry' },
  });
});

test('an empty entry ends a bundle: pages that a loss of power took are zeros', () => {
  const bytes = Buffer.concat([encodeEntries([Uint8Array.of(7)]), new Uint8Array(64)]);
  assert.is(wholeEntries(bytes, TILE_WIDTH).entries.length, 1);
  assert.throws(() => encodeEntries([new Uint8Array()]), /not empty/);
  assert.throws(() => encodeEntries([new Uint8Array(65_536)]), /16 bits/);
});

test.run();
