import type { Files } from '../../../core/env.ts';
import { readHeader, readManifest, walFirsts, walPath } from './wal-files.ts';
import { BLOCK_BYTES_MAX, blockAt } from './wal-format.ts';

/** What a log on disk turned out to hold. */
export interface WalRecovery {
  /** Position of the last good record; 0 when there is none. */
  readonly head: number;
  /** Bytes behind the last good block, which were cut off. */
  readonly tornBytes: number;
  /** Records that were acknowledged once and are not there any more: the medium has lost them. */
  readonly lostRecords: number;
}

/**
 * Cuts the newest segment behind its last good block and says where the log ends. Older segments
 * were synced before the next one began; whoever reads them checks them.
 *
 * @throws the system's error
 */
export function recoverWal(files: Files, folder: string): WalRecovery {
  const { durable } = readManifest(files, folder);
  let tornBytes = 0;
  let head = 0;
  const firsts = walFirsts(files, folder);
  for (const first of firsts.reverse()) {
    const path = walPath(folder, first);
    const end = endOf(files, path, first);
    tornBytes += end.tornBytes;
    head = end.head;
    if (end.head >= first) break;
    // Begun, and without a record: nobody needs it, and the log ends before it. One that had
    // acknowledged records is damaged, and stays for whoever wants to look.
    if (durable < first) files.remove(path);
    else files.rename(path, `${path}.damaged`);
    head = first - 1;
  }
  if (tornBytes > 0) files.syncFolder(folder);
  return { head: Math.max(head, durable), tornBytes, lostRecords: Math.max(0, durable - head) };
}

/** Finds the last good record of a segment, and cuts what follows it. */
function endOf(
  files: Files,
  path: string,
  first: number,
): { readonly head: number; readonly tornBytes: number } {
  const header = readHeader(files, path);
  const file = files.open(path, 'update');
  try {
    const size = file.size();
    if (!header.ok || header.value.first !== first) return { head: first - 1, tornBytes: size };
    const bytes = new Uint8Array(BLOCK_BYTES_MAX);
    let at = header.value.bytes;
    let next = first;
    for (;;) {
      const got = file.read(bytes, 0, bytes.length, at);
      const found = blockAt(bytes.subarray(0, got), 0, next);
      if (found.kind !== 'block') break;
      at += found.bytes;
      next += found.block.count;
    }
    if (at < size) {
      file.truncate(at);
      file.sync();
    }
    return { head: next - 1, tornBytes: size - at };
  } finally {
    file.close();
  }
}
