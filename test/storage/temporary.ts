import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A fresh folder on the real disk, removed when the process ends. */
export function temporaryFolder(): string {
  if (made.length === 0) {
    process.on('exit', () => {
      for (const folder of made) rmSync(folder, { recursive: true, force: true });
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'flyball-storage-'));
  made.push(folder);
  return folder;
}
