import type { Files } from '../core/env.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { LogFault } from './log-fault.ts';
import {
  type Block,
  blockOf,
  frameAt,
  frameSize,
  HEADER_BYTES,
  hasMagic,
  headerMark,
  sequenceAt,
  vouchedAt,
} from './segment.ts';
import { segmentFirsts, segmentPath } from './segment-files.ts';

export interface Recovery {
  /** First sequence of the last segment; 0 when there is no segment at all. */
  readonly first: number;
  readonly head: number;
  /** Where the next frame goes in the last segment. */
  readonly end: number;
  /** Valid records in all segments. */
  readonly records: number;
  /** Bytes of an unfinished write that were taken off the end and kept in a `.torn` file. */
  readonly tornBytes: number;
  /** Whole records among them: written, not synced, and cut off by a loss of power before them. */
  readonly tornRecords: number;
}

/**
 * Reads every segment to its end. Rotation syncs a segment before the next one begins, so only the
 * last can end in a torn write; anything bad elsewhere is corruption. In the last segment, a bad
 * frame is corruption when something proves that the record had been on the medium: the header, or
 * a valid frame further back that vouches for it. Without such proof it is the tail that a crash
 * cut off: after a loss of power pages that were never synced may be there in any order, so whole
 * records may follow the hole.
 *
 * @throws the system's error
 */
export function recoverSegments(files: Files, folder: string): Result<Recovery, LogFault> {
  const firsts = segmentFirsts(files, folder);
  let records = 0;
  for (const [index, first] of firsts.entries()) {
    const path = segmentPath(folder, first);
    const block = blockOf(files.read(path) ?? new Uint8Array());
    if (!hasMagic(block.bytes)) return err(noSegment(path));
    const scan = scanSegment(block, first);
    records += scan.next - first;
    const following = firsts[index + 1];
    if (following !== undefined) {
      if (scan.strayBytes > 0) return err(damaged(path, scan));
      if (scan.next !== following) return err(gap(path, scan, following));
      continue;
    }
    if (scan.wasDurable) return err(damaged(path, scan));
    if (scan.strayBytes > 0) cutTail(files, folder, first, block, scan);
    return ok({
      first,
      head: scan.next - 1,
      end: scan.end,
      records,
      tornBytes: scan.strayBytes,
      tornRecords: scan.recordsBehind,
    });
  }
  return ok({ first: 0, head: 0, end: 0, records: 0, tornBytes: 0, tornRecords: 0 });
}

interface Scan {
  /** Offset behind the last good frame. */
  readonly end: number;
  /** Sequence that should have come there. */
  readonly next: number;
  /** Bytes from `end` to the last one that is not zero. */
  readonly strayBytes: number;
  /** Whole records that lie behind what is bad. */
  readonly recordsBehind: number;
  /** Whether a bad frame is proven to have been on the medium, and records lie behind it. */
  readonly wasDurable: boolean;
}

function scanSegment(block: Block, first: number): Scan {
  let at = HEADER_BYTES;
  let next = first;
  for (;;) {
    const length = frameAt(block, at);
    if (length <= 0 || sequenceAt(block, at) !== next) break;
    at += frameSize(length);
    next += 1;
  }
  const strayEnd = lastUsed(block.bytes) + 1;
  let recordsBehind = 0;
  let durable = headerMark(block);
  for (let behind = at + 8; behind < strayEnd; behind += 8) {
    if (frameAt(block, behind) <= 0 || sequenceAt(block, behind) <= next) continue;
    recordsBehind += 1;
    durable = Math.max(durable, vouchedAt(block, behind));
  }
  return {
    end: at,
    next,
    strayBytes: Math.max(0, strayEnd - at),
    recordsBehind,
    wasDurable: recordsBehind > 0 && durable >= next,
  };
}

/** Index of the last byte that is not zero; -1 when there is none. */
function lastUsed(bytes: Uint8Array): number {
  let at = bytes.length - 1;
  while (at >= 0 && bytes[at] === 0) at -= 1;
  return at;
}

/** Keeps the stray bytes aside, durably, before they are zeroed. */
function cutTail(files: Files, folder: string, first: number, block: Block, scan: Scan): void {
  const { end, strayBytes } = scan;
  const name = `${segmentPath(folder, first).slice(folder.length + 1)}.${end}-`;
  const earlier = files.list(folder).filter((other) => other.startsWith(name)).length;
  const kept = `${folder}/${name}${earlier + 1}.torn`;
  files.replace(kept, block.bytes.slice(end, end + strayBytes));
  const file = files.open(segmentPath(folder, first), 'update');
  try {
    file.write(new Uint8Array(strayBytes), 0, strayBytes, end);
    file.sync();
  } finally {
    file.close();
  }
}

const REMEDY =
  'stop here, keep a copy of the folder, and restore this file from a backup; ' +
  'without one, reconcile every account by hand before a new folder is begun';

function noSegment(file: string): LogFault {
  const found = 'this is not a segment (no magic word)';
  return { kind: 'corrupt', file, offset: 0, found, remedy: REMEDY };
}

function damaged(file: string, scan: Scan): LogFault {
  const found = `record ${scan.next} is damaged and ${scan.recordsBehind} valid records follow it`;
  return { kind: 'corrupt', file, offset: scan.end, found, remedy: REMEDY };
}

function gap(file: string, scan: Scan, following: number): LogFault {
  const found = `records ${scan.next} to ${following - 1} are missing`;
  return { kind: 'corrupt', file, offset: scan.end, found, remedy: REMEDY };
}
