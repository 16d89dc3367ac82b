import { cosign, type Head } from '../audit/note/checkpoint.ts';
import { type Signer, signerOf, verifierKeyText } from '../audit/note/keys.ts';
import { bytesOfBase64, HASH_BYTES, hashText } from '../audit/tree/hash.ts';
import {
  checkWitnessed,
  type WitnessRefusal,
  type WitnessRequest,
} from '../audit/witness/witness-check.ts';
import type { Env, OpenFile } from '../core/env.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';

/** A file of heads that is larger begins anew and keeps the one before it. */
const BYTES_MAX = 16 * 1024 * 1024;
const SEED_BYTES = 32;
/** What a medium holds where it was never written to. */
const HOLE = '\0';

type Outside = Pick<Env, 'files' | 'clock' | 'entropy'>;

/**
 * The witness: the last head of the audit log that it has seen, kept where the data directory is
 * not. A head is in the hands of the kernel before its cosignature is given away; `sync` brings it
 * to the medium, so a power cut costs the witness a moment's memory, never its consistency.
 */
export class Heads {
  readonly #env: Outside;
  readonly #path: string;
  readonly #signer: Signer;
  #file: OpenFile;
  #length: number;
  #seen: Head | null;
  #isSynced = true;

  constructor(env: Outside, path: string, signer: Signer, file: OpenFile, seen: Head | null) {
    this.#env = env;
    this.#path = path;
    this.#signer = signer;
    this.#file = file;
    this.#length = file.size();
    this.#seen = seen;
  }

  /** Text of the verifier key by which cosignatures are checked. */
  get key(): string {
    return verifierKeyText(this.#signer.key);
  }

  /** @returns the note with this witness' cosignature added */
  cosign(request: WitnessRequest): Result<string, WitnessRefusal> {
    const head = checkWitnessed(this.#seen, request);
    if (!head.ok) return head;
    const seconds = Math.floor(this.#env.clock.now() / 1_000);
    const note = cosign(request.checkpoint, this.#signer, seconds);
    if (!note.ok) return err({ ...note.error, kind: 'refused' });
    try {
      this.#keep(head.value);
    } catch (thrown) {
      const found = `${this.#path}: ${reasonOf(thrown)}`;
      return err({ kind: 'refused', found, expected: 'a file that takes the head' });
    }
    return note;
  }

  /** Brings what was kept to the medium. @throws the system's error */
  sync(): void {
    if (this.#isSynced) return;
    this.#file.sync();
    this.#isSynced = true;
  }

  close(): void {
    this.#file.close();
  }

  /** @throws the system's error */
  #keep(head: Head): void {
    const { origin, size, root } = head;
    if (this.#seen !== null && this.#seen.size === size) return;
    const at = new Date(this.#env.clock.now()).toISOString();
    const text = JSON.stringify({ at, origin, size, root: hashText(root) });
    const bytes = new TextEncoder().encode(`${text}\n`);
    if (this.#length + bytes.length > BYTES_MAX) this.#beginAnew();
    this.#file.write(bytes, 0, bytes.length, this.#length);
    this.#length += bytes.length;
    this.#seen = head;
    this.#isSynced = false;
  }

  /** The old file keeps its heads under another name; its last one is repeated in the new file. */
  #beginAnew(): void {
    const { files } = this.#env;
    const last = this.#seen;
    files.rename(this.#path, `${this.#path}.1`);
    files.replace(this.#path, new Uint8Array());
    this.#file.close();
    this.#file = files.open(this.#path, 'update');
    this.#length = 0;
    this.#seen = null;
    if (last !== null) this.#keep(last);
  }
}

/** Opens the witness of one desk; key and file are made when there are none. */
export function openHeads(env: Outside, folder: string, name: string): Result<Heads, string> {
  const path = `${folder}/heads.log`;
  try {
    const signer = signerIn(env, folder, name);
    if (!signer.ok) return signer;
    if (env.files.read(path) === null) env.files.replace(path, new Uint8Array());
    const file = env.files.open(path, 'update');
    const seen = lastHead(file, path);
    if (seen.ok) return ok(new Heads(env, path, signer.value, file, seen.value));
    file.close();
    return seen;
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}

/** The key of this witness, readable by its owner alone, with its verifier key beside it. */
function signerIn({ files, entropy }: Outside, folder: string, name: string) {
  const path = `${folder}/witness.key`;
  const kept = files.read(path);
  const text = kept === null ? Buffer.from(entropy(SEED_BYTES)).toString('hex') : textOf(kept);
  if (!/^[0-9a-f]{64}\n?$/.test(text)) {
    return err(`${path}: found ${text.length} characters, wanted 64 hexadecimal digits`);
  }
  const signer = signerOf(name, 'witness', Buffer.from(text.trim(), 'hex'));
  if (kept === null) {
    files.replace(path, new TextEncoder().encode(`${text}\n`));
    const key = verifierKeyText(signer.key);
    files.replace(`${folder}/witness.pub`, new TextEncoder().encode(`${key}\n`));
  }
  return ok(signer);
}

/**
 * The last head that is whole. A line without its end was torn by a crash, and one with zero bytes
 * by a power cut, before anything of it was on the medium: both are forgotten. What is damaged in
 * another way is a fault.
 */
function lastHead(file: OpenFile, path: string): Result<Head | null, string> {
  const bytes = new Uint8Array(file.size());
  file.read(bytes, 0, bytes.length, 0);
  const text = textOf(bytes);
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  while (lines.at(-1)?.includes(HOLE)) lines.pop();
  const whole = lines.map((line) => `${line}\n`).join('');
  file.truncate(new TextEncoder().encode(whole).length);
  const last = lines.at(-1);
  if (last === undefined) return ok(null);
  const head = headIn(last);
  if (head !== null) return ok(head);
  return err(`${path}:${lines.length}: found ${last.slice(0, 80)}, wanted a head`);
}

function headIn(line: string): Head | null {
  try {
    const { origin, size, root } = JSON.parse(line) as Record<string, unknown>;
    const bytes = typeof root === 'string' ? bytesOfBase64(root) : null;
    if (typeof origin !== 'string' || !Number.isSafeInteger(size)) return null;
    return bytes?.length === HASH_BYTES ? { origin, size: size as number, root: bytes } : null;
  } catch {
    return null;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
