import { hashText, isSameHash, leafHash } from '../../audit/tree/hash.ts';
import { MerkleRange } from '../../audit/tree/merkle-range.ts';
import {
  partialTiles,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TileAddress,
  tileNode,
  wholeEntries,
} from '../../audit/tree/tiles.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { LogFault } from '../log-fault.ts';
import { bundleFile } from './growing-bundle.ts';
import { writeTile } from './tile-edge.ts';
import { readBundle, readTile, type WrittenFolder } from './tile-files.ts';

/** The partial tiles of a tree: everything that its root and its next entry need. */
export interface EdgeTiles {
  readonly tiles: readonly EdgeHashes[];
  /** Bytes of the entries in the last bundle. */
  readonly lastBytes: number;
  /** Tiles that were missing or wrong on disk and have been written again. */
  readonly repaired: number;
}

export interface EdgeHashes {
  readonly address: TileAddress;
  readonly hashes: Uint8Array;
}

/**
 * Makes the tiles at the right edge from what lies below them: full tiles as far as they lead to
 * the signed root, and otherwise the entries themselves, all of them. A tile is repaired from
 * entries; an entry is never taken from anywhere else.
 *
 * @throws the system's error
 */
export function edgeTiles(
  log: WrittenFolder,
  size: number,
  root: Uint8Array,
): Result<EdgeTiles, LogFault> {
  const quick = new EdgeRepair(log, true).edge(size);
  if (!quick.ok || isRoot(size, quick.value, root)) return quick;
  const thorough = new EdgeRepair(log, false).edge(size);
  if (!thorough.ok || isRoot(size, thorough.value, root)) return thorough;
  const found = `the ${size} entries do not hash to the signed root ${hashText(root)}`;
  return err({ kind: 'corrupt', file: log.path, offset: 0, found, remedy: REMEDY });
}

/** A tree as it goes on from its partial tiles: its complete subtrees are all within them. */
export function rangeOf(size: number, tiles: EdgeTiles['tiles']): MerkleRange {
  return MerkleRange.restored(size, (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const tile = tiles.find(({ address }) => address.level === tileLevel) as EdgeHashes;
    const count = 2 ** (level % TILE_HEIGHT);
    return tileNode(tile.hashes, (index * count) % TILE_WIDTH, count);
  });
}

export const REMEDY =
  'stop here, keep a copy of the folder, verify it, and compare it with what witnesses have seen';

function isRoot(size: number, { tiles }: EdgeTiles, root: Uint8Array): boolean {
  return isSameHash(rangeOf(size, tiles).root(), root);
}

/** Passes up through the recursion where entries are not there. */
class MissingEntries extends Error {
  readonly fault: LogFault;

  constructor(fault: LogFault) {
    super('entries are missing');
    this.fault = fault;
  }
}

class EdgeRepair {
  readonly #log: WrittenFolder;
  readonly #trustsTiles: boolean;
  #repaired = 0;
  #lastBytes = 0;

  constructor(log: WrittenFolder, trustsTiles: boolean) {
    this.#log = log;
    this.#trustsTiles = trustsTiles;
  }

  edge(size: number): Result<EdgeTiles, LogFault> {
    try {
      const tiles = partialTiles(size).map((address) => {
        const hashes = this.#made(address);
        this.#put(address, hashes, false);
        return { address, hashes };
      });
      return ok({ tiles, lastBytes: this.#lastBytes, repaired: this.#repaired });
    } catch (thrown) {
      if (thrown instanceof MissingEntries) return err(thrown.fault);
      throw thrown;
    }
  }

  #made(address: TileAddress): Uint8Array {
    return address.level === 0 ? this.#leaves(address) : this.#nodes(address);
  }

  #leaves({ index, width }: TileAddress): Uint8Array {
    const bundle = readBundle(this.#log, index, width) ?? new Uint8Array();
    const { entries, end } = wholeEntries(bundle, width);
    if (entries.length < width) {
      const file = bundleFile(this.#log, index) ?? this.#log.path;
      const found = `entry ${index * TILE_WIDTH + entries.length} is missing`;
      throw new MissingEntries({ kind: 'corrupt', file, offset: end, found, remedy: REMEDY });
    }
    if (width < TILE_WIDTH) this.#lastBytes = end;
    return Buffer.concat(entries.map(leafHash));
  }

  #nodes({ level, index, width }: TileAddress): Uint8Array {
    const below = Number(level) - 1;
    const roots = Array.from({ length: width }, (_, at) => {
      const tile = this.#full({ level: below, index: index * TILE_WIDTH + at, width: TILE_WIDTH });
      return tileNode(tile, 0, TILE_WIDTH);
    });
    return Buffer.concat(roots);
  }

  #full(address: TileAddress): Uint8Array {
    const found = this.#trustsTiles ? readTile(this.#log, address) : null;
    if (found !== null) return found;
    const made = this.#made(address);
    this.#put(address, made, true);
    return made;
  }

  #put(address: TileAddress, hashes: Uint8Array, isSynced: boolean): void {
    const found = readTile(this.#log, address);
    if (found !== null && Buffer.compare(found, hashes) === 0) return;
    const folders = writeTile(this.#log, address, hashes, { isSynced });
    if (isSynced) for (const folder of folders) this.#log.files.syncFolder(folder);
    this.#repaired += 1;
  }
}
