import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** Recordings of one search; a folder with more is to be divided. */
export const RECORDINGS_MAX = 64;
const NAME = /\.(gz|txt|log|jsonl)$/;

/** The file itself, or the files in a folder and the folders in it that may be recordings. */
export function recordingsAt(path: string): Result<readonly string[], string> {
  try {
    if (!statSync(path).isDirectory()) return ok([path]);
    const names = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && NAME.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    if (names.length === 0) return err(`${path}: found no .gz, .txt, .log or .jsonl file in it`);
    if (names.length > RECORDINGS_MAX) {
      return err(`${path}: found ${names.length} files, wanted at most ${RECORDINGS_MAX}`);
    }
    return ok(names);
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
}

/** SHA-256 over names and contents, in hexadecimal: what the numbers were tuned on. */
export async function digestOf(paths: readonly string[]): Promise<string> {
  const all = createHash('sha256');
  for (const path of paths) {
    const one = createHash('sha256');
    for await (const chunk of createReadStream(path)) one.update(chunk);
    all.update(`${basename(path)} ${one.digest('hex')}\n`);
  }
  return all.digest('hex');
}
