import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Files, OpenFile } from './env.ts';

const FLAGS = { create: 'w+', update: 'r+', read: 'r' } as const;
/** Files of the desk are its owner's alone. */
const FILE_MODE = 0o600;

/** The real disk. */
export const nodeFiles: Files = {
  open: (path, mode) => openFile(openSync(path, FLAGS[mode], FILE_MODE)),
  read(path) {
    try {
      return readFileSync(path);
    } catch (thrown) {
      return absent(thrown, null);
    }
  },
  replace(path, bytes) {
    const draft = `${path}.draft`;
    const fd = openSync(draft, 'w', FILE_MODE);
    try {
      writeAll(fd, bytes, 0, bytes.length, 0);
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
    nodeFiles.syncFolder(dirname(path));
  },
  list(path) {
    try {
      return readdirSync(path).sort();
    } catch (thrown) {
      return absent(thrown, []);
    }
  },
  ensureFolder(path, mode) {
    mkdirSync(path, { recursive: true, mode });
  },
  rename: (from, to) => renameSync(from, to),
  syncFolder(path) {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  remove(path) {
    rmSync(path, { recursive: true, force: true });
  },
  space(path) {
    const { bavail, blocks, bsize } = statfsSync(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
};

/** Permission bits of a file; null when there is none. @throws the system's error */
export function permissionsOf(path: string): number | null {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return mode === undefined ? null : mode & PERMISSIONS;
}

const PERMISSIONS = 0o777;

/** Whether a thrown system error means that there is no such file. */
function absent<T>(thrown: unknown, otherwise: T): T {
  if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
  throw thrown;
}

function writeAll(fd: number, bytes: Uint8Array, from: number, length: number, at: number): void {
  let written = 0;
  while (written < length) {
    written += writeSync(fd, bytes, from + written, length - written, at + written);
  }
}

function openFile(fd: number): OpenFile {
  return {
    write: (bytes, offset, length, position) => writeAll(fd, bytes, offset, length, position),
    read(into, offset, length, position) {
      let got = 0;
      while (got < length) {
        const count = readSync(fd, into, offset + got, length - got, position + got);
        if (count === 0) break;
        got += count;
      }
      return got;
    },
    sync: () => fdatasyncSync(fd),
    size: () => fstatSync(fd).size,
    truncate: (length) => ftruncateSync(fd, length),
    close: () => closeSync(fd),
  };
}
