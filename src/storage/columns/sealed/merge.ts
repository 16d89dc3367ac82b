import { isDeepStrictEqual } from 'node:util';
import type { SealedFile } from './sealed-file.ts';

const HOUR_US = 3_600_000_000;
/** An hour with more records stays in parts: sorting it would need more memory than we take. */
export const MERGED_RECORDS_MAX = 20_000_000;

/**
 * The parts of one hour of one venue that can be one file: the hour is over, which a later file of
 * the venue shows, and the numbers in the parts mean the same.
 *
 * @param files oldest first
 * @returns null when there is nothing to merge
 */
export function mergeable(files: readonly SealedFile[]): readonly SealedFile[] | null {
  const groups = new Map<string, SealedFile[]>();
  const newest = new Map<string, number>();
  for (const file of files) {
    const hour = Math.floor(file.fromUs / HOUR_US);
    newest.set(file.venue, Math.max(hour, newest.get(file.venue) ?? hour));
    const key = `${file.venue} ${hour}`;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  for (const [key, parts] of groups) {
    const [first, ...others] = parts as [SealedFile, ...SealedFile[]];
    const isOver = Math.floor(first.fromUs / HOUR_US) < (newest.get(first.venue) as number);
    const records = parts.reduce((sum, part) => sum + part.records, 0);
    const isAlike = others.every((part) => isDeepStrictEqual(part.dictionary, first.dictionary));
    if (others.length > 0 && isOver && isAlike && records <= MERGED_RECORDS_MAX) {
      return groups.get(key) as SealedFile[];
    }
  }
  return null;
}
