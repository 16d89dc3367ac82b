import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** What is sealed; a seal of one kind does not fit the other. */
export type SealLabel = 'flyball-mode-v2' | 'flyball-severity-v1';

export type Sealable = Readonly<Record<string, unknown>>;

/**
 * Authenticates what control has written down: whoever can change the journal but not read the
 * key cannot make the desk come up in a better state. It does not show that a state is the newest;
 * that is for the Merkle tree and its witness.
 */
export interface StateSeal {
  /** Whether the key is of this start: then nothing that stands can have been sealed with it. */
  readonly isNew: boolean;
  /** The object as JSON, with its MAC as the last property. */
  seal(label: SealLabel, body: Sealable): string;
  /** The object without the MAC, or why it is not ours. */
  open(label: SealLabel, text: string): Result<Sealable, string>;
}

export const SEAL_KEY_BYTES = 32;
const FOLDER_MODE = 0o700;

/**
 * The seal of a data directory. Its key is made when there is none, readable by the owner alone; a
 * damaged one is replaced, so that nothing that was sealed with it counts any longer.
 *
 * @param folder where the keys are
 * @returns an error when the key can neither be read nor made
 */
export function openStateSeal(
  env: Pick<Env, 'files' | 'entropy'>,
  folder: string,
): Result<StateSeal, string> {
  const path = `${folder}/control.key`;
  try {
    const found = env.files.read(path);
    if (found?.length === SEAL_KEY_BYTES) return ok(stateSealOf(found, false));
    const key = env.entropy(SEAL_KEY_BYTES);
    env.files.ensureFolder(folder, FOLDER_MODE);
    env.files.replace(path, key);
    // A damaged key is not a first start: what was sealed before must not pass for older still.
    return ok(stateSealOf(key, found === null));
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}

/** HMAC-SHA256 over the label, a NUL and the JSON text (RFC 2104, FIPS 180-4). */
export function stateSealOf(key: Uint8Array, isNew: boolean): StateSeal {
  const macOf = (label: SealLabel, text: string): string =>
    createHmac('sha256', key).update(`${label}\0${text}`).digest('hex');
  return {
    isNew,
    seal: (label, body) => JSON.stringify({ ...body, mac: macOf(label, JSON.stringify(body)) }),
    open(label, text) {
      const read = parsed(text);
      if (read === null) return err('found no JSON object, wanted a sealed one');
      const { mac, ...body } = read;
      if (typeof mac !== 'string') return err('found no MAC, wanted one');
      const wanted = Buffer.from(macOf(label, JSON.stringify(body)));
      const given = Buffer.from(mac);
      const isOurs = given.length === wanted.length && timingSafeEqual(given, wanted);
      return isOurs ? ok(body) : err('found a MAC that is not of this text and key');
    },
  };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(text);
    const isObject = typeof read === 'object' && read !== null && !Array.isArray(read);
    return isObject ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
