import { dirname } from 'node:path';
import type { Files } from '../core/env.ts';
import type { Millis } from '../core/units.ts';

/**
 * The emergency latch: a file that is there as long as the desk is tripped. It is written before
 * anything else is awaited, so a trip survives `kill -9` and a power cut; whatever cannot be read
 * counts as tripped.
 */
export interface Latch {
  /** What tripped it, or null when it is not set. */
  cause(): string | null;
  /** Durable on return. The first cause stays. @throws the system's error when it cannot be kept */
  set(cause: string, now: Millis): void;
  clear(): void;
}

/** A latch on a disk, whose sync can take longer than what else an emergency has to do. */
export interface DiskLatch extends Latch {
  /**
   * Sets it for everybody who reads it and for a process that is killed, not yet for a power cut:
   * `set` has to follow. @throws the system's error when it cannot be written
   */
  mark(cause: string, now: Millis): void;
}

const UNREADABLE = 'an unreadable latch file';
const UNWRITTEN = 'tripped when the cause could not be written; the time is that of the start';

export function latchAt(files: Files, path: string): DiskLatch {
  /** What `mark` has written and nobody has synced. */
  let unsynced: Uint8Array | null = null;

  const latch: DiskLatch = {
    cause() {
      try {
        const bytes = files.read(path);
        if (bytes === null) return null;
        const { cause } = JSON.parse(new TextDecoder().decode(bytes));
        return typeof cause === 'string' ? cause : UNREADABLE;
      } catch {
        return UNREADABLE;
      }
    },
    mark(cause, now) {
      if (stands()) return;
      const bytes = textOf(cause, now);
      const draft = `${path}.mark`;
      const file = files.open(draft, 'create');
      try {
        file.write(bytes, 0, bytes.length, 0);
      } finally {
        file.close();
      }
      files.rename(draft, path);
      unsynced = bytes;
    },
    set(cause, now) {
      if (stands() && unsynced === null) return;
      const bytes = unsynced ?? textOf(cause, now);
      try {
        files.replace(path, bytes);
        unsynced = null;
      } catch (thrown) {
        useSpare(files, path, thrown);
      }
    },
    clear() {
      unsynced = null;
      files.remove(path);
    },
  };

  /** An unreadable file may be gone when it is read again, so it is written anew. */
  const stands = (): boolean => {
    const standing = latch.cause();
    return standing !== null && standing !== UNREADABLE;
  };
  return latch;
}

/**
 * Lays a spare aside that only has to be renamed, which works when the disk is full. Once in a
 * start. @throws the system's error
 */
export function prepareLatch(files: Files, path: string, now: Millis): void {
  files.replace(spareOf(path), textOf(UNWRITTEN, now));
}

/** @throws the error that the latch could not be written with, when there is no spare either */
function useSpare(files: Files, path: string, thrown: unknown): void {
  try {
    files.rename(spareOf(path), path);
  } catch {
    throw thrown;
  }
  files.syncFolder(dirname(path));
}

function spareOf(path: string): string {
  return `${path}.spare`;
}

function textOf(cause: string, now: Millis): Uint8Array {
  const at = new Date(now).toISOString();
  return new TextEncoder().encode(`${JSON.stringify({ cause, at })}\n`);
}
