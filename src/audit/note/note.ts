import { assert, err, ok, type Result } from '../../core/result.ts';
import { shown } from '../canonical.ts';
import { bytesOfBase64 } from '../tree/hash.ts';
import { isKeyName } from './keys.ts';

/** More signatures than a log and its witnesses have are an attack on the verifier. */
export const SIGNATURES_MAX = 16;
/** A note with all of its signatures. */
export const NOTE_BYTES_MAX = 16_384;

/** A text and who claims to have signed it. */
export interface Note {
  /** What is signed, with its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** Of the key, in hex. */
  readonly id: string;
  /** What stands behind the id: the meaning of these bytes is the algorithm's. */
  readonly bytes: Uint8Array;
}

export interface NoteFault {
  readonly kind: 'bad-note';
  readonly found: string;
  readonly expected: string;
}

/** The note as it stands in files. */
export function noteText({ text, signatures }: Note): string {
  assert(text.endsWith('\n'), 'the text of a note ends with a newline');
  assert(signatures.length <= SIGNATURES_MAX, 'a note has at most 16 signatures');
  return `${text}\n${signatures.map(signatureLine).join('')}`;
}

function signatureLine({ name, id, bytes }: NoteSignature): string {
  const coded = Buffer.concat([Buffer.from(id, 'hex'), bytes]).toString('base64');
  return `${MARK}${name} ${coded}\n`;
}

/**
 * Takes a note apart. Nothing is verified here; whatever the bytes are, it does not throw.
 *
 * @see C2SP signed-note
 */
export function parseNote(bytes: Uint8Array): Result<Note, NoteFault> {
  if (bytes.length > NOTE_BYTES_MAX) {
    return bad(`${bytes.length} bytes`, `at most ${NOTE_BYTES_MAX}`);
  }
  const whole = textOf(bytes);
  if (whole === null) return bad('bytes that are not UTF-8', 'UTF-8');
  // Newlines are the only control characters: no other line can be shown than the one signed.
  const control = /[^\P{Cc}\n]/u.exec(whole);
  if (control !== null) return bad(`a control character at ${control.index}`, 'newlines only');
  const blank = whole.lastIndexOf('\n\n');
  if (blank < 0) return bad('no blank line', 'a blank line between text and signatures');
  const text = whole.slice(0, blank + 1);
  const rest = whole.slice(blank + 2);
  if (!rest.endsWith('\n')) return bad('no newline at the end', 'a newline after each signature');
  const lines = rest.slice(0, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) {
    return tooManySignatures(lines.length);
  }
  const signatures = lines.map(signatureOf);
  const wrong = signatures.indexOf(null);
  if (wrong >= 0) return bad(`signature line ${shown(lines[wrong])}`, `"${MARK}name base64"`);
  return ok({ text, signatures: signatures as NoteSignature[] });
}

/** @param count what there would be */
export function tooManySignatures(count = SIGNATURES_MAX + 1) {
  return bad(`${count} signatures`, `at most ${SIGNATURES_MAX}`);
}

/** An em dash and a space. */
const MARK = '\u2014 ';
const ID_BYTES = 4;

function signatureOf(line: string): NoteSignature | null {
  if (!line.startsWith(MARK)) return null;
  const [name = '', coded = '', ...more] = line.slice(MARK.length).split(' ');
  const bytes = bytesOfBase64(coded);
  if (bytes === null || bytes.length <= ID_BYTES || more.length > 0 || !isKeyName(name)) {
    return null;
  }
  const id = Buffer.from(bytes.subarray(0, ID_BYTES)).toString('hex');
  return { name, id, bytes: bytes.subarray(ID_BYTES) };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function bad(found: string, expected: string) {
  return err<NoteFault>({ kind: 'bad-note', found, expected });
}
