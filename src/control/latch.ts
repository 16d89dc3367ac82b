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

const UNREADABLE = 'an unreadable latch file';
const UNWRITTEN = 'tripped when the cause could not be written; the time is that of the start';

export function latchAt(files: Files, path: string): Latch {
  const latch: Latch = {
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
    set(cause, now) {
      const standing = latch.cause();
      // An unreadable file may be gone when it is read again, so it is written anew.
      if (standing !== null && standing !== UNREADABLE) return;
      try {
        files.replace(path, textOf(cause, now));
      } catch (thrown) {
        useSpare(files, path, thrown);
      }
    },
    clear() {
      files.remove(path);
    },
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
