import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../src/core/node-files.ts';
import { logFaultText } from '../../src/storage/log-fault.ts';
import { openRecordLog, type RecordLog } from '../../src/storage/record-log.ts';
import { readRecords } from '../../src/storage/record-reader.ts';
import { temporaryFolder } from './temporary.ts';

/** Segments so small that a test sees several. */
export const SMALL = 4096;

export function opened(folder: string, segmentBytes = SMALL, files = nodeFiles) {
  const result = openRecordLog(files, folder, { segmentBytes });
  if (!result.ok) throw new Error(logFaultText(result.error));
  return result.value;
}

/** A record whose bytes tell which one it is. */
export function record(sequence: number, length = 50): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (sequence * 31 + at) & 0xff);
}

export function write(log: RecordLog, count: number, length = 50): void {
  for (let left = count; left > 0; left -= 1) {
    const sequence = log.head + 1;
    assert.is(log.append(record(sequence, length), length), sequence);
  }
}

export function sequences(folder: string, from = 1): number[] {
  const found: number[] = [];
  for (const { sequence, payload } of readRecords(nodeFiles, folder, from)) {
    assert.equal(payload, record(sequence, payload.length), `record ${sequence}`);
    found.push(sequence);
  }
  return found;
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

/** A copy of a folder with a running log, as a crash at this moment leaves it. */
export function crashed(folder: string): string {
  const copy = temporaryFolder();
  for (const name of readdirSync(folder)) {
    copyFileSync(join(folder, name), join(copy, name));
  }
  return copy;
}
