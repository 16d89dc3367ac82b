import { isDeepStrictEqual } from 'node:util';
import type { SealedFile } from './sealed-file.ts';

export const HOUR_US = 3_600_000_000;
export const DAY_US = 24 * HOUR_US;
/** An hour with more records stays in parts: sorting it would need more memory than we take. */
export const MERGED_RECORDS_MAX = 20_000_000;
/** A day with more stays in hours; the engine sorts one of this size with the help of the disk. */
export const DAY_RECORDS_MAX = 100_000_000;
/** Hours of a day become one file when the venue's newest file is so much later than the day. */
export const REWRITTEN_AFTER_US = 7 * DAY_US;

/** Files that are to be one, and the stretch of time that it is of. */
export interface Merging {
  readonly span: 'hour' | 'day';
  readonly parts: readonly [SealedFile, ...SealedFile[]];
}

/**
 * The next parts of one venue that can be one file: of an hour that is over, which a later file of
 * the venue shows, else of a day that is over for a week. The numbers in the parts mean the same.
 *
 * @param files oldest first
 * @returns null when there is nothing to merge
 */
export function mergeable(files: readonly SealedFile[]): Merging | null {
  const newest = newestOf(files);
  const isOver = (last: SealedFile, spanUs: number, waitUs: number): boolean => {
    const endUs = (Math.floor(last.fromUs / spanUs) + 1) * spanUs;
    return endUs + waitUs <= (newest.get(last.venue) as number);
  };
  for (const parts of groups(files, HOUR_US)) {
    if (isOver(parts[0], HOUR_US, 0) && areOne(parts, MERGED_RECORDS_MAX)) {
      return { span: 'hour', parts };
    }
  }
  for (const parts of groups(files, DAY_US)) {
    if (isOver(parts[0], DAY_US, REWRITTEN_AFTER_US) && areOne(parts, DAY_RECORDS_MAX)) {
      return { span: 'day', parts };
    }
  }
  return null;
}

/** Files of an hour, or a part of one, whose hour is over. */
export function hoursThatAreOver(files: readonly SealedFile[]): readonly SealedFile[] {
  const newest = newestOf(files);
  return files.filter(
    (file) => isOfOneHour(file) && hourEndUs(file) <= (newest.get(file.venue) as number),
  );
}

export function isOfOneHour(file: SealedFile): boolean {
  return file.toUs < hourEndUs(file);
}

function hourEndUs({ fromUs }: SealedFile): number {
  return (Math.floor(fromUs / HOUR_US) + 1) * HOUR_US;
}

/** The first time of the newest file of each venue. */
function newestOf(files: readonly SealedFile[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const { venue, fromUs } of files) {
    newest.set(venue, Math.max(fromUs, newest.get(venue) ?? fromUs));
  }
  return newest;
}

/** Files of the same venue that begin in the same stretch of time. */
function groups(
  files: readonly SealedFile[],
  spanUs: number,
): readonly (readonly [SealedFile, ...SealedFile[]])[] {
  const found = new Map<string, [SealedFile, ...SealedFile[]]>();
  for (const file of files) {
    const key = `${file.venue} ${Math.floor(file.fromUs / spanUs)}`;
    const group = found.get(key);
    if (group === undefined) found.set(key, [file]);
    else group.push(file);
  }
  return [...found.values()];
}

function areOne(parts: readonly [SealedFile, ...SealedFile[]], recordsMax: number): boolean {
  const [first, ...others] = parts;
  const records = parts.reduce((sum, part) => sum + part.records, 0);
  const isAlike = others.every((part) => isDeepStrictEqual(part.dictionary, first.dictionary));
  return others.length > 0 && isAlike && records <= recordsMax;
}
