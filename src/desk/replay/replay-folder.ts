import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import { type HeldLock, lockFaultText, lockFile } from '../../storage/directory-lock.ts';

const FOLDER_MODE = 0o700;

/** Where a run on a recording keeps its state, inside the data directory: apart from real runs. */
export function replayFolder(dataDirectory: string, recording: string, seed: number): string {
  const name = basename(recording).replace(/[^A-Za-z0-9_-]+/g, '-');
  return join(dataDirectory, 'replay', `${name}-${seed}`);
}

/** Empties the folder of a run, which begins with nothing; refused while another run uses it. */
export function emptyFolder(folder: string): Result<HeldLock, string> {
  mkdirSync(join(folder, '..'), { recursive: true, mode: FOLDER_MODE });
  const lock = lockFile(`${folder}.lock`);
  if (!lock.ok) return err(lockFaultText(lock.error));
  rmSync(folder, { recursive: true, force: true });
  return ok(lock.value);
}
