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
      const at = new Date(now).toISOString();
      files.replace(path, new TextEncoder().encode(`${JSON.stringify({ cause, at })}\n`));
    },
    clear() {
      files.remove(path);
    },
  };
  return latch;
}
