import { basename } from 'node:path';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { isRaw } from '../../simulation/replay/formats/frame-lines.ts';
import { FormatFault, type MarketSource } from '../../simulation/replay/formats/market-source.ts';
import { readNpz } from '../../simulation/replay/formats/npz.ts';
import { readRaw } from '../../simulation/replay/formats/raw-frames.ts';
import { readTardis, tardisKindOf } from '../../simulation/replay/formats/tardis.ts';
import { textLines } from '../../simulation/replay/formats/text-lines.ts';
import { type Duck, openDuck } from '../../storage/columns/duck.ts';
import { sealRest } from '../../storage/columns/sealed/seal-rest.ts';
import { openSealed } from '../../storage/columns/sealed/sealed-source.ts';

/** Formats of market data, by the names that `--from` and `--to` take. */
export const FORMATS = ['parquet', 'folder', 'tardis-book', 'tardis-trades', 'npz', 'raw'] as const;
export type MarketFormat = (typeof FORMATS)[number];

/** What the engine may take of the memory of this machine. */
const ENGINE_MIB = 1_024;
const THREADS = 2;

/** A file of market data that is open, and the engine with it. */
export interface OpenedMarketFile extends MarketSource {
  readonly format: MarketFormat;
  /** Records in it, where that is known before they are read. */
  readonly records: number | null;
}

/** Where files without a name of their market are from. */
export interface Naming {
  readonly venue: string | null;
  readonly symbol: string | null;
}

/** Opens the engine of a command; what does not fit into memory goes beside `near`. */
export async function openEngine(near: string): Promise<Result<Duck, string>> {
  const opened = await openDuck({
    memoryMiB: ENGINE_MIB,
    threads: THREADS,
    spillFolder: `${near}.spill`,
  });
  return opened.ok ? opened : err(`${opened.error.doing}: ${opened.error.detail}`);
}

/**
 * Opens market data of any format that is read. A folder that was recorded into is sealed to its
 * end first, unless a process still writes to it: then it is what is sealed by now.
 *
 * @returns one sentence for what cannot be opened
 */
export async function openMarketFile(
  env: Pick<Env, 'files'>,
  duck: Duck,
  path: string,
  { format, naming }: { readonly format: MarketFormat | null; readonly naming: Naming },
): Promise<Result<OpenedMarketFile, string>> {
  try {
    const found = format ?? (await formatOf(path));
    if (found === null) {
      const wanted = `wanted a name or a first line of: ${FORMATS.join(', ')}; or --from`;
      return err(`${path}: not known what it is, ${wanted}`);
    }
    const { venue, symbol } = naming;
    const foreign = (source: MarketSource) => ok({ ...source, format: found, records: null });
    if (found === 'npz') {
      const named =
        symbol ??
        basename(path)
          .replace(/\.npz$/, '')
          .slice(0, 64);
      return foreign(readNpz(env.files, path, { venue: venue ?? 'unknown', symbol: named }));
    }
    if (found === 'raw') return foreign(await readRaw(path, venue));
    if (found !== 'parquet' && found !== 'folder') return foreign(await readTardis(path));
    const rest = found === 'folder' ? await sealRest(env.files, duck, path) : ok(null);
    if (!rest.ok) return rest;
    const sealed = await openSealed(duck, env.files, path);
    return sealed.ok ? ok({ ...sealed.value, skipped: {}, format: found }) : sealed;
  } catch (thrown) {
    if (thrown instanceof FormatFault) return err(thrown.message);
    throw thrown;
  }
}

/** What a file is, by its name and then by its first line; null when neither says. */
export async function formatOf(path: string): Promise<MarketFormat | null> {
  const byName = formatByName(path);
  if (byName !== null) return byName;
  for await (const { text } of textLines(path)) {
    if (text === '') continue;
    const kind = tardisKindOf(text);
    if (kind !== null) return kind === 'book' ? 'tardis-book' : 'tardis-trades';
    return isRaw(text) ? 'raw' : null;
  }
  return null;
}

/** What a file is to be, by its name; a name without an end is a folder. */
export function formatByName(path: string): MarketFormat | null {
  const name = basename(path);
  if (name.endsWith('.parquet')) return 'parquet';
  if (name.endsWith('.npz')) return 'npz';
  if (!name.includes('.')) return 'folder';
  return null;
}
