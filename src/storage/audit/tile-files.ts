import { HASH_BYTES } from '../../audit/tree/hash.ts';
import {
  BUNDLE_BYTES_MAX,
  TILE_WIDTH,
  type TileAddress,
  tileFolder,
  tilePath,
} from '../../audit/tree/tiles.ts';
import type { Files } from '../../core/env.ts';

/**
 * The folder of a log:
 *
 *   checkpoint            signed head: what the log vouches for
 *   witnessed             an older head, signed by a witness too
 *   tile/entries/<N>      256 entries; while it grows, `<N>.p/<W>` with W of them
 *   tile/<L>/<N>[.p/<W>]  hashes, made from the entries and repairable from them
 */
export interface LogFolder {
  readonly files: Files;
  readonly path: string;
}

/** The folder as its one writer sees it. */
export interface WrittenFolder extends LogFolder {
  /** Folders that are known to be there for good; those of partial files come and go. */
  readonly lasting: Set<string>;
}

/** What a commit leaves to do after its files are written. */
export interface CommitTrail {
  /** Folders whose names must be synced before a checkpoint counts on them. */
  readonly unsynced: Set<string>;
  /** Files and folders that nobody needs once the checkpoint is there. */
  readonly superfluous: string[];
}

export const FOLDER_MODE = 0o700;
export const CHECKPOINT = 'checkpoint';
/** The newest head that a witness has signed. */
export const WITNESSED = 'witnessed';

/** A tile or bundle that grows is renamed now and then; a reader looks again this often. */
const LOOKS_MAX = 3;
const WIDTH_NAME = /^[1-9][0-9]{0,2}$/;

/**
 * Hashes of a tile, `width` of them; also when the file has meanwhile become wider.
 *
 * @returns null when there is no file that holds so many
 * @throws the system's error
 */
export function readTile(log: LogFolder, address: TileAddress): Uint8Array | null {
  const length = address.width * HASH_BYTES;
  const bytes = readWidened(log, address, TILE_WIDTH * HASH_BYTES);
  return bytes === null || bytes.length < length ? null : bytes.subarray(0, length);
}

/**
 * Bytes of a bundle that is said to hold `width` entries; they may be fewer or more.
 *
 * @returns null when there is no such file
 * @throws the system's error
 */
export function readBundle(log: LogFolder, index: number, width: number): Uint8Array | null {
  const address: TileAddress = { level: 'entries', index, width };
  const found = readWidened(log, address, BUNDLE_BYTES_MAX);
  const narrower = found === null ? partialWidths(log, address).at(-1) : undefined;
  if (narrower === undefined) return found;
  return readWidened(log, { ...address, width: narrower }, BUNDLE_BYTES_MAX);
}

/** At most `bytesMax` of a file, however large somebody has made it; null when there is none. */
export function readAtMost(files: Files, path: string, bytesMax: number): Uint8Array | null {
  try {
    const file = files.open(path, 'read');
    try {
      const bytes = new Uint8Array(Math.min(file.size(), bytesMax));
      return bytes.subarray(0, file.read(bytes, 0, bytes.length, 0));
    } finally {
      file.close();
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
}

/** Widths that partial files of a tile have in their names, ascending. */
export function partialWidths({ files, path }: LogFolder, address: TileAddress): number[] {
  return files
    .list(partialFolder(path, address))
    .filter((name) => WIDTH_NAME.test(name))
    .map(Number)
    .filter((width) => width < TILE_WIDTH)
    .sort((left, right) => left - right);
}

/** Where the partial files of a tile are. */
export function partialFolder(path: string, address: TileAddress): string {
  return `${path}/${tilePath({ ...address, width: TILE_WIDTH })}.p`;
}

/**
 * Makes the folder that a file is to be put in.
 *
 * @returns the folders that then have to be synced for its name to last
 */
export function makeFolderFor(log: WrittenFolder, file: string): string[] {
  const { files, path, lasting } = log;
  const folder = file.slice(0, file.lastIndexOf('/'));
  if (lasting.has(folder)) return [folder];
  files.ensureFolder(folder, FOLDER_MODE);
  if (!folder.endsWith('.p')) lasting.add(folder);
  const inside = folder.slice(path.length + 1).split('/');
  return inside.map((_, depth) => [path, ...inside.slice(0, depth + 1)].join('/')).concat(path);
}

/** The folder of the bundles, where a new log has nothing yet. */
export function bundleFolder(path: string): string {
  return `${path}/${tileFolder('entries')}`;
}

function readWidened(log: LogFolder, address: TileAddress, bytesMax: number): Uint8Array | null {
  const { files, path } = log;
  const at = (width: number): Uint8Array | null =>
    readAtMost(files, `${path}/${tilePath({ ...address, width })}`, bytesMax);
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const exact = at(address.width) ?? at(TILE_WIDTH);
    if (exact !== null) return exact;
    const wider = partialWidths(log, address).find((width) => width > address.width);
    if (wider === undefined) return null;
    const found = at(wider);
    if (found !== null) return found;
  }
  return null;
}
