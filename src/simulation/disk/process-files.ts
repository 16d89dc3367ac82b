import type { Files, OpenFile } from '../../core/env.ts';

/** What goes wrong with the disk of one process now. The simulation turns these over. */
export interface DiskSwitches {
  /** Writes fail with this code of the system; empty when they do not. */
  writeCode: '' | 'ENOSPC' | 'EIO';
  /** Syncs of open files fail. */
  syncCode: '' | 'EIO';
  /** Files cannot be opened. */
  openCode: '' | 'EMFILE';
  /** A sync blocks the process for so long, in milliseconds. */
  syncMs: number;
  /** Syncs of open files say that they have put on the medium what they have not. */
  isSyncLost: boolean;
  /** The next write stops in its middle, and the process with it. */
  isTearing: boolean;
  /** What others have left free of the disk, 0 … 1. */
  freeFraction: number;
}

export const SOUND_DISK: Readonly<DiskSwitches> = {
  writeCode: '',
  syncCode: '',
  openCode: '',
  syncMs: 0,
  isSyncLost: false,
  isTearing: false,
  freeFraction: 1,
};

export interface DiskHooks {
  /** False once the process is dead: then nothing reaches the disk, and nothing is thrown. */
  readonly isAlive: () => boolean;
  /** Told of every write that has reached the page cache. */
  readonly wrote: (path: string, bytes: Uint8Array, position: number) => void;
  /** Told of every file that has been replaced as a whole. */
  readonly replaced: (path: string, bytes: Uint8Array) => void;
  /** The process stops here. */
  readonly torn: () => void;
  /** The process waits. */
  readonly stalled: (ms: number) => void;
}

/**
 * The disk as one process has it: with its faults, watched from outside, and gone with the process.
 */
export function processFiles(disk: Files, switches: DiskSwitches, hooks: DiskHooks): Files {
  const meet = (code: string, what: string): void => {
    if (code !== '') throw Object.assign(new Error(`${code}: injected, ${what}`), { code });
  };
  const opened = (path: string, file: OpenFile): OpenFile => ({
    write(bytes, offset, length, position) {
      if (!hooks.isAlive()) return;
      meet(switches.writeCode, `write ${path}`);
      const isTorn = switches.isTearing && length > 1;
      const written = isTorn ? Math.floor(length / 2) : length;
      file.write(bytes, offset, written, position);
      if (isTorn) hooks.torn();
      else hooks.wrote(path, bytes.subarray(offset, offset + length), position);
    },
    read: (into, offset, length, position) =>
      hooks.isAlive() ? file.read(into, offset, length, position) : 0,
    sync() {
      if (!hooks.isAlive()) return;
      if (switches.syncMs > 0) hooks.stalled(switches.syncMs);
      meet(switches.syncCode, `fdatasync ${path}`);
      if (!switches.isSyncLost) file.sync();
    },
    size: () => file.size(),
    truncate(length) {
      if (hooks.isAlive()) file.truncate(length);
    },
    close: () => {},
  });
  return {
    open(path, mode) {
      if (!hooks.isAlive()) return GONE;
      meet(switches.openCode, `open ${path}`);
      return opened(path, disk.open(path, mode));
    },
    read: (path) => (hooks.isAlive() ? disk.read(path) : null),
    replace(path, bytes) {
      if (!hooks.isAlive()) return;
      meet(switches.openCode, `open ${path}`);
      meet(switches.writeCode, `write ${path}`);
      meet(switches.syncCode, `fdatasync ${path}`);
      disk.replace(path, bytes);
      hooks.replaced(path, bytes);
    },
    list: (path) => (hooks.isAlive() ? disk.list(path) : []),
    ensureFolder(path, mode) {
      if (hooks.isAlive()) disk.ensureFolder(path, mode);
    },
    rename(from, to) {
      if (hooks.isAlive()) disk.rename(from, to);
    },
    syncFolder(path) {
      if (!hooks.isAlive()) return;
      meet(switches.syncCode, `fsync ${path}`);
      disk.syncFolder(path);
    },
    remove(path) {
      if (hooks.isAlive()) disk.remove(path);
    },
    space(path) {
      const { freeBytes, totalBytes } = disk.space(path);
      return { freeBytes: freeBytes * switches.freeFraction, totalBytes };
    },
  };
}

/** What a process that is dead can open. */
const GONE: OpenFile = {
  write() {},
  read: () => 0,
  sync() {},
  size: () => 0,
  truncate() {},
  close() {},
};
