import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { ROLES, type Role } from '../control/authorisation.ts';
import type { Files } from '../core/env.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';

/** A person or program that may log in. */
export interface AuthorisedKey {
  readonly name: string;
  readonly role: Role;
  readonly publicKey: KeyObject;
}

/** A key that a client can sign with. */
export interface OwnKey {
  readonly name: string;
  readonly privateKey: KeyObject;
}

const FOLDER_MODE = 0o700;
const KEYS_MAX = 64;
const OPERATOR = 'operator';

const authorisedFile = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
      role: z.enum(ROLES),
      publicKey: z.string().max(1024),
    }),
  )
  .max(KEYS_MAX);

/** Where the keys of a data directory lie: private ones as PKCS#8 PEM, public ones in one list. */
function paths(folder: string) {
  return { authorised: join(folder, 'authorised.json'), operator: join(folder, 'operator.pem') };
}

/**
 * The keys that may log in. The first call in a data directory makes the local operator's key pair,
 * whose private half is readable by the owner of the directory alone.
 */
export function authorisedKeys(
  files: Files,
  folder: string,
): Result<readonly AuthorisedKey[], string> {
  const { authorised, operator } = paths(folder);
  try {
    files.ensureFolder(folder, FOLDER_MODE);
    let bytes = files.read(authorised);
    if (bytes === null) {
      const pair = generateKeyPairSync('ed25519');
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
      const list = [{ name: OPERATOR, role: 'operator', publicKey }];
      files.replace(operator, Buffer.from(pem));
      bytes = Buffer.from(`${JSON.stringify(list, null, 2)}\n`);
      files.replace(authorised, bytes);
    }
    const listed = keysIn(new TextDecoder().decode(bytes));
    return listed.ok ? listed : err(`${authorised}: ${listed.error}`);
  } catch (thrown) {
    return err(`${authorised}: ${reasonOf(thrown)}`);
  }
}

function keysIn(text: string): Result<readonly AuthorisedKey[], string> {
  const checked = authorisedFile.safeParse(JSON.parse(text));
  if (!checked.success) {
    const issue = checked.error.issues[0];
    return err(`${issue?.path.join('.') || 'file'}: ${issue?.message}`);
  }
  const keys: AuthorisedKey[] = [];
  for (const { name, role, publicKey: pem } of checked.data) {
    if (keys.some((key) => key.name === name)) return err(`${name}: found twice, wanted once`);
    const publicKey = keyIn(() => createPublicKey(pem));
    if (!publicKey.ok) return err(`${name}: ${publicKey.error}`);
    keys.push({ name, role, publicKey: publicKey.value });
  }
  return ok(keys);
}

/** A key of another kind is found here: to sign or verify with it may throw, or mean less. */
function keyIn(read: () => KeyObject): Result<KeyObject, string> {
  try {
    const key = read();
    const kind = key.asymmetricKeyType;
    return kind === 'ed25519' ? ok(key) : err(`found ${kind}, wanted ed25519`);
  } catch (thrown) {
    return err(`no key in PEM: ${reasonOf(thrown)}`);
  }
}

/** The local operator's own key. */
export function operatorKey(files: Files, folder: string): Result<OwnKey, string> {
  const { operator } = paths(folder);
  try {
    const pem = files.read(operator);
    if (pem === null) return err(`${operator}: not found; flyball start makes it`);
    const privateKey = keyIn(() => createPrivateKey(Buffer.from(pem)));
    if (!privateKey.ok) return err(`${operator}: ${privateKey.error}`);
    return ok({ name: OPERATOR, privateKey: privateKey.value });
  } catch (thrown) {
    return err(`${operator}: ${reasonOf(thrown)}`);
  }
}

export function signChallenge(key: OwnKey, challenge: Uint8Array): string {
  return sign(null, challenge, key.privateKey).toString('base64');
}

/** @returns the key that signed, or null: an unknown name and a bad signature look the same */
export function whoSigned(
  keys: readonly AuthorisedKey[],
  name: string,
  challenge: Uint8Array,
  signature: string,
): AuthorisedKey | null {
  const key = keys.find((candidate) => candidate.name === name);
  if (key === undefined) return null;
  const isValid = verify(null, challenge, key.publicKey, Buffer.from(signature, 'base64'));
  return isValid ? key : null;
}
