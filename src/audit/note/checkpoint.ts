import { err, ok, type Result } from '../../core/result.ts';
import { shown } from '../canonical.ts';
import { bytesOfBase64, HASH_BYTES, hashText } from '../tree/hash.ts';
import { isSignatureOf, SIGNATURE_BYTES, type Signer, type VerifierKey } from './keys.ts';
import {
  type NoteFault,
  type NoteSignature,
  noteText,
  parseNote,
  SIGNATURES_MAX,
  tooManySignatures,
} from './note.ts';

/** What a log says of itself at one moment: so many entries, and this root over them. */
export interface Head {
  /** Name of the log, also of its key. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export interface Checkpoint extends Head {
  /** Keys of the log that have signed it; never empty. */
  readonly signedBy: readonly VerifierKey[];
  readonly cosignatures: readonly Cosignature[];
}

/** A witness has seen this head, and found it consistent with all that it had seen before. */
export interface Cosignature {
  readonly key: VerifierKey;
  /** Whole seconds since the Unix epoch, by the clock of the witness. */
  readonly seconds: number;
}

export type CheckpointFault =
  | NoteFault
  | { readonly kind: 'bad-checkpoint'; readonly found: string; readonly expected: string }
  /** A signature under a known key is not that key's over this text. */
  | { readonly kind: 'bad-signature'; readonly found: string; readonly expected: string }
  /** No signature is under a known key of the log. */
  | { readonly kind: 'unknown-key'; readonly found: string; readonly expected: string };

/** The signed text of a head. */
export function headText({ origin, size, root }: Head): string {
  return `${origin}\n${size}\n${hashText(root)}\n`;
}

/** A head signed by the log, as the file `checkpoint` has it. */
export function signCheckpoint(head: Head, signers: readonly Signer[]): string {
  const text = headText(head);
  const signatures = signers.map(({ key, sign }) => ({
    name: key.name,
    id: key.id,
    bytes: sign(Buffer.from(text)),
  }));
  return noteText({ text, signatures });
}

/** The same checkpoint with the signature of a witness added. */
export function cosign(
  checkpoint: Uint8Array,
  witness: Signer,
  seconds: number,
): Result<string, NoteFault> {
  const note = parseNote(checkpoint);
  if (!note.ok) return note;
  const { text, signatures } = note.value;
  if (signatures.length === SIGNATURES_MAX) return tooManySignatures();
  const stamp = Buffer.alloc(TIME_BYTES);
  stamp.writeBigUInt64BE(BigInt(seconds));
  const bytes = Buffer.concat([stamp, witness.sign(cosignedMessage(text, seconds))]);
  const { name, id } = witness.key;
  return ok(noteText({ text, signatures: [...signatures, { name, id, bytes }] }));
}

/**
 * Opens a checkpoint: its text is exactly three lines, at least one key of the log has signed it,
 * and every signature under a key that is given is good. Signatures of others say nothing.
 *
 * @param keys of the log and of witnesses
 * @see C2SP tlog-checkpoint, tlog-cosignature
 */
export function openCheckpoint(
  bytes: Uint8Array,
  keys: readonly VerifierKey[],
): Result<Checkpoint, CheckpointFault> {
  const note = parseNote(bytes);
  if (!note.ok) return note;
  const { text, signatures } = note.value;
  const head = parseHead(text);
  if (!head.ok) return head;
  const signedBy: VerifierKey[] = [];
  const cosignatures: Cosignature[] = [];
  for (const signature of signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id);
    if (key === undefined) continue;
    const seconds = key.algorithm === 'log' ? 0 : secondsOf(signature);
    if (!isGood(key, text, signature, seconds)) return badSignature(key);
    if (key.algorithm === 'witness') cosignatures.push({ key, seconds });
    else if (key.name === head.value.origin) signedBy.push(key);
  }
  if (signedBy.length === 0) return unsigned(signatures, keys);
  return ok({ ...head.value, signedBy, cosignatures });
}

/** Sizes have one spelling and fit a double; roots are 32 bytes in their one spelling. */
export function parseHead(text: string): Result<Head, CheckpointFault> {
  const [origin = '', sizeText = '', rootText = '', ...more] = text.split('\n');
  if (more.length !== 1) {
    return badHead(`${text.split('\n').length - 1} lines`, 'origin, size and root, a line each');
  }
  if (origin === '') return badHead('an empty first line', 'the name of the log');
  const size = Number(sizeText);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(sizeText) || !Number.isSafeInteger(size)) {
    const expected = `0 … ${Number.MAX_SAFE_INTEGER} in decimal digits without leading zeros`;
    return badHead(`size ${shown(sizeText)}`, expected);
  }
  const root = bytesOfBase64(rootText);
  if (root?.length !== HASH_BYTES) return badHead(`root ${shown(rootText)}`, '32 bytes, base64');
  return ok({ origin, size, root });
}

const TIME_BYTES = 8;

/** -1 when there is no room for a time, and for one that no clock can show. */
function secondsOf({ bytes }: NoteSignature): number {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return -1;
  const seconds = Number(Buffer.from(bytes).readBigUInt64BE(0));
  return Number.isSafeInteger(seconds) ? seconds : -1;
}

function isGood(
  key: VerifierKey,
  text: string,
  { bytes }: NoteSignature,
  seconds: number,
): boolean {
  if (key.algorithm === 'log') return isSignatureOf(key.publicKey, Buffer.from(text), bytes);
  if (seconds < 0) return false;
  const message = cosignedMessage(text, seconds);
  return isSignatureOf(key.publicKey, message, bytes.subarray(TIME_BYTES));
}

function cosignedMessage(text: string, seconds: number): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}

function badSignature({ name, id }: VerifierKey) {
  return err<CheckpointFault>({
    kind: 'bad-signature',
    found: `a signature in the name of ${name}+${id} that is not over this text`,
    expected: 'one that this key made',
  });
}

function unsigned(signatures: readonly NoteSignature[], keys: readonly VerifierKey[]) {
  const logKeys = keys.filter(({ algorithm }) => algorithm === 'log');
  return err<CheckpointFault>({
    kind: 'unknown-key',
    found: `signatures of ${signatures.map(({ name, id }) => `${name}+${id}`).join(', ')}`,
    expected: `one of ${logKeys.map(({ name, id }) => `${name}+${id}`).join(', ')}`,
  });
}

function badHead(found: string, expected: string) {
  return err<CheckpointFault>({ kind: 'bad-checkpoint', found, expected });
}
