import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository root, from `dist/test/support`. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/**
 * A file or folder of the recorded data beside the checkout, or null with a printed notice, so
 * that a test without it is seen to be skipped.
 */
export function sharedPath(...parts: string[]): string | null {
  const path = join(root, '..', 'shared', ...parts);
  if (existsSync(path)) return path;
  process.stdout.write(`\nSKIPPED: ${path} is absent, so tests on recorded data do not run\n`);
  return null;
}
