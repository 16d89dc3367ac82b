import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import type { Files } from '../../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../../core/result.ts';
import { type Dictionary, parseDictionary, RECORD_SCHEMA } from '../dictionary.ts';
import { COLUMNS, type Duck, sqlText } from '../duck.ts';
import { KIND } from '../record.ts';

/** More gaps than this are only counted: a file is no log of a bad day. */
export const GAPS_LISTED_MAX = 1_000;
/** Levels of zstd. */
const LEVEL_USUAL = 3;
const LEVEL_FINAL = 9;
const READ_BYTES = 1_048_576;
/** Under this key the metadata lie in the file. */
const KEY = 'flyball';

const metadataSchema = z.strictObject({
  schema: z.literal(RECORD_SCHEMA),
  venue: z.string(),
  records: z.number().int().min(0),
  /** Positions in the log of the first and the last record. */
  first: z.number().int(),
  last: z.number().int(),
  /** Sequences of the venue, the least and the greatest. */
  sequenceMin: z.number().int(),
  sequenceMax: z.number().int(),
  /** Local time of the first and the last record, in microseconds since the Unix epoch. */
  fromUs: z.number().int(),
  toUs: z.number().int(),
  /** Records that could not be kept, and where that was: `at` is the local time. */
  lost: z.number().int(),
  gaps: z.array(z.strictObject({ instrument: z.number(), at: z.number(), lost: z.number() })),
});

/** What a sealed file says of itself, inside of it. */
export type SealedMetadata = z.infer<typeof metadataSchema>;

/** A sealed file as the catalogue knows it. */
export interface SealedFile extends SealedMetadata {
  readonly dictionary: Dictionary;
  /** Path below the folder of the catalogue. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the whole file, in hex. */
  readonly sha256: string;
}

/** Which records of a table go into a file. */
export interface SealedPart {
  readonly table: string;
  /** Condition in SQL. */
  readonly where: string;
  readonly venue: string;
  readonly dictionary: Dictionary;
  /** Written to be kept as it is: packed as small as it gets, which takes more time. */
  readonly isFinal?: boolean;
}

/**
 * Writes records sorted by instrument and time to a Parquet file that is durable, under its name,
 * when this returns; before that there is nothing under that name.
 *
 * @returns null when no record is of the part
 * @throws what the engine or the system throws
 */
export async function sealFile(
  duck: Duck,
  files: Files,
  part: SealedPart,
  path: string,
): Promise<Omit<SealedFile, 'file'> | null> {
  const metadata = await metadataOf(duck, part);
  if (metadata.records === 0) return null;
  const draft = `${path}.draft`;
  const stated = JSON.stringify({ ...metadata, dictionary: part.dictionary });
  await duck.run(
    `COPY (SELECT ${COLUMNS.join(', ')} FROM ${part.table} WHERE ${part.where}
       ORDER BY instrument, ts_local, position)
     TO ${sqlText(draft)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2,
       COMPRESSION_LEVEL ${part.isFinal === true ? LEVEL_FINAL : LEVEL_USUAL},
       KV_METADATA {${KEY}: ${sqlText(stated)}})`,
  );
  const file = files.open(draft, 'update');
  file.sync();
  const bytes = file.size();
  file.close();
  const sha256 = sha256Of(files, draft);
  files.rename(draft, path);
  files.syncFolder(dirname(path));
  return { ...metadata, dictionary: part.dictionary, bytes, sha256 };
}

async function metadataOf(duck: Duck, part: SealedPart): Promise<SealedMetadata> {
  const { table, where, venue } = part;
  const [counted] = await duck.rows(
    `SELECT count(*) AS records, coalesce(min(position), 0) AS first,
       coalesce(max(position), 0) AS last, coalesce(min(sequence), 0) AS sequenceMin,
       coalesce(max(sequence), 0) AS sequenceMax, coalesce(min(ts_local), 0) AS fromUs,
       coalesce(max(ts_local), 0) AS toUs,
       CAST(coalesce(sum(quantity) FILTER (kind = ${KIND.gap}), 0) AS BIGINT) AS lost
     FROM ${table} WHERE ${where}`,
  );
  const gaps = await duck.rows(
    `SELECT instrument, ts_local AS at, quantity AS lost FROM ${table}
     WHERE ${where} AND kind = ${KIND.gap} ORDER BY position LIMIT ${GAPS_LISTED_MAX}`,
  );
  return metadataSchema.parse({ schema: RECORD_SCHEMA, venue, ...counted, gaps });
}

/** SHA-256 of a file in hex, read piece by piece. */
export function sha256Of(files: Files, path: string): string {
  const file = files.open(path, 'read');
  try {
    const hash = createHash('sha256');
    const bytes = new Uint8Array(READ_BYTES);
    for (let at = 0; ; ) {
      const got = file.read(bytes, 0, bytes.length, at);
      if (got === 0) return hash.digest('hex');
      hash.update(bytes.subarray(0, got));
      at += got;
    }
  } finally {
    file.close();
  }
}

export interface SealedHeader {
  readonly metadata: SealedMetadata;
  readonly dictionary: Dictionary;
}

/** Reads what a Parquet file says of itself; the error is one sentence. */
export async function readSealed(duck: Duck, path: string): Promise<Result<SealedHeader, string>> {
  try {
    const rows = await duck.rows(
      `SELECT decode(value) AS text FROM parquet_kv_metadata(${sqlText(path)})
       WHERE decode(key) = ${sqlText(KEY)}`,
    );
    const text = rows[0]?.['text'];
    if (typeof text !== 'string') {
      return err(`${basename(path)}: no file of ours, its metadata has no \`${KEY}\``);
    }
    const { dictionary: stated, ...rest } = JSON.parse(text) as Record<string, unknown>;
    const dictionary = parseDictionary(JSON.stringify(stated));
    if (!dictionary.ok) return err(`${basename(path)}: ${dictionary.error}`);
    return ok({ metadata: metadataSchema.parse(rest), dictionary: dictionary.value });
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}

/** SQL for the records of some files in the order in which they came. */
export function recordsSql(paths: readonly string[], where = 'true'): string {
  const list = paths.map(sqlText).join(', ');
  const columns = COLUMNS.join(', ');
  return `SELECT ${columns} FROM read_parquet([${list}]) WHERE ${where} ORDER BY position`;
}
