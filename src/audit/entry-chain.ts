import type { AuditEntry } from './entry.ts';
import { EMPTY_ROOT, hashText, isSameHash } from './tree/hash.ts';

/** What an entry says about the one before it: enough to see a gap without the tree. */
export interface Link {
  /** Null before the first entry. */
  readonly entry: AuditEntry | null;
  /** Leaf hash of that entry; the root of the empty tree before the first one. */
  readonly hash: Uint8Array;
}

export const FIRST_LINK: Link = { entry: null, hash: EMPTY_ROOT };

export interface ChainFault {
  readonly kind: 'entry-missing' | 'sequence' | 'chain' | 'boot-back' | 'epoch-back' | 'clock-back';
  readonly found: string;
  readonly expected: string;
}

/**
 * Whether an entry can follow another: the next sequence, written upon exactly these bytes, and
 * within a boot neither an earlier time nor an earlier epoch.
 *
 * @returns null when it can
 */
export function chainFault({ entry: before, hash }: Link, entry: AuditEntry): ChainFault | null {
  if (before !== null && entry.seq !== before.seq + 1) {
    const kind = entry.seq > before.seq ? 'entry-missing' : 'sequence';
    return { kind, found: `seq ${entry.seq}`, expected: `seq ${before.seq + 1}` };
  }
  if (!isSameHash(entry.prev, hash)) {
    const found = `an entry that was written after ${hashText(entry.prev)}`;
    return { kind: 'chain', found, expected: `one that was written after ${hashText(hash)}` };
  }
  if (before === null) return null;
  if (entry.boot < before.boot) {
    const expected = `boot ${before.boot} or later`;
    return { kind: 'boot-back', found: `boot ${entry.boot}`, expected };
  }
  if (entry.boot > before.boot) return null;
  if (entry.epoch < before.epoch) {
    const expected = `epoch ${before.epoch} or later in boot ${entry.boot}`;
    return { kind: 'epoch-back', found: `epoch ${entry.epoch}`, expected };
  }
  if (entry.monoNs < before.monoNs) {
    const expected = `mono_ns ${before.monoNs} or later in boot ${entry.boot}`;
    return { kind: 'clock-back', found: `mono_ns ${entry.monoNs}`, expected };
  }
  return null;
}
