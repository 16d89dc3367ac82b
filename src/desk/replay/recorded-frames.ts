import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { nodeFiles } from '../../core/node-files.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { FormatFault } from '../../simulation/replay/formats/market-source.ts';
import { plainSymbol } from '../../simulation/replay/formats/raw-lines.ts';
import type { Dictionary } from '../../storage/columns/dictionary.ts';

const FOLDER_MODE = 0o700;

/**
 * The frames that a desk trades on: the recording itself or, where it is sealed columns, one market
 * of it written as frames.
 *
 * @param path a raw recording, a Parquet file of ours, or a folder that was recorded into
 * @param target file to write frames to; another run that reads it keeps what it has opened
 * @returns the path of the frames; the error is one sentence
 */
export async function recordedFrames(
  path: string,
  configured: Config,
  target: string,
): Promise<Result<string, string>> {
  if (!path.endsWith('.parquet') && !isFolder(path)) return ok(path);
  // The engine of the columns is loaded by who reads some, not by every start.
  const { openEngine, openMarketFile } = await import('../../commands/market-data/market-file.ts');
  const { writeMarketFile } = await import('../../commands/market-data/market-target.ts');
  mkdirSync(dirname(target), { recursive: true, mode: FOLDER_MODE });
  const draft = `${target}.draft`;
  const duck = await openEngine(target);
  if (!duck.ok) return duck;
  try {
    const naming = { venue: null, symbol: null };
    const env = { files: nodeFiles };
    const opened = await openMarketFile(env, duck.value, path, { format: null, naming });
    if (!opened.ok) return opened;
    const symbol = marketOf(opened.value.dictionary, configured);
    if (symbol === null) {
      const there = opened.value.dictionary.markets.map((each) => each.symbol).join(', ');
      return err(`${path}: found ${there}, wanted one market of the configuration in it`);
    }
    const wish = { path: draft, target: 'raw', symbol } as const;
    const written = await writeMarketFile(env, duck.value, opened.value, wish);
    if (!written.ok) return written;
    renameSync(draft, target);
    return ok(target);
  } catch (thrown) {
    if (thrown instanceof FormatFault) return err(thrown.message);
    throw thrown;
  } finally {
    duck.value.close();
    rmSync(`${target}.spill`, { recursive: true, force: true });
    rmSync(draft, { force: true });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The only market there is, or the only one that the configuration has; null for none or many. */
function marketOf({ markets }: Dictionary, { venues }: Config): string | null {
  const wanted = new Set(venues.flatMap(({ symbols }) => symbols.map(plainSymbol)));
  const fitting = markets.filter(({ symbol }) => wanted.has(plainSymbol(symbol)));
  const [market, other] = markets.length === 1 ? markets : fitting;
  return market === undefined || other !== undefined ? null : market.symbol;
}
