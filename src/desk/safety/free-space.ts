import type { Files } from '../../core/env.ts';
import { reasonOf } from '../../core/result.ts';
import type { Log } from '../../ops/log.ts';

/**
 * Measures what is free of the disk under a folder, 0 … 1; NaN when the system does not say, which
 * C33 takes for full.
 */
export function freeFractionOf(files: Pick<Files, 'space'>, folder: string, log: Log) {
  return (): number => {
    try {
      const { freeBytes, totalBytes } = files.space(folder);
      return freeBytes / totalBytes;
    } catch (thrown) {
      log('error', 'safety/audit', 'disk-not-measured', { folder, reason: reasonOf(thrown) });
      return Number.NaN;
    }
  };
}
