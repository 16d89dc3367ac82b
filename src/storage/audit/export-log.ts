import { parseHead } from '../../audit/note/checkpoint.ts';
import { parseNote } from '../../audit/note/note.ts';
import { encodeEntries, partialTiles, TILE_WIDTH, tilePath } from '../../audit/tree/tiles.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type LogFault, systemFault } from '../log-fault.ts';
import { segmentFirsts, segmentPath } from '../segment-files.ts';
import { EntryReader } from './entry-reader.ts';
import { logSource } from './log-source.ts';
import { CHECKPOINT, FOLDER_MODE } from './tile-files.ts';

export interface ExportedLog {
  readonly entries: number;
  /** Sequence of the last record that an entry was made of. */
  readonly records: number;
}

/**
 * Copies a log as its checkpoint has it, with what it can be verified by, into a folder that has
 * the shape of a data directory. The log may be growing meanwhile: the checkpoint is read first,
 * and nothing behind it is copied.
 */
export function exportLog(
  files: Files,
  from: { readonly log: string; readonly segments: string | null; readonly keyFile: string },
  target: string,
): Result<ExportedLog, LogFault> {
  try {
    const source = logSource(files, from.log);
    const checkpoint = source.checkpoint() ?? new Uint8Array();
    const note = parseNote(checkpoint);
    const head = note.ok ? parseHead(note.value.text) : note;
    if (!head.ok) return incomplete(`${from.log}/${CHECKPOINT}`, head.error.found);
    const { size } = head.value;
    const put = writerTo(files, target);
    const reader = new EntryReader(files, from.log, size);
    const entries = copyEntries(reader, put);
    if (!entries.ok) return entries;
    for (const address of tilesOf(size)) {
      const tile = source.tile(address);
      if (tile === null) return incomplete(from.log, `no ${tilePath(address)}`);
      put(`audit/${tilePath(address)}`, tile);
    }
    put(`audit/${CHECKPOINT}`, checkpoint);
    const key = files.read(from.keyFile);
    if (key !== null) put('keys/audit.vkey', key);
    if (from.segments !== null) copySegments(files, from.segments, put);
    const last = size > 0 ? reader.at(size - 1) : null;
    return ok({ entries: size, records: last?.ok === true ? last.value.entry.seq : 0 });
  } catch (thrown) {
    return err(systemFault(thrown, target, 'exporting the audit log'));
  }
}

type Put = (path: string, bytes: Uint8Array) => void;

function writerTo(files: Files, target: string): Put {
  return (path, bytes) => {
    const file = `${target}/${path}`;
    files.ensureFolder(file.slice(0, file.lastIndexOf('/')), FOLDER_MODE);
    files.replace(file, bytes);
  };
}

function copyEntries(reader: EntryReader, put: Put): Result<void, LogFault> {
  for (let first = 0; first < reader.size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, reader.size - first);
    const entries: Uint8Array[] = [];
    for (let at = 0; at < width; at += 1) {
      const bytes = reader.bytesAt(first + at);
      if (bytes === null) return incomplete('the audit log', `no entry ${first + at}`);
      entries.push(bytes);
    }
    const address = { level: 'entries', index: first / TILE_WIDTH, width } as const;
    put(`audit/${tilePath(address)}`, encodeEntries(entries));
  }
  return ok(undefined);
}

/** Every tile of hashes of a tree: the full ones of each level, and the one at its edge. */
function* tilesOf(size: number) {
  let hashes = size;
  for (let level = 0; hashes > 0; level += 1) {
    hashes = Math.floor(hashes / TILE_WIDTH);
    for (let index = 0; index < hashes; index += 1) yield { level, index, width: TILE_WIDTH };
  }
  yield* partialTiles(size);
}

function copySegments(files: Files, segments: string, put: Put): void {
  for (const first of segmentFirsts(files, segments)) {
    const path = segmentPath('journal/segments', first);
    const bytes = files.read(segmentPath(segments, first));
    // One that was dropped meanwhile is whole in the store and in the entries.
    if (bytes !== null) put(path, bytes);
  }
}

function incomplete(file: string, found: string): Result<never, LogFault> {
  const remedy = 'a log that is whole; verify it with `flyball audit verify`';
  return err({ kind: 'corrupt', file, offset: 0, found, remedy });
}
