import type { Files } from '../../../core/env.ts';
import type { Result } from '../../../core/result.ts';
import { HEADER_BYTES, headerSize, parseHeader, type WalHeader } from './wal-format.ts';

const NAME = /^(\d{16})\.wal$/;

/** A segment is named by the position of its first record; 16 digits hold every safe integer. */
export function walPath(folder: string, first: number): string {
  return `${folder}/${String(first).padStart(16, '0')}.wal`;
}

/** First positions of the segments in a folder, ascending. */
export function walFirsts(files: Files, folder: string): number[] {
  return files.list(folder).flatMap((name) => {
    const match = NAME.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

/**
 * Removes the segments of which every record is before a position. The newest stays: it is being
 * written.
 *
 * @returns bytes that were given back
 */
export function dropWal(files: Files, folder: string, before: number): number {
  const firsts = walFirsts(files, folder);
  let bytes = 0;
  firsts.forEach((first, at) => {
    const next = firsts[at + 1];
    if (next === undefined || next > before) return;
    bytes += sizeOf(files, walPath(folder, first));
    files.remove(walPath(folder, first));
  });
  if (bytes > 0) files.syncFolder(folder);
  return bytes;
}

/** The segments, oldest first, and whether everything in them is at or before a position. */
export function walSegments(files: Files, folder: string, sealed: number) {
  const firsts = walFirsts(files, folder);
  return firsts.map((first, at) => ({
    first,
    bytes: sizeOf(files, walPath(folder, first)),
    isSealed: (firsts[at + 1] ?? Number.POSITIVE_INFINITY) <= sealed + 1,
  }));
}

/** Takes a segment off the disk, whoever still needs it. */
export function removeSegment(files: Files, folder: string, first: number): void {
  files.remove(walPath(folder, first));
  files.syncFolder(folder);
}

/** Reads the header of a segment. @throws the system's error */
export function readHeader(files: Files, path: string): Result<WalHeader, string> {
  const file = files.open(path, 'read');
  try {
    const start = new Uint8Array(HEADER_BYTES);
    const got = file.read(start, 0, HEADER_BYTES, 0);
    const size = headerSize(start.subarray(0, got));
    if (!size.ok) return size;
    const whole = new Uint8Array(size.value);
    const length = file.read(whole, 0, size.value, 0);
    return parseHeader(whole.subarray(0, length));
  } finally {
    file.close();
  }
}

/** How far everything is known to have been on the medium. */
export interface WalManifest {
  readonly durable: number;
}

export function writeManifest(files: Files, folder: string, manifest: WalManifest): void {
  files.replace(`${folder}/manifest.json`, Buffer.from(`${JSON.stringify(manifest)}\n`));
}

/** Nothing is known when there is none, or when it cannot be read: the segments then say it. */
export function readManifest(files: Files, folder: string): WalManifest {
  const bytes = files.read(`${folder}/manifest.json`);
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
    const durable = (value as Partial<WalManifest> | null)?.durable;
    return { durable: Number.isSafeInteger(durable) ? (durable as number) : 0 };
  } catch {
    return { durable: 0 };
  }
}

function sizeOf(files: Files, path: string): number {
  const file = files.open(path, 'read');
  const size = file.size();
  file.close();
  return size;
}
