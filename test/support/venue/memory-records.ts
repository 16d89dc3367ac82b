import type { RecordStore } from '../../../src/simulation/exchange/records.ts';

/**
 * A record log in memory that can be told to break, and that a second venue can be opened on. Like
 * a real one it drops whole segments only, so that what is left may begin in mid-history.
 */
export interface MemoryRecords extends RecordStore {
  readonly payloads: Map<number, Uint8Array>;
  /** Appends that are still taken; below 0 the log is broken. */
  appendsLeft: number;
  syncs: number;
}

/** Records of one segment. */
export const SEGMENT_RECORDS = 7;

export function memoryRecords(): MemoryRecords {
  const payloads = new Map<number, Uint8Array>();
  let sequence = 0;
  return {
    payloads,
    appendsLeft: Number.POSITIVE_INFINITY,
    syncs: 0,
    append(payload, length) {
      this.appendsLeft -= 1;
      if (this.appendsLeft < 0) return -1;
      payloads.set(sequence, payload.slice(0, length));
      sequence += 1;
      return sequence - 1;
    },
    get fault() {
      return this.appendsLeft < 0 ? { kind: 'full' } : null;
    },
    sync() {
      this.syncs += 1;
    },
    close() {},
    *read() {
      for (const [at, payload] of [...payloads]) yield { sequence: at, payload };
    },
    dropBelow(first) {
      const kept = first - (first % SEGMENT_RECORDS);
      for (const at of payloads.keys()) if (at < kept) payloads.delete(at);
    },
  };
}
