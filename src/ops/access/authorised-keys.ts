import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { ROLES, type Role } from '../../control/authorisation.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** A person or program that may log in. */
export interface AuthorisedKey {
  readonly name: string;
  readonly role: Role;
  readonly publicKey: KeyObject;
}

/** Keys of one desk; a list is read at every login. */
export const KEYS_MAX = 64;
export const KEY_NAME = /^[a-z][a-z0-9-]{0,31}$/;
/** An Ed25519 public key: 32 bytes, as base64url without padding. */
const KEY_TEXT = /^[A-Za-z0-9_-]{43}$/;

const HEAD = [
  '# Who may log in: NAME ROLE KEY, one a line; KEY is an Ed25519 public key as base64url.',
  `# Roles: ${ROLES.join(', ')}. flyball key make makes a key, access changes this list.`,
  '',
].join('\n');

/** Reads a list of keys; an error begins with the number of the line: `3: …`. */
export function parseAuthorisedKeys(text: string): Result<readonly AuthorisedKey[], string> {
  const keys: AuthorisedKey[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (words[0] === '') continue;
    const entry = entryOf(words);
    const fault = entry.ok ? clash(keys, entry.value) : entry.error;
    if (!entry.ok || fault !== null) return err(`${at + 1}: ${fault}`);
    keys.push(entry.value);
  }
  return ok(keys);
}

/** The file that says a list, comments of people aside. */
export function authorisedKeysText(keys: readonly AuthorisedKey[]): string {
  const lines = keys.map((key) => `${key.name} ${key.role} ${keyText(key.publicKey)}\n`);
  return `${HEAD}${lines.join('')}`;
}

/** Why an entry cannot join a list; null when it can. */
export function clash(keys: readonly AuthorisedKey[], entry: AuthorisedKey): string | null {
  if (keys.length >= KEYS_MAX) return `found more than ${KEYS_MAX} keys, wanted at most so many`;
  if (keys.some(({ name }) => name === entry.name)) {
    return `${entry.name}: found twice, wanted once`;
  }
  // One person with two names could approve what it has asked for itself.
  const same = keys.find(({ publicKey }) => publicKey.equals(entry.publicKey));
  return same === undefined ? null : `${entry.name}: found the key of ${same.name}, wanted another`;
}

/** An entry from its words: NAME ROLE KEY. */
export function entryOf(words: readonly string[]): Result<AuthorisedKey, string> {
  const [name = '', role = '', key = ''] = words;
  if (words.length !== 3) return err(`found ${words.length} words, wanted NAME ROLE KEY`);
  if (!KEY_NAME.test(name)) {
    return err(`found the name ${name}, wanted up to 32 of a-z, 0-9 and -, a letter first`);
  }
  if (!isRole(role)) {
    return err(`${name}: found the role ${role}, wanted ${ROLES.join(', ')}`);
  }
  const publicKey = publicKeyOf(key);
  return publicKey.ok
    ? ok({ name, role, publicKey: publicKey.value })
    : err(`${name}: ${publicKey.error}`);
}

export function isRole(word: string): word is Role {
  return (ROLES as readonly string[]).includes(word);
}

export function publicKeyOf(text: string): Result<KeyObject, string> {
  const wanted = 'an Ed25519 public key as 43 letters of base64url';
  if (!KEY_TEXT.test(text)) return err(`found a key of ${text.length} letters, wanted ${wanted}`);
  try {
    return ok(createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' }));
  } catch (thrown) {
    return err(`found no key (${reasonOf(thrown)}), wanted ${wanted}`);
  }
}

/** A public key as `publicKeyOf` reads it. */
export function keyText(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x as string;
}

/** Whether a signature in base64 is that key's over those bytes, by RFC 8032. */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: string): boolean {
  return verify(null, bytes, key, Buffer.from(signature, 'base64'));
}
