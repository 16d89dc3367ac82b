import { findingText } from '../../../src/audit/check/finding.ts';
import type { VerifyOptions } from '../../../src/audit/check/verify-log.ts';
import { decodeEntry } from '../../../src/audit/entry.ts';
import { leafHash } from '../../../src/audit/tree/hash.ts';
import { MerkleRange } from '../../../src/audit/tree/merkle-range.ts';
import {
  encodeEntries,
  TILE_WIDTH,
  tilePath,
  wholeEntries,
} from '../../../src/audit/tree/tiles.ts';
import type { Files } from '../../../src/core/env.ts';
import { bundleFile } from '../../../src/storage/audit/growing-bundle.ts';
import { verifyFolder } from '../../../src/storage/audit/log-source.ts';
import { encoded } from './entries.ts';
import { aLogKey } from './keys.ts';

/** What an attacker with the run of the disk does to the log in the folder `log`. */
export const LOG = 'log';

export function entriesIn(files: Files): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let index = 0; ; index += 1) {
    const path = bundleFile({ files, path: LOG }, index);
    if (path === null) return found;
    found.push(...wholeEntries(files.read(path) as Uint8Array, TILE_WIDTH).entries);
  }
}

/** Puts other entries into the bundles; nothing else is touched. */
export function putEntries(files: Files, entries: readonly Uint8Array[]): void {
  for (let index = 0; ; index += 1) {
    const path = bundleFile({ files, path: LOG }, index);
    if (path === null) break;
    files.remove(path);
  }
  for (let index = 0; index * TILE_WIDTH < entries.length; index += 1) {
    const some = entries.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
    const path = tilePath({ level: 'entries', index, width: some.length });
    files.replace(`${LOG}/${path}`, encodeEntries(some));
  }
}

/** Puts the hashes of other entries into the tiles; those of no use any more stay. */
export function putTiles(files: Files, entries: readonly Uint8Array[], levels = 7): void {
  const tiles = new Map<string, Uint8Array[]>();
  const hashes: Uint8Array[][] = [];
  const put = (level: number, index: number): void => {
    const row = hashes[level] as Uint8Array[];
    const from = Math.floor(index / TILE_WIDTH) * TILE_WIDTH;
    const some = row.slice(from, index + 1);
    const path = tilePath({ level, index: from / TILE_WIDTH, width: some.length });
    tiles.set(path, some);
  };
  const range = new MerkleRange();
  for (const entry of entries) {
    range.append(leafHash(entry), (level, index, hash) => {
      if (level % 8 > 0) return;
      hashes[level / 8] ??= [];
      (hashes[level / 8] as Uint8Array[])[index] = hash;
      put(level / 8, index);
    });
  }
  for (const [path, some] of tiles) {
    const level = Number(path.split('/')[1]);
    if (level < levels && files.read(`${LOG}/${path}`) !== null) {
      files.replace(`${LOG}/${path}`, Buffer.concat(some));
    }
  }
}

/** The entries with `edit` made to one of them; the others are as they were. */
export function edited(
  entries: readonly Uint8Array[],
  index: number,
  edit: Parameters<typeof reencoded>[1] = { actor: 'nobody' },
): Uint8Array[] {
  return entries.map((bytes, at) => (at === index ? reencoded(bytes, edit) : bytes));
}

/** An entry with some of its fields changed. */
export function reencoded(
  bytes: Uint8Array,
  over: Partial<Parameters<typeof encoded>[0]>,
): Uint8Array {
  const entry = decodeEntry(bytes);
  if (!entry.ok) throw new Error('the entry to change is none');
  return encoded({ ...entry.value, ...over });
}

/** What verification says: `verified`, or its finding. */
export function verdictOf(files: Files, over: Partial<VerifyOptions> = {}): string {
  const result = verifyFolder(files, LOG, {
    ...{ key: aLogKey().key, heads: [], witnesses: [], fresh: null, silenceNsMax: null },
    ...over,
  });
  if (result.ok) return 'verified';
  return result.error.kind === 'audit-finding' ? findingText(result.error) : result.error.kind;
}
