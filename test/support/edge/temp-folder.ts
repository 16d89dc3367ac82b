import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a test in a fresh folder that is removed afterwards. */
export function inTempFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-test-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
