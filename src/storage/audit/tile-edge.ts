import { HASH_BYTES } from '../../audit/tree/hash.ts';
import { TILE_HEIGHT, TILE_WIDTH, type TileAddress, tilePath } from '../../audit/tree/tiles.ts';
import {
  type CommitTrail,
  makeFolderFor,
  partialFolder,
  type WrittenFolder,
} from './tile-files.ts';

interface EdgeTile {
  readonly hashes: Uint8Array;
  index: number;
  width: number;
  /** Width of the partial file on disk; 0 when there is none. */
  written: number;
  /** Whether the folder of its partial files may be there, be it from a crash. */
  mayBePartial: boolean;
}

interface FullTile {
  readonly address: TileAddress;
  readonly bytes: Uint8Array;
  readonly mayBePartial: boolean;
}

/**
 * The tiles at the right edge of the tree, one a level. A full tile is synced, for it is read when
 * the log is opened; a partial one is not, since it is made anew from what lies below it.
 */
export class TileEdge {
  readonly #log: WrittenFolder;
  readonly #tiles: EdgeTile[] = [];
  /** Full tiles that are not written yet; bounded by what is staged. */
  #full: FullTile[] = [];

  constructor(log: WrittenFolder) {
    this.#log = log;
  }

  /** Takes over what a tile holds when the log is opened. */
  restore({ level, index }: TileAddress, hashes: Uint8Array): void {
    const tile = this.#tile(Number(level));
    tile.hashes.set(hashes);
    tile.index = index;
    tile.width = hashes.length / HASH_BYTES;
    tile.written = tile.width;
  }

  /** Notes a complete subtree; those that are no hash of a tile are passed over. */
  note(level: number, index: number, hash: Uint8Array): void {
    if (level % TILE_HEIGHT !== 0) return;
    const tileLevel = level / TILE_HEIGHT;
    const tile = this.#tile(tileLevel);
    tile.index = Math.floor(index / TILE_WIDTH);
    tile.hashes.set(hash, tile.width * HASH_BYTES);
    tile.width += 1;
    if (tile.width < TILE_WIDTH) return;
    const address = { level: tileLevel, index: tile.index, width: TILE_WIDTH };
    const { mayBePartial } = tile;
    this.#full.push({ address, bytes: tile.hashes.slice(), mayBePartial });
    tile.width = 0;
    tile.written = 0;
    tile.mayBePartial = false;
  }

  /**
   * Writes what has changed.
   *
   * @throws the system's error
   */
  write(trail: CommitTrail): void {
    const { path } = this.#log;
    for (const { address, bytes, mayBePartial } of this.#full) {
      const folders = writeTile(this.#log, address, bytes, { isSynced: true });
      for (const folder of folders) trail.unsynced.add(folder);
      if (mayBePartial) trail.superfluous.push(partialFolder(path, address));
    }
    this.#full = [];
    this.#tiles.forEach((tile, level) => {
      const { index, width, written } = tile;
      if (width === written) return;
      const address = { level, index, width };
      const hashes = tile.hashes.subarray(0, width * HASH_BYTES);
      writeTile(this.#log, address, hashes, { isSynced: false });
      if (written > 0) {
        trail.superfluous.push(`${path}/${tilePath({ ...address, width: written })}`);
      }
      tile.written = width;
      tile.mayBePartial = true;
    });
  }

  #tile(level: number): EdgeTile {
    for (let next = this.#tiles.length; next <= level; next += 1) {
      const hashes = new Uint8Array(TILE_WIDTH * HASH_BYTES);
      this.#tiles.push({ hashes, index: 0, width: 0, written: 0, mayBePartial: true });
    }
    return this.#tiles[level] as EdgeTile;
  }
}

/**
 * Puts a tile into its file.
 *
 * @returns the folders whose names are new
 * @throws the system's error
 */
export function writeTile(
  log: WrittenFolder,
  address: TileAddress,
  bytes: Uint8Array,
  { isSynced }: { readonly isSynced: boolean },
): string[] {
  const path = `${log.path}/${tilePath(address)}`;
  const folders = makeFolderFor(log, path);
  const file = log.files.open(path, 'create');
  try {
    file.write(bytes, 0, bytes.length, 0);
    if (isSynced) file.sync();
  } finally {
    file.close();
  }
  return folders;
}
