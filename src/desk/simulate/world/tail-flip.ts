import type { LossyFiles } from '../../../simulation/disk/lossy-files.ts';

/** Bytes at the beginning of a segment that are no record. */
const HEADER_BYTES_MAX = 64;

/** Turns a bit of the last record of a journal over. @returns whether there was a record */
export function flipTailBit(disk: LossyFiles, segments: string): boolean {
  const last = disk
    .list(segments)
    .filter((name) => name.endsWith('.segment'))
    .pop();
  if (last === undefined) return false;
  const path = `${segments}/${last}`;
  const bytes = disk.read(path) as Uint8Array;
  let end = bytes.length - 1;
  while (end > 0 && bytes[end] === 0) end -= 1;
  if (end <= HEADER_BYTES_MAX) return false;
  disk.flipBit(path, end);
  return true;
}
