import { type AuditEntry, decodeEntry } from '../../audit/entry.ts';
import { chainFault, FIRST_LINK, type Link } from '../../audit/entry-chain.ts';
import { type Head, openCheckpoint, signCheckpoint } from '../../audit/note/checkpoint.ts';
import { KEY_ROTATED } from '../../audit/note/key-rotation.ts';
import { type Signer, type VerifierKey, verifierKeyText } from '../../audit/note/keys.ts';
import { NOTE_BYTES_MAX } from '../../audit/note/note.ts';
import { EMPTY_ROOT, leafHash } from '../../audit/tree/hash.ts';
import { MerkleRange } from '../../audit/tree/merkle-range.ts';
import {
  BUNDLE_BYTES_MAX,
  LENGTH_BYTES,
  TILE_WIDTH,
  wholeEntries,
} from '../../audit/tree/tiles.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { LogFault } from '../log-fault.ts';
import { type BundleEnd, bundleFile } from './growing-bundle.ts';
import { TileEdge } from './tile-edge.ts';
import {
  bundleFolder,
  CHECKPOINT,
  FOLDER_MODE,
  readAtMost,
  readBundle,
  type WrittenFolder,
} from './tile-files.ts';
import { type EdgeTiles, edgeTiles, REMEDY, rangeOf } from './tile-repair.ts';

/** A log as it stands when it is opened. */
export interface Recovered {
  /** Who signs from here on. */
  readonly signer: Signer;
  /** What its checkpoint says. */
  readonly head: Head;
  readonly checkpoint: string;
  /** The tree, its tiles and the last bundle at the size of the checkpoint. */
  readonly range: MerkleRange;
  readonly edge: TileEdge;
  readonly end: BundleEnd;
  /** Entries that are on disk behind those of the checkpoint. */
  readonly staged: readonly Uint8Array[];
  /** The last entry of all. */
  readonly link: Link;
  readonly entries: number;
  /** Bytes at the end that were no whole entry, and are gone. */
  readonly droppedBytes: number;
  /** Tiles that were missing or wrong, made again from the entries. */
  readonly repairedTiles: number;
}

/** A crash leaves what one commit was writing; more entries without a checkpoint are no crash. */
const UNCOVERED_MAX = 8_192;

/**
 * Finds the end of a log. Nothing that a checkpoint covers is ever taken off: when it is not there
 * or not as it was, that is corruption and a case for `verifyLog`. Behind it, whole entries that
 * follow the others stay; only what is no whole entry is cut.
 *
 * @param signers the log is in the hands of one of them; a new one is begun by the first
 * @throws the system's error
 */
export function recoverLog(
  log: WrittenFolder,
  signers: readonly Signer[],
  keys: readonly VerifierKey[],
): Result<Recovered, LogFault> {
  const first = signers[0] as Signer;
  const { files, path } = log;
  const file = `${path}/${CHECKPOINT}`;
  const bytes = readAtMost(files, file, NOTE_BYTES_MAX + 1);
  if (bytes === null) return beginLog(log, first);
  const opened = openCheckpoint(bytes, keys);
  if (!opened.ok) return corrupt(file, opened.error.found, `it must be ${opened.error.expected}`);
  const { origin, size, root } = opened.value;
  const found = edgeTiles(log, size, root);
  if (!found.ok) return found;
  const last = lastLink(log, size);
  if (!last.ok) return last;
  const behind = entriesBehind(log, size, last.value);
  if (!behind.ok) return behind;
  const { rotation, ...rest } = behind.value;
  const signer = signers.find(({ key }) => isHeldBy(key, opened.value.signedBy, rotation));
  if (signer === undefined) {
    const found = `a log that is not in the hands of ${first.key.name}+${first.key.id}`;
    return corrupt(file, found, 'open it with its own key, and hand it over by a rotation');
  }
  return ok({
    signer,
    head: { origin, size, root },
    checkpoint: Buffer.from(bytes).toString(),
    ...restored(log, size, found.value),
    ...rest,
    entries: rest.staged.length,
    repairedTiles: found.value.repaired,
  });
}

/** An empty log with a checkpoint that says so, before anything else is written. */
function beginLog(log: WrittenFolder, signer: Signer): Result<Recovered, LogFault> {
  const { files, path } = log;
  if (files.list(bundleFolder(path)).length > 0) {
    return corrupt(`${path}/${CHECKPOINT}`, 'no checkpoint, though there are entries', REMEDY);
  }
  const head = { origin: signer.key.name, size: 0, root: EMPTY_ROOT };
  const checkpoint = signCheckpoint(head, [signer]);
  files.ensureFolder(path, FOLDER_MODE);
  files.replace(`${path}/${CHECKPOINT}`, Buffer.from(checkpoint));
  return ok({
    signer,
    ...{ head, checkpoint, range: new MerkleRange(), edge: new TileEdge(log) },
    ...{ end: { index: 0, entries: 0, bytes: 0 }, staged: [], link: FIRST_LINK },
    ...{ entries: 0, droppedBytes: 0, repairedTiles: 0 },
  });
}

function restored(log: WrittenFolder, size: number, { tiles, lastBytes }: EdgeTiles) {
  const edge = new TileEdge(log);
  for (const { address, hashes } of tiles) edge.restore(address, hashes);
  const range = rangeOf(size, tiles);
  const index = Math.floor(size / TILE_WIDTH);
  return { edge, range, end: { index, entries: size % TILE_WIDTH, bytes: lastBytes } };
}

/** The last entry that the checkpoint covers: what comes must follow it. */
function lastLink(log: WrittenFolder, size: number): Result<Link, LogFault> {
  if (size === 0) return ok(FIRST_LINK);
  const index = Math.floor((size - 1) / TILE_WIDTH);
  const width = ((size - 1) % TILE_WIDTH) + 1;
  const { entries } = wholeEntries(readBundle(log, index, width) ?? new Uint8Array(), width);
  const bytes = entries[width - 1] ?? new Uint8Array();
  const entry = decodeEntry(bytes);
  if (entry.ok) return ok({ entry: entry.value, hash: leafHash(bytes) });
  return corrupt(bundleFile(log, index) ?? log.path, `entry ${size - 1} is missing or bad`, REMEDY);
}

interface Behind {
  readonly staged: Uint8Array[];
  readonly link: Link;
  readonly droppedBytes: number;
  /** The last hand-over that a checkpoint of the new key alone has not followed yet. */
  readonly rotation: AuditEntry | null;
}

/** A log is signed by its key, and after a hand-over by the key that was named there. */
function isHeldBy(
  key: VerifierKey,
  signedBy: readonly VerifierKey[],
  rotation: AuditEntry | null,
): boolean {
  if (rotation !== null) return rotation.payload['new_key'] === verifierKeyText(key);
  return signedBy.some(({ id }) => id === key.id);
}

function entriesBehind(log: WrittenFolder, size: number, from: Link): Result<Behind, LogFault> {
  const staged: Uint8Array[] = [];
  let link = from;
  let rotation = from.entry?.type === KEY_ROTATED ? from.entry : null;
  let droppedBytes = 0;
  for (let index = Math.floor(size / TILE_WIDTH); droppedBytes === 0; index += 1) {
    const path = bundleFile(log, index);
    if (path === null) break;
    const bytes = readAtMost(log.files, path, BUNDLE_BYTES_MAX) as Uint8Array;
    const covered = Math.max(0, size - index * TILE_WIDTH);
    const { entries } = wholeEntries(bytes, TILE_WIDTH);
    let end = bytesOf(entries.slice(0, covered));
    for (const entry of entries.slice(covered)) {
      const decoded = decodeEntry(entry);
      if (!decoded.ok || chainFault(link, decoded.value) !== null) break;
      link = { entry: decoded.value, hash: leafHash(entry) };
      if (decoded.value.type === KEY_ROTATED) rotation = decoded.value;
      staged.push(entry);
      end += LENGTH_BYTES + entry.length;
    }
    droppedBytes = bytes.length - end;
    if (droppedBytes > 0) cut(log, path, end);
    if (staged.length > UNCOVERED_MAX) {
      return corrupt(path, `more than ${UNCOVERED_MAX} entries that no checkpoint covers`, REMEDY);
    }
    if ((staged.length + size) % TILE_WIDTH > 0) break;
  }
  return ok({ staged, link, droppedBytes, rotation });
}

function bytesOf(entries: readonly Uint8Array[]): number {
  return entries.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0);
}

function cut({ files }: WrittenFolder, path: string, length: number): void {
  const file = files.open(path, 'update');
  try {
    file.truncate(length);
    file.sync();
  } finally {
    file.close();
  }
}

function corrupt(file: string, found: string, remedy: string) {
  return err<LogFault>({ kind: 'corrupt', file, offset: 0, found, remedy });
}
