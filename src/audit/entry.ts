import { err, ok, type Result } from '../core/result.ts';
import { type Canonical, shown } from './canonical.ts';
import { CanonicalWriter } from './canonical-writer.ts';
import { bytesOfBase64, HASH_BYTES, LEAF_BYTES_MAX } from './tree/hash.ts';

/** Layout of entries; another number is refused. */
export const ENTRY_VERSION = '1';
/** Of actors and types: an identity of the journal (255) with its kind before it. */
export const NAME_LENGTH_MAX = 320;

/** One event as the audit log holds it. */
export interface AuditEntry {
  /** Sequence of the event in the journal; the next entry has the next one. */
  readonly seq: number;
  /** Monotonic clock of its boot; never decreases within one. */
  readonly monoNs: bigint;
  /** Wall clock since the Unix epoch; may jump. */
  readonly wallNs: bigint;
  /** Which start of the desk wrote it. */
  readonly boot: number;
  /** Of the gate when it was written; never decreases within a boot. */
  readonly epoch: number;
  /** Who did it: an actor, a person, a program. */
  readonly actor: string;
  /** Tag of the event. */
  readonly type: string;
  /** Its numbers come back as decimal texts. Secrets are taken out before. */
  readonly payload: { readonly [name: string]: Canonical };
  /** Leaf hash of the entry before; of the first one, the root of the empty tree. */
  readonly prev: Uint8Array;
}

export interface EntryFault {
  readonly kind: 'bad-entry';
  /** Field, and names further down. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
}

/**
 * The bytes of an entry, which become a leaf: canonical JSON in UTF-8, `LEAF_BYTES_MAX` at most.
 *
 * @returns a fault for numbers out of range, for a value that JSON cannot say and for more bytes
 */
export function encodeEntry(entry: AuditEntry): Result<Uint8Array, EntryFault> {
  scratch.at = 0;
  const fault = writeEntry(scratch, entry);
  return fault === null ? ok(Buffer.from(scratch.bytes.subarray(0, scratch.at))) : err(fault);
}

/**
 * Writes these bytes behind what is there.
 *
 * @returns null, or as `encodeEntry`; then `out` is as it was
 */
export function writeEntry(out: CanonicalWriter, entry: AuditEntry): EntryFault | null {
  const fault = faultOf(entry);
  if (fault !== null) return fault;
  const start = out.at;
  out.ascii('{"actor":');
  out.quoted(entry.actor);
  out.ascii(',"boot":');
  out.integer(entry.boot);
  out.ascii(',"epoch":');
  out.integer(entry.epoch);
  out.ascii(',"mono_ns":');
  out.bigint(entry.monoNs);
  out.ascii(',"payload":');
  const inner = out.value(entry.payload, 'payload');
  if (inner !== null) {
    out.at = start;
    return { ...inner, kind: 'bad-entry' };
  }
  out.ascii(',"prev":');
  out.base64(entry.prev);
  out.ascii(',"seq":');
  out.integer(entry.seq);
  out.ascii(',"type":');
  out.quoted(entry.type);
  out.ascii(VERSION_AND_WALL);
  out.bigint(entry.wallNs);
  out.ascii('}');
  const length = out.at - start;
  if (length <= LEAF_BYTES_MAX) return null;
  out.at = start;
  return faultAt('entry', `${length} bytes`, `at most ${LEAF_BYTES_MAX}`);
}

const VERSION_AND_WALL = `,"v":"${ENTRY_VERSION}","wall_ns":`;
/** Large enough for nearly every entry. */
const scratch = new CanonicalWriter(4_096);

/**
 * Reads an entry. Only the bytes that `encodeEntry` would write are an entry: two spellings of one
 * event would be two leaves. Whatever the bytes are, it does not throw.
 */
export function decodeEntry(bytes: Uint8Array): Result<AuditEntry, EntryFault> {
  if (bytes.length > LEAF_BYTES_MAX) {
    return bad('entry', `${bytes.length} bytes`, `at most ${LEAF_BYTES_MAX}`);
  }
  const value = parsed(bytes);
  if (value === null) return bad('entry', 'bytes that are no JSON object', 'an object');
  const version = value['v'];
  if (version !== ENTRY_VERSION) return bad('v', shown(version), `"${ENTRY_VERSION}"`);
  const strange = TEXT_FIELDS.find((name) => typeof value[name] !== 'string');
  if (strange !== undefined) return bad(strange, shown(value[strange]), 'a text');
  const texts = value as Record<(typeof TEXT_FIELDS)[number], string>;
  const odd = INTEGER_FIELDS.find((name) => !INTEGER.test(texts[name]));
  if (odd !== undefined) return bad(odd, shown(texts[odd]), 'a whole number in decimal digits');
  if (!isRecord(value['payload'])) return bad('payload', shown(value['payload']), 'an object');
  const entry: AuditEntry = {
    seq: Number(texts.seq),
    monoNs: BigInt(texts.mono_ns),
    wallNs: BigInt(texts.wall_ns),
    boot: Number(texts.boot),
    epoch: Number(texts.epoch),
    actor: texts.actor,
    type: texts.type,
    payload: value['payload'] as AuditEntry['payload'],
    prev: bytesOfBase64(texts.prev) ?? NO_BYTES,
  };
  const again = encodeEntry(entry);
  if (!again.ok) return again;
  if (Buffer.compare(again.value, bytes) === 0) return ok(entry);
  return bad('entry', 'another spelling of it', 'sorted names, no spaces, numbers as texts');
}

/** One sentence for a person. */
export function entryFaultText({ where, found, expected }: EntryFault): string {
  return `${where}: found ${found}, expected ${expected}`;
}

const NO_BYTES = new Uint8Array();
const INTEGER_FIELDS = ['seq', 'mono_ns', 'wall_ns', 'boot', 'epoch'] as const;
const TEXT_FIELDS = [...INTEGER_FIELDS, 'actor', 'type', 'prev'] as const;
/** At most 20 digits, as many as 64 bits have. */
const INTEGER = /^(?:0|[1-9][0-9]{0,19})$/;
const NANOS_MAX = 2n ** 64n - 1n;

function faultOf(entry: AuditEntry): EntryFault | null {
  const { actor, boot, epoch, monoNs, prev, seq, type, wallNs } = entry;
  if (!isWhole(seq)) return faultAt('seq', String(seq), WHOLE);
  if (!isWhole(boot)) return faultAt('boot', String(boot), WHOLE);
  if (!isWhole(epoch)) return faultAt('epoch', String(epoch), WHOLE);
  if (!areNanos(monoNs)) return faultAt('monoNs', String(monoNs), '64 bits, unsigned');
  if (!areNanos(wallNs)) return faultAt('wallNs', String(wallNs), '64 bits, unsigned');
  if (!isName(actor)) return faultAt('actor', `${actor.length} characters`, NAME);
  if (!isName(type)) return faultAt('type', `${type.length} characters`, NAME);
  if (prev.length === HASH_BYTES) return null;
  return faultAt('prev', `${prev.length} bytes`, `a hash of ${HASH_BYTES} bytes in base64`);
}

const WHOLE = 'a safe integer of 0 or more';
const NAME = `1 … ${NAME_LENGTH_MAX}`;

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Comparisons of bigints are slow, so a double says first what it can. */
function areNanos(value: bigint): boolean {
  const near = Number(value);
  return near >= 0 && (near < 2 ** 63 || value <= NANOS_MAX);
}

function isName({ length }: string): boolean {
  return length > 0 && length <= NAME_LENGTH_MAX;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function faultAt(where: string, found: string, expected: string): EntryFault {
  return { kind: 'bad-entry', where, found, expected };
}

function bad(where: string, found: string, expected: string) {
  return err(faultAt(where, found, expected));
}
