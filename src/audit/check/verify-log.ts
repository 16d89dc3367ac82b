import { err, ok, type Result } from '../../core/result.ts';
import {
  type Checkpoint,
  type CheckpointFault,
  openCheckpoint,
  parseHead,
} from '../note/checkpoint.ts';
import type { VerifierKey } from '../note/keys.ts';
import { parseNote } from '../note/note.ts';
import { hashText, isSameHash } from '../tree/hash.ts';
import { TILE_WIDTH, type TileAddress, wholeEntries } from '../tree/tiles.ts';
import type { AuditFinding } from './finding.ts';
import { LogWalk, type WalkOptions } from './log-walk.ts';

/** The files of a log, wherever they are. Null: there is none. */
export interface LogSource {
  checkpoint(): Uint8Array | null;
  bundle(index: number, width: number): Uint8Array | null;
  tile(address: TileAddress): Uint8Array | null;
}

export interface VerifyOptions extends WalkOptions {
  readonly witnesses: readonly VerifierKey[];
  /** Demands a witness' signature that is not older; null = none is needed. */
  readonly fresh: { readonly nowSeconds: number; readonly limitSeconds: number } | null;
}

export interface VerifiedLog {
  readonly checkpoint: Checkpoint;
  /** Key of the log now; another than the pinned one after a rotation. */
  readonly key: VerifierKey;
  /** Whole entries behind those that the checkpoint covers: they prove nothing yet. */
  readonly uncovered: number;
}

/**
 * Verifies a log from its first entry to its checkpoint: each entry by itself and against the one
 * before it, the root over all of them, who signed it, what others remember of it, and the tiles.
 *
 * It takes memory for a bundle. Without `heads` it cannot see a log that was rewritten with the
 * right key, nor one that was rolled back as a whole: nothing in the folder can show that.
 *
 * @returns the first thing that is wrong
 */
export function verifyLog(
  source: LogSource,
  options: VerifyOptions,
): Result<VerifiedLog, AuditFinding> {
  const bytes = source.checkpoint();
  if (bytes === null) return err(checkpointFinding(NO_CHECKPOINT));
  const size = sizeOf(bytes);
  if (!size.ok) return err(checkpointFinding(size.error));
  const walk = new LogWalk(options, (address) => source.tile(address));
  const end = walkTo(source, size.value, walk);
  const opened = openCheckpoint(bytes, [walk.key, ...options.witnesses]);
  const isSigned = opened.ok && isSameHash(walk.range.root(), opened.value.root);
  if (!isSigned || end.missing !== null) return err(whyNotSigned(walk, end, opened));
  const fault = faultOfSigned(walk, end, opened.value, options);
  if (fault !== null) return err({ kind: 'audit-finding', ...fault });
  return ok({ checkpoint: opened.value, key: walk.key, uncovered: end.uncovered });
}

const CHECKPOINT = 'checkpoint';
const NO_CHECKPOINT: CheckpointFault = {
  kind: 'bad-checkpoint',
  found: 'none',
  expected: 'a signed one',
};
type Unkinded = Omit<AuditFinding, 'kind'>;

/** The size that a checkpoint claims, whoever signed it: its key is known after the walk only. */
function sizeOf(bytes: Uint8Array): Result<number, CheckpointFault> {
  const note = parseNote(bytes);
  if (!note.ok) return note;
  const head = parseHead(note.value.text);
  return head.ok ? ok(head.value.size) : head;
}

interface WalkEnd {
  readonly missing: Unkinded | null;
  /** Bytes behind the entries of a full bundle. */
  readonly stray: Unkinded | null;
  readonly uncovered: number;
}

function walkTo(source: LogSource, size: number, walk: LogWalk): WalkEnd {
  let stray: Unkinded | null = null;
  let uncovered = 0;
  for (let index = 0; index * TILE_WIDTH < size; index += 1) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const bytes = source.bundle(index, width) ?? NO_BYTES;
    const { entries, end } = wholeEntries(bytes, TILE_WIDTH);
    for (const entry of entries.slice(0, width)) walk.entry(entry);
    if (entries.length < width) {
      walk.end();
      return { missing: missingAt(walk, bytes.length - end, size), stray, uncovered };
    }
    uncovered = entries.length - width;
    if (width === TILE_WIDTH && end < bytes.length) {
      stray ??= {
        ...{ what: 'stray-bytes', index: null, where: LogWalk.bundleOf(index * TILE_WIDTH) },
        ...{ found: `${bytes.length - end} bytes behind its entries`, expected: 'none' },
      };
    }
  }
  walk.end();
  return { missing: null, stray, uncovered };
}

const NO_BYTES = new Uint8Array();

function missingAt({ range }: LogWalk, restBytes: number, size: number): Unkinded {
  const index = range.size;
  const found = `the end of the entries, and ${restBytes} bytes that are no whole one`;
  const expected = `entry ${index} of ${size} that the checkpoint counts`;
  return { what: 'entry-missing', index, where: LogWalk.bundleOf(index), found, expected };
}

/** The signed root does not stand for these entries: what was changed first? */
function whyNotSigned(
  walk: LogWalk,
  end: WalkEnd,
  opened: Result<Checkpoint, CheckpointFault>,
): AuditFinding {
  const kind = 'audit-finding';
  const changed = firstChange(walk);
  if (changed !== null) return { kind, ...changed };
  if (end.missing !== null) return { kind, ...end.missing };
  if (!opened.ok) return checkpointFinding(opened.error);
  return {
    ...{ kind, what: 'root', index: walk.vouched, where: CHECKPOINT },
    found: `entries with the root ${hashText(walk.range.root())}`,
    expected: `entries with the root ${hashText(opened.value.root)}`,
  };
}

function checkpointFinding({ kind: fault, found, expected }: CheckpointFault): AuditFinding {
  const isForm = fault === 'bad-note' || fault === 'bad-checkpoint';
  const what = isForm ? 'checkpoint' : fault;
  return { kind: 'audit-finding', what, index: null, where: CHECKPOINT, found, expected };
}

/** A tile is exact about an entry; an entry is about the one before it, give or take one. */
function firstChange({ contradiction, difference }: LogWalk): Unkinded | null {
  if (contradiction === null || difference === null) return contradiction ?? difference;
  const isVague = contradiction.what === 'entry-changed';
  const isTileFirst = isVague
    ? difference.index <= contradiction.index + 1
    : difference.index < contradiction.index;
  return isTileFirst ? difference : contradiction;
}

/** The entries are those that were signed: is it the log that others know, and in order? */
function faultOfSigned(
  walk: LogWalk,
  end: WalkEnd,
  checkpoint: Checkpoint,
  { heads, fresh }: VerifyOptions,
): Unkinded | null {
  const { size } = checkpoint;
  if (walk.fork !== null) return walk.fork;
  const larger = heads.find((head) => head.size > size);
  if (larger !== undefined) {
    const expected = `at least ${larger.size}, which ${larger.by} has seen`;
    const where = LogWalk.bundleOf(size);
    return { what: 'rolled-back', index: size, where, found: `${size} entries`, expected };
  }
  if (walk.contradiction !== null) return walk.contradiction;
  if (walk.silence !== null) return walk.silence;
  return staleness(checkpoint.cosignatures, fresh) ?? walk.damage ?? end.stray;
}

/** Whether no witness has signed lately; null when one has, or when nobody asks. */
export function staleness(
  cosignatures: Checkpoint['cosignatures'],
  fresh: VerifyOptions['fresh'],
): Omit<AuditFinding, 'kind'> | null {
  if (fresh === null) return null;
  const { nowSeconds, limitSeconds } = fresh;
  const newest = Math.max(...cosignatures.map(({ seconds }) => seconds));
  if (newest >= nowSeconds - limitSeconds) return null;
  const found = Number.isFinite(newest)
    ? `a witness' signature of ${nowSeconds - newest} s ago`
    : "no witness' signature";
  const expected = `one of the last ${limitSeconds} s`;
  return { what: 'stale', index: null, where: CHECKPOINT, found, expected };
}
