import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { ROLES, type Role } from '../../control/authorisation.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import {
  type AuthorisedKey,
  authorisedKeysText,
  clash,
  entryOf,
  isRole,
  keyText,
  parseAuthorisedKeys,
} from './authorised-keys.ts';

/** A change of who may log in. */
export type AccessChange =
  | { readonly kind: 'add'; readonly words: readonly string[] }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'role'; readonly name: string; readonly role: string };

/** Name of the key that a data directory makes for whoever starts the desk. */
export const OPERATOR = 'operator';
const FOLDER_MODE = 0o700;

export function authorisedFile(folder: string): string {
  return join(folder, 'authorised-keys');
}

/** The private half of the local operator, PKCS#8 in PEM. */
export function operatorFile(folder: string): string {
  return join(folder, 'operator.pem');
}

/**
 * The keys of a data directory. What is changed is written before it holds, and holds from the next
 * command on, also for those who are logged in.
 */
export class KeyRing {
  readonly #files: Files;
  readonly #file: string;
  #keys: readonly AuthorisedKey[];

  constructor(files: Files, file: string, keys: readonly AuthorisedKey[]) {
    this.#files = files;
    this.#file = file;
    this.#keys = keys;
  }

  list(): readonly AuthorisedKey[] {
    return this.#keys;
  }

  /** @returns what was done, as a sentence */
  change(change: AccessChange, by: string): Result<string, string> {
    const changed = changedKeys(this.#keys, change, by);
    if (!changed.ok) return changed;
    try {
      this.#files.replace(this.#file, Buffer.from(authorisedKeysText(changed.value)));
    } catch (thrown) {
      return err(`${this.#file}: ${reasonOf(thrown)}`);
    }
    this.#keys = changed.value;
    return ok(sentence(change));
  }
}

/**
 * Opens the keys of a data directory. The first time there it makes the local operator's key pair,
 * whose private half is readable by the owner of the directory alone. An error names file and line.
 */
export function openKeyRing(files: Files, folder: string): Result<KeyRing, string> {
  const file = authorisedFile(folder);
  try {
    files.ensureFolder(folder, FOLDER_MODE);
    const bytes = files.read(file);
    if (bytes === null) return firstKeys(files, folder);
    const keys = parseAuthorisedKeys(new TextDecoder().decode(bytes));
    return keys.ok ? ok(new KeyRing(files, file, keys.value)) : err(`${file}:${keys.error}`);
  } catch (thrown) {
    return err(`${file}: ${reasonOf(thrown)}`);
  }
}

/**
 * The list after a change, or why it must not be made: nobody changes what they may themselves, so
 * the last admin stays one, and nobody has two names.
 */
export function changedKeys(
  keys: readonly AuthorisedKey[],
  change: AccessChange,
  by: string,
): Result<readonly AuthorisedKey[], string> {
  if (change.kind === 'add') {
    const entry = entryOf(change.words);
    if (!entry.ok) return entry;
    const fault = clash(keys, entry.value);
    return fault === null ? ok([...keys, entry.value]) : err(fault);
  }
  const { name } = change;
  if (!keys.some((key) => key.name === name)) {
    return err(`${name}: not found, wanted one of ${keys.map((key) => key.name).join(', ')}`);
  }
  if (name === by) return err(`${name}: nobody changes their own access; another admin may`);
  if (change.kind === 'remove') return ok(keys.filter((key) => key.name !== name));
  const { role } = change;
  if (!isRole(role)) return err(`found the role ${role}, wanted ${ROLES.join(', ')}`);
  return ok(keys.map((key) => (key.name === name ? { ...key, role } : key)));
}

function firstKeys(files: Files, folder: string): Result<KeyRing, string> {
  const file = authorisedFile(folder);
  const earlier = earlierKeys(files, folder);
  if (!earlier.ok) return earlier;
  let keys = earlier.value;
  if (keys === null) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    files.replace(operatorFile(folder), Buffer.from(pem));
    keys = [{ name: OPERATOR, role: 'operator', publicKey }];
  }
  files.replace(file, Buffer.from(authorisedKeysText(keys)));
  return ok(new KeyRing(files, file, keys));
}

/** The list that flyball 0.1 kept, as JSON with keys in PEM; null when there is none. */
function earlierKeys(
  files: Files,
  folder: string,
): Result<readonly AuthorisedKey[] | null, string> {
  const file = join(folder, 'authorised.json');
  const bytes = files.read(file);
  if (bytes === null) return ok(null);
  try {
    const list = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly name: string;
      readonly role: Role;
      readonly publicKey: string;
    }[];
    const lines = list.map(
      ({ name, role, publicKey }) => `${name} ${role} ${keyText(createPublicKey(publicKey))}`,
    );
    const keys = parseAuthorisedKeys(lines.join('\n'));
    return keys.ok ? keys : err(`${file}: entry ${keys.error}`);
  } catch (thrown) {
    return err(`${file}: ${reasonOf(thrown)}`);
  }
}

function sentence(change: AccessChange): string {
  if (change.kind === 'add') return `${change.words[0]} may log in as ${change.words[1]}`;
  if (change.kind === 'remove') return `${change.name} may log in no longer`;
  return `${change.name} is ${change.role} from now on`;
}
