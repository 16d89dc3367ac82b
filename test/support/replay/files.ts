import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a test with some files in a fresh folder that is removed afterwards. */
export async function withFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (pathOf: (name: string) => string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-replay-'));
  const pathOf = (name: string): string => join(folder, name);
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(pathOf(name), content);
    await use(pathOf);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
