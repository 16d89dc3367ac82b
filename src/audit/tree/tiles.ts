import { assert, err, ok, type Result } from '../../core/result.ts';
import { HASH_BYTES, LEAF_BYTES_MAX, nodeHash } from './hash.ts';

/**
 * Tiles: 256 hashes of one level side by side, so that a file holds eight levels of the tree.
 * Entry bundles: 256 leaves in one file, each behind its length, big-endian.
 *
 * @see C2SP tlog-tiles
 */
export const TILE_WIDTH = 256;
/** Levels of the tree that a tile spans. */
export const TILE_HEIGHT = 8;
/** Bytes before an entry of a bundle that say how long it is. */
export const LENGTH_BYTES = 2;
/** No bundle is larger. */
export const BUNDLE_BYTES_MAX = TILE_WIDTH * (LENGTH_BYTES + LEAF_BYTES_MAX);

export interface TileAddress {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 … 256; less than 256 only at the right edge of the tree. */
  readonly width: number;
}

/** Path of a tile below the folder of the log, as in `tile/0/x001/234.p/17`. */
export function tilePath({ level, index, width }: TileAddress): string {
  assert(width >= 1 && width <= TILE_WIDTH, 'a tile has 1 to 256 hashes');
  const path = `${tileFolder(level)}/${indexPath(index)}`;
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

export function tileFolder(level: TileAddress['level']): string {
  return `tile/${level}`;
}

/** Groups of three digits; every group but the last one begins with an x. */
function indexPath(index: number): string {
  const last = String(index % 1000).padStart(3, '0');
  const groups = [last];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return groups.join('/');
}

/** Partial tiles at the right edge of a tree, from the leaves upwards. */
export function partialTiles(size: number): TileAddress[] {
  const found: TileAddress[] = [];
  let hashes = size;
  for (let level = 0; hashes > 0; level += 1) {
    const width = hashes % TILE_WIDTH;
    hashes = Math.floor(hashes / TILE_WIDTH);
    if (width > 0) found.push({ level, index: hashes, width });
  }
  return found;
}

/** The tile that holds what a node is computed from, and which of its hashes. */
export function tileOfNode(
  size: number,
  level: number,
  index: number,
): TileAddress & { readonly from: number; readonly count: number } {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  const tileIndex = Math.floor(first / TILE_WIDTH);
  const hashes = Math.floor(size / TILE_WIDTH ** tileLevel);
  const width = Math.min(TILE_WIDTH, hashes - tileIndex * TILE_WIDTH);
  return { level: tileLevel, index: tileIndex, width, from: first % TILE_WIDTH, count };
}

/** Root of a complete subtree over `count` hashes (a power of two) of a tile from `from` on. */
export function tileNode(tile: Uint8Array, from: number, count: number): Uint8Array {
  if (count === 1) return tile.slice(from * HASH_BYTES, (from + 1) * HASH_BYTES);
  const middle = count / 2;
  return nodeHash(tileNode(tile, from, middle), tileNode(tile, from + middle, middle));
}

/** Entries as they stand in a bundle. */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(
    entries.reduce((sum, entry) => sum + LENGTH_BYTES + entry.length, 0),
  );
  let at = 0;
  for (const entry of entries) {
    assert(entry.length > 0, 'an entry is not empty');
    assert(entry.length <= LEAF_BYTES_MAX, 'the length of an entry has 16 bits');
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return bytes;
}

export interface BundleFault {
  readonly kind: 'bundle-cut';
  /** Whole entries before the fault. */
  readonly entries: number;
  readonly offset: number;
  readonly found: string;
}

/**
 * The first `count` entries of a bundle, as views.
 *
 * @returns the fault with the number of whole entries when there are fewer
 */
export function decodeEntries(bytes: Uint8Array, count: number): Result<Uint8Array[], BundleFault> {
  const { entries, end } = wholeEntries(bytes, count);
  if (entries.length === count) return ok(entries);
  const found = `${bytes.length - end} bytes that are no whole entry`;
  return err({ kind: 'bundle-cut', entries: entries.length, offset: end, found });
}

/** Entries up to the first that is empty or cut, `max` at most, and the offset behind them. */
export function wholeEntries(
  bytes: Uint8Array,
  max: number,
): { readonly entries: Uint8Array[]; readonly end: number } {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (entries.length < max && at + LENGTH_BYTES <= bytes.length) {
    const length = (bytes[at] as number) * 256 + (bytes[at + 1] as number);
    const end = at + LENGTH_BYTES + length;
    if (length === 0 || end > bytes.length) break;
    entries.push(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return { entries, end: at };
}
