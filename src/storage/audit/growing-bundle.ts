import { TILE_WIDTH, type TileAddress, tilePath } from '../../audit/tree/tiles.ts';
import type { OpenFile } from '../../core/env.ts';
import { assert } from '../../core/result.ts';
import {
  type CommitTrail,
  type LogFolder,
  makeFolderFor,
  partialFolder,
  partialWidths,
  type WrittenFolder,
} from './tile-files.ts';

/** What is in the bundle at the end of the log when it is opened. */
export interface BundleEnd {
  readonly index: number;
  /** Entries that the log counts, and their bytes. */
  readonly entries: number;
  readonly bytes: number;
}

/**
 * The bundle at the end of the log. Entries are added to its file where it lies, so that one entry
 * does not cost the bytes of 256; the file is then renamed to its new width. A name that a loss of
 * power took back is put right by the next one: what counts is what the file holds.
 */
export class GrowingBundle {
  readonly #log: WrittenFolder;
  #index: number;
  #entries: number;
  #bytes: number;
  /** Bundles below this one may be on disk with entries that no checkpoint covered yet. */
  readonly #recovered: number;
  #file: OpenFile | null = null;
  #path = '';
  /** Whether there is a folder of partial files, be it from before a crash. */
  #mayBePartial = false;

  /** @param recovered entries on disk that are whole, those included that are not counted yet */
  constructor(log: WrittenFolder, end: BundleEnd, recovered: number) {
    this.#log = log;
    this.#index = end.index;
    this.#entries = end.entries;
    this.#bytes = end.bytes;
    this.#recovered = Math.ceil(recovered / TILE_WIDTH);
  }

  /** How many entries it still takes. */
  get room(): number {
    return TILE_WIDTH - this.#entries;
  }

  /**
   * Adds entries and waits until they are on the medium.
   *
   * @param bytes `count` of them, each behind its length
   * @throws the system's error; then what the medium holds is not known
   */
  append(bytes: Uint8Array, count: number, trail: CommitTrail): void {
    assert(count > 0 && count <= this.room, 'a bundle takes what it has room for');
    const file = this.#file ?? this.#begin(count, trail);
    file.write(bytes, 0, bytes.length, this.#bytes);
    file.sync();
    this.#bytes += bytes.length;
    this.#entries += count;
    const path = this.#pathOf(this.#entries);
    if (path !== this.#path) this.#log.files.rename(this.#path, path);
    this.#path = path;
    if (this.room > 0) return;
    trail.unsynced.add(path.slice(0, path.lastIndexOf('/')));
    if (this.#mayBePartial) {
      trail.superfluous.push(partialFolder(this.#log.path, this.#address(TILE_WIDTH)));
    }
    this.close();
    this.#index += 1;
    this.#entries = 0;
    this.#bytes = 0;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #begin(width: number, trail: CommitTrail): OpenFile {
    const { files } = this.#log;
    const existing = this.#index < this.#recovered ? bundleFile(this.#log, this.#index) : null;
    const first = this.#pathOf(width);
    this.#path = existing ?? first;
    this.#mayBePartial = existing !== null || width < TILE_WIDTH;
    if (existing === null) {
      // Whatever has this name is no part of the log: it ended before.
      files.remove(this.#pathOf(TILE_WIDTH));
      files.remove(partialFolder(this.#log.path, this.#address(TILE_WIDTH)));
    }
    for (const folder of makeFolderFor(this.#log, first)) trail.unsynced.add(folder);
    this.#file = files.open(this.#path, existing === null ? 'create' : 'update');
    return this.#file;
  }

  #pathOf(width: number): string {
    return `${this.#log.path}/${tilePath(this.#address(width))}`;
  }

  #address(width: number): TileAddress {
    return { level: 'entries', index: this.#index, width };
  }
}

/** The file of a bundle, whatever width is in its name; null when there is none. */
export function bundleFile(log: LogFolder, index: number): string | null {
  const { files, path } = log;
  const address: TileAddress = { level: 'entries', index, width: TILE_WIDTH };
  const whole = `${path}/${tilePath(address)}`;
  const [folder, name] = [whole.slice(0, whole.lastIndexOf('/')), whole.slice(-3)];
  if (files.list(folder).includes(name)) return whole;
  const width = partialWidths(log, address).at(-1);
  return width === undefined ? null : `${partialFolder(path, address)}/${width}`;
}
