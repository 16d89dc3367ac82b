import { createPrivateKey } from 'node:crypto';
import {
  PKCS8_PREFIX,
  SEED_BYTES,
  type Signer,
  signerOf,
  verifierKeyText,
} from '../../../audit/note/keys.ts';
import type { Env, Files } from '../../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../../core/result.ts';
import { CREDENTIAL, PASSPHRASE_VARIABLE } from '../../../ops/secrets/key-encryption-key.ts';
import { isSealed, type Kek, sealed, unsealed } from '../../../ops/secrets/sealed.ts';

/**
 * Where the keys of an audit log lie, in the folder of the keys of a data directory:
 *
 *   audit.key       private half of the key that signs, PKCS#8 in PEM behind a line about it,
 *                   all of it sealed where there is a key-encryption key
 *   audit.key.next  the one that the log is being handed over to
 *   audit.vkey      verifier key of the first entry, to be kept somewhere else and pinned
 */
export const KEY_FILE = 'audit.key';
export const NEXT_KEY_FILE = 'audit.key.next';
export const VERIFIER_FILE = 'audit.vkey';

const FOLDER_MODE = 0o700;
const KEY_BYTES_MAX = 4_096;

/** A private key as it is kept. */
export interface KeptKey {
  readonly signer: Signer;
  readonly madeMs: number;
}

export interface AuditKeys {
  /** Whether the first key has just been made, so that there was no log before. */
  readonly isNew: boolean;
  readonly current: KeptKey;
  /** Null unless a hand-over has begun. */
  readonly next: KeptKey | null;
}

type KeyMaking = Pick<Env, 'files' | 'entropy' | 'clock'>;

/**
 * The keys of a log; makes the first one, and the file of its verifier key, when there is none.
 * Keys that lie open though there is a key-encryption key are sealed where they lie.
 *
 * @param kek null: the keys are not sealed; then one that is sealed is an error
 */
export function openAuditKeys(
  env: KeyMaking,
  folder: string,
  name: string,
  kek: Kek | null = null,
): Result<AuditKeys, string> {
  const { files } = env;
  try {
    files.ensureFolder(folder, FOLDER_MODE);
    const isNew = files.read(`${folder}/${KEY_FILE}`) === null;
    if (isNew) {
      const { signer } = writeKey(env, `${folder}/${KEY_FILE}`, name, kek);
      const text = Buffer.from(`${verifierKeyText(signer.key)}\n`);
      files.replace(`${folder}/${VERIFIER_FILE}`, text);
    }
    if (kek !== null) {
      for (const file of [KEY_FILE, NEXT_KEY_FILE])
        sealInPlace(env, `${folder}/${file}`, name, kek);
    }
    const keys = readAuditKeys(files, folder, name, kek);
    return keys.ok ? ok({ ...keys.value, isNew }) : keys;
  } catch (thrown) {
    return err(`${folder}: ${reasonOf(thrown)}`);
  }
}

/** The keys as they lie there. */
export function readAuditKeys(
  files: Files,
  folder: string,
  name: string,
  kek: Kek | null = null,
): Result<AuditKeys, string> {
  const current = readKey(files, `${folder}/${KEY_FILE}`, name, kek);
  if (!current.ok) return current;
  if (current.value === null) return err(`${folder}/${KEY_FILE}: found no file, wanted a key`);
  const next = readKey(files, `${folder}/${NEXT_KEY_FILE}`, name, kek);
  if (!next.ok) return next;
  return ok({ current: current.value, next: next.value, isNew: false });
}

/** Lays the successor beside the current key, durably; the one that is there already counts. */
export function prepareNextKey(
  env: KeyMaking,
  folder: string,
  name: string,
  kek: Kek | null = null,
): Result<KeptKey, string> {
  const file = `${folder}/${NEXT_KEY_FILE}`;
  try {
    const found = readKey(env.files, file, name, kek);
    if (!found.ok) return found;
    return ok(found.value ?? writeKey(env, file, name, kek));
  } catch (thrown) {
    return err(`${file}: ${reasonOf(thrown)}`);
  }
}

/**
 * The successor becomes the key of the log, and the one before it is gone for good: whoever takes
 * the machine later cannot sign in its name.
 *
 * @throws the system's error
 */
export function adoptNextKey(files: Files, folder: string): void {
  files.rename(`${folder}/${NEXT_KEY_FILE}`, `${folder}/${KEY_FILE}`);
  files.syncFolder(folder);
}

function writeKey(
  { files, entropy, clock }: KeyMaking,
  file: string,
  name: string,
  kek: Kek | null,
): KeptKey {
  const seed = entropy(SEED_BYTES);
  const madeMs = clock.now();
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
  const text = `${MADE}${new Date(madeMs).toISOString()}\n${pem}`;
  const kept = kek === null ? text : sealed(entropy, kek, purposeOf(name), Buffer.from(text));
  files.replace(file, Buffer.from(kept));
  return { signer: signerOf(name, 'log', seed), madeMs };
}

/** What a key is sealed for: it opens as that of no other log. */
function purposeOf(name: string): string {
  return `key of the audit log ${name}`;
}

/** @throws the system's error */
function sealInPlace({ files, entropy }: KeyMaking, file: string, name: string, kek: Kek): void {
  const bytes = files.read(file);
  if (bytes === null || isSealed(bytes)) return;
  files.replace(file, Buffer.from(sealed(entropy, kek, purposeOf(name), bytes)));
}

/** Null when there is no such file. */
function readKey(
  files: Files,
  file: string,
  name: string,
  kek: Kek | null,
): Result<KeptKey | null, string> {
  try {
    const kept = files.read(file);
    if (kept === null) return ok(null);
    if (kept.length > KEY_BYTES_MAX) {
      return err(`${file}: found ${kept.length} bytes, wanted at most ${KEY_BYTES_MAX}`);
    }
    const opened = isSealed(kept) ? openedKey(kept, name, kek) : ok(kept);
    if (!opened.ok) return err(`${file}: ${opened.error}`);
    const text = Buffer.from(opened.value).toString('utf8');
    const [first = ''] = text.split('\n');
    const madeMs = first.startsWith(MADE) ? Date.parse(first.slice(MADE.length)) : Number.NaN;
    if (Number.isNaN(madeMs)) return err(`${file}: wanted "${MADE}TIME" in the first line`);
    const secret = createPrivateKey(text.slice(first.length + 1));
    const kind = secret.asymmetricKeyType;
    if (kind !== 'ed25519') return err(`${file}: found ${kind}, wanted ed25519`);
    const seed = secret.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_PREFIX.length);
    return ok({ signer: signerOf(name, 'log', seed), madeMs });
  } catch (thrown) {
    return err(`${file}: ${reasonOf(thrown)}`);
  }
}

function openedKey(kept: Uint8Array, name: string, kek: Kek | null): Result<Uint8Array, string> {
  if (kek !== null) return unsealed(kek, purposeOf(name), kept);
  const ways = `audit.keyFile, the credential ${CREDENTIAL} or ${PASSPHRASE_VARIABLE}`;
  return err(`found a sealed key, wanted its key-encryption key too: ${ways}`);
}

const MADE = 'made ';
