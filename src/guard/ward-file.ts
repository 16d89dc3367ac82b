import { type Ward, ward } from '../control/guard/wire.ts';
import type { Files } from '../core/env.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';

/** Where a guard keeps whom it watches, for a guard that is started after its crash. */
function wardPath(folder: string): string {
  return `${folder}/run/ward.json`;
}

/** @throws the system's error */
export function writeWard(files: Files, folder: string, value: Ward): void {
  files.replace(wardPath(folder), new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

/** Null when the last daemon left in order, and for what cannot be read. */
export function readWard(files: Files, folder: string): Ward | null {
  try {
    const bytes = files.read(wardPath(folder));
    return bytes === null ? null : ward.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}

export function forgetWard(files: Files, folder: string): void {
  files.remove(wardPath(folder));
}

export interface KeyPair {
  readonly apiKey: string;
  readonly secret: string;
}

/** The key that lies in a file; the sentence that says what is wrong does not quote it. */
export function keyIn(files: Files, path: string): Result<KeyPair, string> {
  try {
    const bytes = files.read(path);
    if (bytes === null) return err(`${path}: found no file, wanted apiKey and secret`);
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const { apiKey, secret } = value as Partial<KeyPair>;
    if (typeof apiKey === 'string' && typeof secret === 'string') return ok({ apiKey, secret });
    return err(`${path}: wanted apiKey and secret as texts`);
  } catch (thrown) {
    return err(thrown instanceof SyntaxError ? `${path}: no JSON` : `${path}: ${reasonOf(thrown)}`);
  }
}
