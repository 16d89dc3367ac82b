import { SEQUENCE_BYTES, sequenceKey, sequenceOfKey, type Tables } from './tables.ts';
import type { ValueTable } from './write-behind.ts';

/** How long a stream is, and its last record. */
export interface StreamHead {
  readonly version: number;
  readonly sequence: number;
}

/** The heads of the streams in their table. */
export function streamTable(tables: Tables): ValueTable<StreamHead> {
  return {
    read(key) {
      const head = tables.get('heads', Buffer.from(key));
      if (head === null) return null;
      const version = sequenceOfKey(head.subarray(0, SEQUENCE_BYTES));
      return { version, sequence: sequenceOfKey(head.subarray(SEQUENCE_BYTES)) };
    },
    write(key, { version, sequence }) {
      const head = Buffer.concat([sequenceKey(version), sequenceKey(sequence)]);
      tables.put('heads', Buffer.from(key), head);
    },
  };
}
