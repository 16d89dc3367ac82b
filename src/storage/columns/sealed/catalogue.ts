import type { Files } from '../../../core/env.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import type { Duck } from '../duck.ts';
import { readSealed, type SealedFile, sha256Of } from './sealed-file.ts';

const NAME = 'catalogue.json';
const VERSION = 1;
const SEALED = /\.parquet$/;
const DRAFT = /\.parquet\.draft$/;

/** What the sealed store holds: its files, and how far the log is in them. */
export interface Catalogue {
  readonly version: typeof VERSION;
  /** Every record of the log up to here is in a file, or is said to be missing. */
  readonly sealed: number;
  /** Oldest first. */
  readonly files: readonly SealedFile[];
  /** Positions that the log did not have any more when they were to be sealed. */
  readonly missing: readonly MissingRange[];
}

export interface MissingRange {
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** Older ones are forgotten; each was told when it was found. */
export const MISSING_MAX = 1_000;

export const EMPTY_CATALOGUE: Catalogue = { version: VERSION, sealed: 0, files: [], missing: [] };

/**
 * Reads the catalogue of a folder; an empty one when there is none. It is the truth about the
 * folder: files that it does not name were being written when the process ended, or were replaced.
 */
export function readCatalogue(files: Files, folder: string): Result<Catalogue, string> {
  const path = `${folder}/${NAME}`;
  const bytes = files.read(path);
  if (bytes === null) return ok(EMPTY_CATALOGUE);
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<Catalogue>;
    const isWhole =
      Number.isSafeInteger(value.sealed) &&
      Array.isArray(value.files) &&
      Array.isArray(value.missing);
    if (value.version === VERSION && isWhole) return ok(value as Catalogue);
    return err(`${path}: found version ${value.version}, wanted a catalogue of ${VERSION}`);
  } catch {
    return err(`${path}: found no JSON, wanted a catalogue; it is made anew when it is absent`);
  }
}

/** Replaces the catalogue; durable on return. This is the moment at which a file is sealed. */
export function writeCatalogue(files: Files, folder: string, catalogue: Catalogue): void {
  files.replace(`${folder}/${NAME}`, Buffer.from(`${JSON.stringify(catalogue)}\n`));
}

/** Paths below a folder of files that look sealed, at whatever depth. */
export function parquetFiles(files: Files, folder: string): string[] {
  return filesBelow(files, folder, SEALED);
}

/** Paths of files that were being written when a process ended. */
export function draftFiles(files: Files, folder: string): string[] {
  return filesBelow(files, folder, DRAFT);
}

function filesBelow(files: Files, folder: string, wanted: RegExp, below = ''): string[] {
  return files.list(`${folder}/${below}`).flatMap((name) => {
    const path = below === '' ? name : `${below}/${name}`;
    if (wanted.test(name)) return [path];
    return name.includes('.') ? [] : filesBelow(files, folder, wanted, path);
  });
}

/**
 * Makes the catalogue anew from what the files say of themselves, when it has been lost. A file
 * whose records another one has, as after a crash between merging and removing, is left out.
 */
export async function rebuildCatalogue(
  duck: Duck,
  files: Files,
  folder: string,
): Promise<Result<Catalogue, string>> {
  const found: SealedFile[] = [];
  for (const file of parquetFiles(files, folder)) {
    const path = `${folder}/${file}`;
    const header = await readSealed(duck, path);
    if (!header.ok) return header;
    const opened = files.open(path, 'read');
    const bytes = opened.size();
    opened.close();
    const { metadata, dictionary } = header.value;
    found.push({ ...metadata, dictionary, file, bytes, sha256: sha256Of(files, path) });
  }
  const whole = found.filter((part) => !found.some((other) => other !== part && has(other, part)));
  return ok({
    version: VERSION,
    sealed: Math.max(0, ...whole.map(({ last }) => last)),
    files: sorted(whole),
    missing: [],
  });
}

/** In the order of their time, and of their place in the log. */
export function sorted(files: readonly SealedFile[]): readonly SealedFile[] {
  return [...files].sort((left, right) => left.fromUs - right.fromUs || left.first - right.first);
}

/** Whether a file has all the records of another, and is not the same by another name. */
function has(whole: SealedFile, part: SealedFile): boolean {
  if (whole.venue !== part.venue || whole.records <= part.records) return false;
  const hasTimes = whole.fromUs <= part.fromUs && whole.toUs >= part.toUs;
  return hasTimes && whole.first <= part.first && whole.last >= part.last;
}
