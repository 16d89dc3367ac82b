import type { Files } from '../../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../../core/result.ts';
import { lockFaultText, lockFile } from '../../directory-lock.ts';
import type { Duck } from '../duck.ts';
import { removeSegment, walFirsts, writeManifest } from '../wal/wal-files.ts';
import { recoverWal } from '../wal/wal-recovery.ts';
import { readCatalogue } from './catalogue.ts';
import { Sealer } from './sealer.ts';
import { takenBySinks } from './sinks.ts';

/** What sealing a folder came to. */
export interface SealedRest {
  readonly records: number;
  /** Records of the log that could not be read. */
  readonly missing: number;
}

/**
 * Seals what a recording that has ended left in its log.
 *
 * @returns null when a process holds the folder, which will seal it itself
 */
export async function sealRest(
  files: Files,
  duck: Duck,
  folder: string,
): Promise<Result<SealedRest | null, string>> {
  const walFolder = `${folder}/wal`;
  if (walFirsts(files, walFolder).length === 0) return ok({ records: 0, missing: 0 });
  const held = lockFile(`${folder}/lock`);
  if (!held.ok) {
    return held.error.kind === 'directory-held' ? ok(null) : err(lockFaultText(held.error));
  }
  try {
    const catalogue = readCatalogue(files, `${folder}/sealed`);
    if (!catalogue.ok) return catalogue;
    const { head } = recoverWal(files, walFolder);
    let missing = 0;
    const sealer = new Sealer({
      files,
      duck,
      folder: `${folder}/sealed`,
      walFolder,
      catalogue: catalogue.value,
      takenByOthers: () => takenBySinks(files, `${folder}/sinks`),
      onMissing: ({ from, to }) => {
        missing += to - from + 1;
      },
      onSealed: () => {},
    });
    await sealer.open();
    while (await sealer.step(head)) {}
    await sealer.sealAll();
    await sealer.close();
    clearWal(files, folder, head);
    return ok({ records: sealer.catalogue.sealed - catalogue.value.sealed, missing });
  } catch (thrown) {
    return err(`${folder}: ${reasonOf(thrown)}`);
  } finally {
    held.value.release();
  }
}

/** Takes away the log of which everybody has everything; where it ended is written down first. */
function clearWal(files: Files, folder: string, head: number): void {
  const walFolder = `${folder}/wal`;
  if (takenBySinks(files, `${folder}/sinks`) < head) return;
  writeManifest(files, walFolder, { durable: head });
  for (const first of walFirsts(files, walFolder)) removeSegment(files, walFolder, first);
}
