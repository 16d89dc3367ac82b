import type { Files } from '../core/env.ts';
import { dropSegments } from './record-reader.ts';
import { segmentFirsts } from './segment-files.ts';

/**
 * Drops the oldest segments that everybody has taken over, but for the newest `keep` of these.
 *
 * @param drained the store, and the audit log where there is one, durably hold every record up to
 *   here
 * @returns how many went
 */
export function retainSegments(
  files: Files,
  folder: string,
  drained: number,
  keep: number,
): number {
  const firsts = segmentFirsts(files, folder);
  const finished = firsts.filter((_, index) => (firsts[index + 1] ?? Infinity) <= drained + 1);
  const oldestKept = firsts[finished.length - keep] ?? 0;
  return dropSegments(files, folder, oldestKept);
}

/** Bytes of the segments and of the torn tails that were kept aside. */
export function segmentsBytes(files: Files, folder: string): number {
  let bytes = 0;
  for (const name of files.list(folder)) {
    if (!/\.(?:segment|torn)$/.test(name)) continue;
    const file = files.open(`${folder}/${name}`, 'read');
    bytes += file.size();
    file.close();
  }
  return bytes;
}
