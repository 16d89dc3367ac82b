import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { bytesOfBase64 } from '../../audit/tree/hash.ts';
import type { Env } from '../../core/env.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';

/** Bytes of the key under which others are sealed. */
export const KEK_BYTES = 32;

/** A key-encryption key. */
export interface Kek {
  /** 32 secret bytes. */
  readonly bytes: Uint8Array;
  /** Where it was found, for people. */
  readonly from: string;
}

/**
 * Seals a secret for a file, as one line of text:
 *
 *   flyball-sealed-v1 SALT NONCE TAG SEALED
 *
 * AES-256-GCM under a key of its own, HKDF-SHA256 of the key-encryption key and the salt, so that
 * no nonce meets a key twice. The purpose is authenticated: one file does not pass as another.
 *
 * @param purpose what the secret is and whose
 * @see NIST SP 800-38D, RFC 5869
 */
export function sealed(
  entropy: Env['entropy'],
  kek: Kek,
  purpose: string,
  secret: Uint8Array,
): string {
  const [salt, nonce] = [entropy(SALT_BYTES), entropy(NONCE_BYTES)];
  const cipher = createCipheriv('aes-256-gcm', keyOf(kek, salt), nonce, TAG);
  cipher.setAAD(aadOf(purpose));
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  const parts = [salt, nonce, cipher.getAuthTag(), text].map(base64);
  return `${[MARK, ...parts].join(' ')}\n`;
}

/** Whether bytes are something sealed, be it damaged. */
export function isSealed(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MARK.length)).toString('latin1') === MARK;
}

/** The secret again; an error for another key or purpose, and for a bit that has changed. */
export function unsealed(kek: Kek, purpose: string, bytes: Uint8Array): Result<Uint8Array, string> {
  const parts = partsOf(bytes);
  if (parts === null) return err('found something sealed that is damaged, wanted it whole');
  const { salt, nonce, tag, text } = parts;
  const cipher = createDecipheriv('aes-256-gcm', keyOf(kek, salt), nonce, TAG);
  cipher.setAAD(aadOf(purpose));
  cipher.setAuthTag(tag);
  try {
    return ok(Buffer.concat([cipher.update(text), cipher.final()]));
  } catch {
    const wanted = 'wanted the one it was sealed under, and the file as it was';
    return err(`the key-encryption key of ${kek.from} does not open it, ${wanted}`);
  }
}

const MARK = 'flyball-sealed-v1';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const TAG = { authTagLength: TAG_BYTES } as const;
const KEY_INFO = 'flyball sealed file v1';

function keyOf({ bytes }: Kek, salt: Uint8Array): Uint8Array {
  assert(bytes.length === KEK_BYTES, 'a key-encryption key has 32 bytes');
  return new Uint8Array(hkdfSync('sha256', bytes, salt, KEY_INFO, KEK_BYTES));
}

function aadOf(purpose: string): Uint8Array {
  return Buffer.from(`${MARK}\n${purpose}\n`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function partsOf(bytes: Uint8Array) {
  const [mark, ...coded] = Buffer.from(bytes).toString('latin1').split(' ');
  const last = coded.at(-1);
  if (mark !== MARK || coded.length !== 4 || !last?.endsWith('\n')) return null;
  const [salt, nonce, tag, text] = [...coded.slice(0, -1), last.slice(0, -1)].map(bytesOfBase64);
  if (salt?.length !== SALT_BYTES || nonce?.length !== NONCE_BYTES) return null;
  return tag?.length === TAG_BYTES && text ? { salt, nonce, tag, text } : null;
}
