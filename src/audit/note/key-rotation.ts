import { err, type Result } from '../../core/result.ts';
import { shown } from '../canonical.ts';
import type { AuditEntry } from '../entry.ts';
import { bytesOfBase64 } from '../tree/hash.ts';
import {
  isSignatureOf,
  parseVerifierKey,
  type Signer,
  type VerifierKey,
  verifierKeyText,
} from './keys.ts';

/** Type of the entry that hands a log from one key to the next. */
export const KEY_ROTATED = 'audit-key-rotated';

export interface RotationFault {
  readonly kind: 'bad-rotation';
  readonly found: string;
  readonly expected: string;
}

/**
 * Payload of the entry by which the old key names its successor. Both sign: the old one that it
 * agrees, the new one that somebody holds it. Checkpoints from this entry on are the new key's.
 *
 * @param seq of the entry, so that the signatures fit no other place
 */
export function rotationPayload(from: Signer, to: Signer, seq: number): AuditEntry['payload'] {
  const message = rotationMessage(from.key, to.key, seq);
  return {
    old_key: verifierKeyText(from.key),
    new_key: verifierKeyText(to.key),
    old_signature: Buffer.from(from.sign(message)).toString('base64'),
    new_signature: Buffer.from(to.sign(message)).toString('base64'),
  };
}

/** The key that signs after a rotation entry, if `current` has handed over to it. */
export function rotatedKey(
  current: VerifierKey,
  { seq, payload }: AuditEntry,
): Result<VerifierKey, RotationFault> {
  const oldText = payload['old_key'];
  if (oldText !== verifierKeyText(current)) {
    return bad(`a rotation from ${shown(oldText)}`, `from ${verifierKeyText(current)}`);
  }
  const next = parseVerifierKey(textOf(payload['new_key']));
  if (!next.ok) return bad(`new_key ${next.error.found}`, next.error.expected);
  const { name, algorithm } = next.value;
  if (name !== current.name || algorithm !== 'log') {
    return bad(`a ${algorithm} key of ${name}`, `a log key of ${current.name}`);
  }
  const message = rotationMessage(current, next.value, seq);
  const isAgreed = isSigned(current, message, payload['old_signature']);
  if (!isAgreed) return bad("an old_signature that is not the old key's", 'its signature');
  const isHeld = isSigned(next.value, message, payload['new_signature']);
  return isHeld ? next : bad("a new_signature that is not the new key's", 'its signature');
}

function rotationMessage(from: VerifierKey, to: VerifierKey, seq: number): Uint8Array {
  const keys = `${verifierKeyText(from)}\n${verifierKeyText(to)}`;
  return Buffer.from(`flyball audit key rotation v1\n${keys}\nseq ${seq}\n`);
}

function isSigned(key: VerifierKey, message: Uint8Array, coded: unknown): boolean {
  const signature = bytesOfBase64(textOf(coded));
  return signature !== null && isSignatureOf(key.publicKey, message, signature);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function bad(found: string, expected: string) {
  return err<RotationFault>({ kind: 'bad-rotation', found, expected });
}
