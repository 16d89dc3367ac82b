import {
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { assert, err, ok, type Result } from '../../core/result.ts';
import { shown } from '../canonical.ts';
import { bytesOfBase64 } from '../tree/hash.ts';

/**
 * What a signature of a note is over: `log` signs the text, `witness` a time and the text. The
 * number is part of the key's id, so that a signature of one kind never passes as the other.
 *
 * @see C2SP signed-note, tlog-cosignature
 */
export const ALGORITHMS = { log: 0x01, witness: 0x04 } as const;
export type Algorithm = keyof typeof ALGORITHMS;

const KEY_ID_BYTES = 4;
export const PUBLIC_KEY_BYTES = 32;
export const SEED_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** Names stand in signature lines and file headers. */
const NAME_LENGTH_MAX = 255;
/** DER around the 32 bytes of an Ed25519 key, RFC 8410. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
export const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A public key by which a note is verified. */
export interface VerifierKey {
  readonly name: string;
  readonly algorithm: Algorithm;
  /** First 32 bits of a hash over name, algorithm and key, in hex. */
  readonly id: string;
  readonly publicKey: Uint8Array;
}

/** A private key under its verifier key. */
export interface Signer {
  readonly key: VerifierKey;
  /** 64 bytes of Ed25519. */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export interface KeyFault {
  readonly kind: 'bad-verifier-key';
  readonly found: string;
  readonly expected: string;
}

/** A name that can stand in a signature line. */
export function isKeyName(name: string): boolean {
  // Spaces and pluses separate fields, control characters would forge lines.
  return name.length > 0 && name.length <= NAME_LENGTH_MAX && !/[\s+\p{Cc}]/u.test(name);
}

/** @param publicKey 32 bytes of Ed25519 */
export function verifierKey(
  name: string,
  algorithm: Algorithm,
  publicKey: Uint8Array,
): VerifierKey {
  assert(isKeyName(name), 'the name of a key has no spaces, pluses and control characters');
  assert(publicKey.length === PUBLIC_KEY_BYTES, 'a public key of Ed25519 has 32 bytes');
  const typed = Buffer.concat([Uint8Array.of(ALGORITHMS[algorithm]), publicKey]);
  const named = Buffer.concat([Buffer.from(`${name}\n`), typed]);
  const id = hash('sha256', named, 'hex').slice(0, 2 * KEY_ID_BYTES);
  return { name, algorithm, id, publicKey };
}

/** The text `name+id+base64` by which people hand on a verifier key. */
export function verifierKeyText({ name, algorithm, id, publicKey }: VerifierKey): string {
  const typed = Buffer.concat([Uint8Array.of(ALGORITHMS[algorithm]), publicKey]);
  return `${name}+${id}+${typed.toString('base64')}`;
}

/** Reads what `verifierKeyText` writes; the id must be the one that follows from the rest. */
export function parseVerifierKey(text: string): Result<VerifierKey, KeyFault> {
  const match = /^([^+]*)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const [name = '', id = '', coded = ''] = match?.slice(1) ?? [];
  const typed = bytesOfBase64(coded);
  if (match === null || typed === null || !isKeyName(name)) {
    return bad(shown(text), 'name+8 hex digits+base64');
  }
  const algorithm = algorithmOf(typed[0] as number);
  if (algorithm === null) return bad(`algorithm ${typed[0]}`, '1 (log) or 4 (witness)');
  if (typed.length !== 1 + PUBLIC_KEY_BYTES) {
    return bad(`a key of ${typed.length - 1} bytes`, `${PUBLIC_KEY_BYTES} bytes`);
  }
  const key = verifierKey(name, algorithm, typed.slice(1));
  return key.id === id ? ok(key) : bad(`id ${id}`, `id ${key.id} of this name and key`);
}

/** @param seed 32 secret bytes, from `Env.entropy` */
export function signerOf(name: string, algorithm: Algorithm, seed: Uint8Array): Signer {
  assert(seed.length === SEED_BYTES, 'the seed of a key has 32 bytes');
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const key = verifierKey(name, algorithm, spki.subarray(SPKI_PREFIX.length));
  return { key, sign: (message) => signBytes(null, message, secret) };
}

/** Whether a signature is this key's over a message; whatever the bytes are, it does not throw. */
export function isSignatureOf(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  return verifyBytes(null, message, keyObjectOf(publicKey), signature);
}

/** The key as the library wants it. */
function keyObjectOf(publicKey: Uint8Array): KeyObject {
  const der = Buffer.concat([SPKI_PREFIX, publicKey]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

function algorithmOf(code: number): Algorithm | null {
  if (code === ALGORITHMS.log) return 'log';
  return code === ALGORITHMS.witness ? 'witness' : null;
}

function bad(found: string, expected: string) {
  return err<KeyFault>({ kind: 'bad-verifier-key', found, expected });
}
