import type { Files, OpenFile } from '../../core/env.ts';
import { assert } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';

/** What of a write may be lost alone, unless the caller says otherwise. */
const PAGE_BYTES = 64;
/** All files together; more is a leak in what is being simulated. */
const DISK_BYTES_MAX = 268_435_456;

/** A file's bytes as the process sees them, and as far as they are on the medium. */
interface Inode {
  seen: Uint8Array;
  kept: Uint8Array;
  /** Pages written since the last sync. */
  readonly dirty: Set<number>;
}

type Names = Map<string, Inode>;

export interface LossyFiles extends Files {
  /**
   * Cuts the power: of every file, any of the pages that were not synced are lost, and of the
   * changes of names since the last sync of the folder, the last ones. What is open is dead.
   */
  cutPower(random: Rng): void;
  /** What of a file is on the medium; null when there is no such file. */
  onMedium(path: string): Uint8Array | null;
  /** Turns one bit over, on the medium too. */
  flipBit(path: string, at: number): void;
}

/** Files in memory that lose what was not synced, as a disk may. Sizes are never lost. */
export function lossyFiles(pageBytes = PAGE_BYTES): LossyFiles {
  let names: Names = new Map();
  /** States of the names since the folder was synced, oldest first. */
  let states: Names[] = [names];
  let power = 0;

  const renamed = (change: (next: Names) => void): void => {
    names = new Map(names);
    change(names);
    states.push(names);
  };
  const absent = (path: string): Error =>
    Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  const found = (path: string): Inode => {
    const inode = names.get(path);
    if (inode === undefined) throw absent(path);
    return inode;
  };
  const created = (path: string): Inode => {
    const inode = { seen: new Uint8Array(), kept: new Uint8Array(), dirty: new Set<number>() };
    renamed((next) => next.set(path, inode));
    return inode;
  };
  const handle = (inode: Inode): OpenFile => {
    const opened = power;
    const alive = (): void => {
      if (opened !== power) throw new Error('this file was open when the power went');
    };
    return {
      write(bytes, offset, length, position) {
        alive();
        grow(inode, position + length);
        inode.seen.set(bytes.subarray(offset, offset + length), position);
        const last = Math.floor((position + length - 1) / pageBytes);
        for (let page = Math.floor(position / pageBytes); page <= last; page += 1) {
          inode.dirty.add(page);
        }
      },
      read(into, offset, length, position) {
        alive();
        const part = inode.seen.subarray(position, position + length);
        into.set(part, offset);
        return part.length;
      },
      sync() {
        alive();
        keep(inode, pageBytes);
      },
      size: () => inode.seen.length,
      truncate(length) {
        inode.seen = inode.seen.slice(0, length);
      },
      close: alive,
    };
  };
  const files: LossyFiles = {
    open: (path, mode) => handle(mode === 'create' ? created(path) : found(path)),
    read: (path) => names.get(path)?.seen.slice() ?? null,
    replace(path, bytes) {
      const inode = { seen: bytes.slice(), kept: bytes.slice(), dirty: new Set<number>() };
      renamed((next) => next.set(path, inode));
      files.syncFolder(path);
    },
    list(path) {
      const inside = `${path}/`;
      const below = [...names.keys()].filter((name) => name.startsWith(inside));
      const first = below.map((name) => name.slice(inside.length).split('/')[0] as string);
      return [...new Set(first)].sort();
    },
    ensureFolder() {},
    rename(from, to) {
      const inode = found(from);
      renamed((next) => {
        next.delete(from);
        next.set(to, inode);
      });
    },
    syncFolder() {
      states = [names];
    },
    remove(path) {
      renamed((next) => {
        for (const name of names.keys()) {
          if (name === path || name.startsWith(`${path}/`)) next.delete(name);
        }
      });
    },
    space: () => ({ freeBytes: DISK_BYTES_MAX, totalBytes: DISK_BYTES_MAX }),
    cutPower(random) {
      power += 1;
      names = states[random.below(states.length)] as Names;
      states = [names];
      for (const inode of names.values()) {
        for (const page of inode.dirty) {
          if (random.next() < 0.5) continue;
          const [from, to] = [page * pageBytes, (page + 1) * pageBytes];
          const before = new Uint8Array(pageBytes);
          before.set(inode.kept.subarray(from, to));
          inode.seen.set(before.subarray(0, inode.seen.length - from), from);
        }
        inode.dirty.clear();
        inode.kept = inode.seen.slice();
      }
    },
    onMedium: (path) => states[0]?.get(path)?.kept ?? null,
    flipBit(path, at) {
      const { seen, kept } = found(path);
      const flipped = (seen[at] as number) ^ 1;
      seen[at] = flipped;
      kept[at] = flipped;
    },
  };
  return files;
}

function grow(inode: Inode, length: number): void {
  if (inode.seen.length >= length) return;
  assert(length <= DISK_BYTES_MAX, 'a file of a simulated disk is bounded');
  const larger = new Uint8Array(length);
  larger.set(inode.seen);
  inode.seen = larger;
}

/** Only what was written is copied: a segment is large and its records are small. */
function keep(inode: Inode, pageBytes: number): void {
  const { seen, kept, dirty } = inode;
  if (kept.length === seen.length) {
    for (const page of dirty) {
      const from = page * pageBytes;
      kept.set(seen.subarray(from, from + pageBytes), from);
    }
  } else {
    inode.kept = seen.slice();
  }
  dirty.clear();
}
