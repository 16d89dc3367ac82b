import { basename, dirname } from 'node:path';
import type { Files } from '../../../core/env.ts';
import { type Duck, sqlText } from '../duck.ts';
import { KIND, SIDE } from '../record.ts';

const FOLDER_MODE = 0o700;
const SECOND_US = 1_000_000;
/** Lengths of bars in seconds; each is made of those before it. */
export const BAR_SECONDS = [1, 60] as const;

/** Where the bars of a sealed file are. @param folder of the sealed files; bars lie beside it */
export function barsPath(folder: string, file: string, seconds: number): string {
  return `${dirname(folder)}/bars/${file.replace(/\.parquet$/, '')}-${seconds}s.parquet`;
}

/**
 * Makes bars of the trades in a sealed file, by local time: instrument, start in microseconds,
 * prices in ticks, volumes in lots, of which `buy_volume` was bought by takers, and the count of
 * trades. A stretch without trades has no bar. What is there already stays; a file has its name
 * only when it is whole and durable.
 *
 * @throws what the engine or the system throws
 */
export async function rollUp(
  duck: Duck,
  files: Files,
  folder: string,
  file: string,
): Promise<void> {
  let source = tradesOf(`${folder}/${file}`);
  for (const seconds of BAR_SECONDS) {
    const path = barsPath(folder, file, seconds);
    if (!isThere(files, path)) await write(duck, files, barsSql(source, seconds), path);
    source = `read_parquet(${sqlText(path)})`;
  }
}

/** Whether the bars of a sealed file are all there. */
export function isRolledUp(files: Files, folder: string, file: string): boolean {
  return BAR_SECONDS.every((seconds) => isThere(files, barsPath(folder, file, seconds)));
}

function isThere(files: Files, path: string): boolean {
  return files.list(dirname(path)).includes(basename(path));
}

/** Trades in the form of bars of one trade each. */
function tradesOf(path: string): string {
  return `(SELECT instrument, ts_local AS start, position AS first_at, price AS open, price AS high,
     price AS low, price AS close, quantity AS volume, 1 AS trades,
     CASE WHEN side = ${SIDE.buy} THEN quantity ELSE 0 END AS buy_volume
   FROM read_parquet(${sqlText(path)}) WHERE kind = ${KIND.trade})`;
}

/** `first_at` is the position of the first trade: it orders bars when longer ones are made. */
function barsSql(source: string, seconds: number): string {
  const us = seconds * SECOND_US;
  return `SELECT instrument, start // ${us} * ${us} AS start, min(first_at) AS first_at,
     arg_min(open, first_at) AS open, max(high) AS high, min(low) AS low,
     arg_max(close, first_at) AS close,
     CAST(sum(volume) AS BIGINT) AS volume, CAST(sum(buy_volume) AS BIGINT) AS buy_volume,
     CAST(sum(trades) AS BIGINT) AS trades
   FROM ${source} GROUP BY instrument, start // ${us} ORDER BY instrument, start`;
}

async function write(duck: Duck, files: Files, sql: string, path: string): Promise<void> {
  files.ensureFolder(dirname(path), FOLDER_MODE);
  const draft = `${path}.draft`;
  await duck.run(
    `COPY (${sql}) TO ${sqlText(draft)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)`,
  );
  const file = files.open(draft, 'update');
  file.sync();
  file.close();
  files.rename(draft, path);
  files.syncFolder(dirname(path));
}
