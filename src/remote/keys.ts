import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { Files } from '../core/env.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';
import { type AuthorisedKey, isSignedBy } from '../ops/access/authorised-keys.ts';
import { OPERATOR, operatorFile } from '../ops/access/key-ring.ts';

/** A key that a client can sign with. */
export interface OwnKey {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** The local operator's own key. */
export function operatorKey(files: Files, folder: string): Result<OwnKey, string> {
  return ownKey(files, operatorFile(folder), OPERATOR, 'flyball start makes it');
}

/** A private key in PEM, under the name that the desk knows its public half by. */
export function ownKey(
  files: Files,
  file: string,
  name: string,
  remedy = 'flyball key make makes one',
): Result<OwnKey, string> {
  try {
    const pem = files.read(file);
    if (pem === null) return err(`${file}: not found; ${remedy}`);
    const privateKey = createPrivateKey(Buffer.from(pem));
    const kind = privateKey.asymmetricKeyType;
    // To sign with a key of another kind may throw, or mean less.
    if (kind !== 'ed25519') return err(`${file}: found ${kind}, wanted ed25519`);
    return ok({ name, privateKey });
  } catch (thrown) {
    return err(`${file}: ${reasonOf(thrown)}`);
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
  return isSignedBy(key.publicKey, challenge, signature) ? key : null;
}
