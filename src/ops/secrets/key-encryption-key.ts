import { scryptSync } from 'node:crypto';
import { resolve, sep } from 'node:path';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { KEK_BYTES, type Kek } from './sealed.ts';

/** The variable that may hold a passphrase. */
export const PASSPHRASE_VARIABLE = 'FLYBALL_KEY_PASSPHRASE';
/** Name of the credential, as in systemd's `LoadCredential=flyball-kek:FILE`. */
export const CREDENTIAL = 'flyball-kek';
export const PASSPHRASE_CHARS_MIN = 16;

/** Where a key-encryption key may be. */
export interface KekSources {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The file that the configuration names; then it is this one or an error. */
  readonly keyFile: string | null;
  readonly dataFolder: string;
  /** Permission bits of a file; null when there is none. */
  readonly modeOf: (path: string) => number | null;
}

/**
 * The key under which the keys of a data directory are sealed: of the configured file, else of a
 * systemd credential, else out of a passphrase. A stolen copy of the directory is of no use
 * without it, so it must lie elsewhere.
 *
 * @param folder where the keys are; the salt of a passphrase is kept there
 * @returns null when there is none
 */
export function findKek(
  env: Pick<Env, 'files' | 'entropy'>,
  folder: string,
  sources: KekSources,
): Result<Kek | null, string> {
  const { variables, keyFile } = sources;
  if (keyFile !== null) return ofKeyFile(env, keyFile, sources);
  const credentials = variables['CREDENTIALS_DIRECTORY'];
  if (credentials !== undefined) {
    const path = `${credentials}/${CREDENTIAL}`;
    const found = keyIn(env, path);
    if (!found.ok || found.value !== null) return found;
  }
  const passphrase = variables[PASSPHRASE_VARIABLE];
  return passphrase === undefined ? ok(null) : ofPassphrase(env, folder, passphrase);
}

/** Takes over what is wanted of the environment; no child process inherits the passphrase. */
export function takeSecrets(
  environment: Record<string, string | undefined>,
): KekSources['variables'] {
  const taken = { ...environment };
  delete environment[PASSPHRASE_VARIABLE];
  return taken;
}

const OTHERS = 0o077;

function ofKeyFile(
  env: Pick<Env, 'files'>,
  keyFile: string,
  { dataFolder, modeOf }: KekSources,
): Result<Kek | null, string> {
  const isInside = `${resolve(keyFile)}${sep}`.startsWith(`${resolve(dataFolder)}${sep}`);
  if (isInside) return bad(keyFile, 'a file in the data directory', 'one that lies elsewhere');
  const mode = modeOf(keyFile);
  if (mode === null) return bad(keyFile, 'no file', 'a key-encryption key');
  if ((mode & OTHERS) !== 0) {
    return bad(keyFile, `mode 0${mode.toString(8)}`, '0400: readable by its owner alone');
  }
  const found = keyIn(env, keyFile);
  return found.ok && found.value === null ? bad(keyFile, 'no file', 'a key') : found;
}

/** 32 bytes as they are, or as 64 hex digits; null when there is no such file. */
function keyIn({ files }: Pick<Env, 'files'>, path: string): Result<Kek | null, string> {
  try {
    const found = files.read(path);
    if (found === null) return ok(null);
    if (found.length === KEK_BYTES) return ok({ bytes: found, from: path });
    const text = Buffer.from(found.subarray(0, 2 * KEK_BYTES + 2)).toString('latin1');
    const match = /^([0-9a-fA-F]{64})\r?\n?$/.exec(text);
    if (match === null || found.length > text.length) {
      return bad(path, `${found.length} bytes`, `${KEK_BYTES} bytes, or 64 hex digits`);
    }
    return ok({ bytes: Buffer.from(match[1] as string, 'hex'), from: path });
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}

const SALT_FILE = 'kek.salt';
const SALT_BYTES = 16;
const FOLDER_MODE = 0o700;
/** About half a second and 128 MiB for each guess; `maxmem` must lie above what is needed. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 268_435_456 } as const;

/** By scrypt (RFC 7914), once a start; the salt is the directory's, made when it is absent. */
function ofPassphrase(
  { files, entropy }: Pick<Env, 'files' | 'entropy'>,
  folder: string,
  passphrase: string,
): Result<Kek, string> {
  if (passphrase.length < PASSPHRASE_CHARS_MIN) {
    const found = `${passphrase.length} characters`;
    return bad(PASSPHRASE_VARIABLE, found, `at least ${PASSPHRASE_CHARS_MIN}`);
  }
  const path = `${folder}/${SALT_FILE}`;
  try {
    const kept = files.read(path);
    if (kept !== null && kept.length !== SALT_BYTES) {
      return bad(path, `${kept.length} bytes`, `${SALT_BYTES}: restore it from a backup`);
    }
    const salt = kept ?? entropy(SALT_BYTES);
    if (kept === null) {
      files.ensureFolder(folder, FOLDER_MODE);
      files.replace(path, salt);
    }
    const bytes = scryptSync(passphrase.normalize('NFC'), salt, KEK_BYTES, SCRYPT);
    return ok({ bytes, from: PASSPHRASE_VARIABLE });
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}

function bad(where: string, found: string, wanted: string) {
  return err(`${where}: found ${found}, wanted ${wanted}`);
}
