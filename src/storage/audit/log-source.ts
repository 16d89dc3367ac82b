import type { AuditFinding } from '../../audit/check/finding.ts';
import {
  type LogSource,
  type VerifiedLog,
  type VerifyOptions,
  verifyLog,
} from '../../audit/check/verify-log.ts';
import { NOTE_BYTES_MAX } from '../../audit/note/note.ts';
import type { Files } from '../../core/env.ts';
import { err, type Result } from '../../core/result.ts';
import { type LogFault, systemFault } from '../log-fault.ts';
import { CHECKPOINT, readAtMost, readBundle, readTile } from './tile-files.ts';

/** The files of a log, for reading; a writer may be at work. They throw the system's error. */
export function logSource(files: Files, path: string): LogSource {
  const log = { files, path };
  return {
    checkpoint: () => readAtMost(files, `${path}/${CHECKPOINT}`, NOTE_BYTES_MAX + 1),
    bundle: (index, width) => readBundle(log, index, width),
    tile: (address) => readTile(log, address),
  };
}

/** Verifies the log in a folder; see `verifyLog`. */
export function verifyFolder(
  files: Files,
  path: string,
  options: VerifyOptions,
): Result<VerifiedLog, AuditFinding | LogFault> {
  try {
    return verifyLog(logSource(files, path), options);
  } catch (thrown) {
    return err(systemFault(thrown, path, 'reading the audit log'));
  }
}
