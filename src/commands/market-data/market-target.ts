import { createWriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import {
  FormatFault,
  type MarketSource,
  Tally,
} from '../../simulation/replay/formats/market-source.ts';
import { type Written, writeNpz } from '../../simulation/replay/formats/npz.ts';
import { rawLines } from '../../simulation/replay/formats/raw-lines.ts';
import { type TardisKind, tardisLines } from '../../simulation/replay/formats/tardis.ts';
import type { DictionaryMarket } from '../../storage/columns/dictionary.ts';
import type { Duck } from '../../storage/columns/duck.ts';
import { RECORD_WORDS, WORD } from '../../storage/columns/record.ts';
import { sealRest } from '../../storage/columns/sealed/seal-rest.ts';
import { sealFile } from '../../storage/columns/sealed/sealed-file.ts';
import { BLOCK_RECORDS_MAX } from '../../storage/columns/wal/wal-format.ts';
import { openWal, SEGMENT_BYTES } from '../../storage/columns/wal/wal-writer.ts';
import { logFaultText } from '../../storage/log-fault.ts';
import type { MarketFormat } from './market-file.ts';

const TABLE = 'converted';
const FOLDER_MODE = 0o700;

interface Target {
  readonly path: string;
  readonly target: MarketFormat;
  /** The only market that is wanted; null takes all of them. */
  readonly symbol: string | null;
}

/** Writes market data in a format. @throws FormatFault from the source while it is read */
export async function writeMarketFile(
  { files }: Pick<Env, 'files'>,
  duck: Duck,
  source: MarketSource,
  { path, target, symbol }: Target,
): Promise<Result<Written, string>> {
  const market = source.dictionary.markets.find((each) => each.symbol === symbol);
  if (symbol !== null && market === undefined) {
    const there = source.dictionary.markets.map((each) => each.symbol).join(', ');
    return err(`--symbol: found ${symbol}, wanted one of ${there}`);
  }
  const wanted = market === undefined ? source : only(source, market);
  try {
    switch (target) {
      case 'parquet':
        return await writeParquet(files, duck, wanted, path);
      case 'folder':
        return await writeFolder(files, duck, wanted, path);
      case 'npz':
        return await writeOneMarket(files, wanted, path);
      case 'tardis-book':
        return ok(await writeTardis(wanted, path, 'book'));
      case 'tardis-trades':
        return ok(await writeTardis(wanted, path, 'trades'));
      case 'raw':
        return await writeRaw(wanted, path);
    }
  } catch (thrown) {
    if (thrown instanceof FormatFault) throw thrown;
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}

function only(source: MarketSource, market: DictionaryMarket): MarketSource {
  async function* passing(): AsyncGenerator<{ words: Int32Array; count: number }> {
    for await (const { words, count } of source.blocks) {
      let kept = 0;
      for (let row = 0; row < count; row += 1) {
        const at = row * RECORD_WORDS;
        if (((words[at + WORD.what] as number) & 0xffff) !== market.instrument) continue;
        words.copyWithin(kept * RECORD_WORDS, at, at + RECORD_WORDS);
        kept += 1;
      }
      if (kept > 0) yield { words, count: kept };
    }
  }
  return {
    ...source,
    dictionary: { ...source.dictionary, markets: [market] },
    blocks: passing(),
  };
}

/** One file, whatever hours it is about. */
async function writeParquet(
  files: Env['files'],
  duck: Duck,
  { dictionary, blocks }: MarketSource,
  path: string,
): Promise<Result<Written, string>> {
  const venues = new Set(dictionary.markets.map(({ venue }) => venue));
  const [venue] = venues;
  if (venues.size !== 1 || venue === undefined) {
    return err(`${path}: ${venues.size} venues, wanted one to a file; convert into a folder`);
  }
  files.ensureFolder(dirname(path), FOLDER_MODE);
  const appender = await duck.createTable(TABLE);
  let first = 1;
  for await (const block of blocks) {
    appender.append(block, first);
    first += block.count;
  }
  appender.close();
  const name = dictionary.venues[venue] as string;
  const part = { table: TABLE, where: 'true', venue: name, dictionary };
  const sealed = await sealFile(duck, files, part, path);
  await duck.run(`DROP TABLE ${TABLE}`);
  return sealed === null
    ? err(`${path}: there are no records to write`)
    : ok({ written: sealed.records, skipped: {} });
}

/** A folder as a recording leaves it, with a file for each venue and hour. */
async function writeFolder(
  files: Env['files'],
  duck: Duck,
  { dictionary, blocks }: MarketSource,
  path: string,
): Promise<Result<Written, string>> {
  files.ensureFolder(path, FOLDER_MODE);
  const opened = openWal(files, { folder: `${path}/wal`, segmentBytes: SEGMENT_BYTES, dictionary });
  if (!opened.ok) return err(logFaultText(opened.error));
  const { writer, recovered } = opened.value;
  for await (const { words, count } of blocks) {
    for (let from = 0; from < count; from += BLOCK_RECORDS_MAX) {
      const to = Math.min(count, from + BLOCK_RECORDS_MAX);
      writer.add(words.subarray(from * RECORD_WORDS, to * RECORD_WORDS));
      writer.write();
    }
  }
  const written = writer.head - recovered.head;
  writer.sync();
  const { fault } = writer;
  writer.close();
  if (fault !== null) return err(logFaultText(fault));
  const sealed = await sealRest(files, duck, path);
  if (!sealed.ok) return sealed;
  return sealed.value === null
    ? err(`${path}: a process records into it, wanted a folder of its own`)
    : ok({ written, skipped: {} });
}

async function writeOneMarket(
  files: Env['files'],
  { dictionary, blocks }: MarketSource,
  path: string,
): Promise<Result<Written, string>> {
  const market = oneOf(dictionary, `${path}: an npz has`);
  return market.ok ? ok(await writeNpz(files, path, market.value, blocks)) : market;
}

/** Frames in the form of Binance spot, which a desk trades on. */
async function writeRaw(
  { dictionary, blocks }: MarketSource,
  path: string,
): Promise<Result<Written, string>> {
  const market = oneOf(dictionary, `${path}: frames are of`);
  if (!market.ok) return market;
  const skipped = new Tally();
  const written = await writeText(path, rawLines(market.value, blocks, skipped));
  return ok({ written, skipped: skipped.counts });
}

/** The only market. @param what holds one alone, for the error */
function oneOf(
  { markets }: MarketSource['dictionary'],
  what: string,
): Result<MarketSource['dictionary']['markets'][number], string> {
  const [market, other] = markets;
  if (market !== undefined && other === undefined) return ok(market);
  const there = markets.map(({ symbol }) => symbol).join(', ');
  return err(`${what} one market, wanted --symbol with one of ${there}`);
}

async function writeTardis(
  { dictionary, blocks }: MarketSource,
  path: string,
  kind: TardisKind,
): Promise<Written> {
  const skipped = new Tally();
  const lines = await writeText(path, tardisLines(dictionary, blocks, kind, skipped));
  // The first line names the columns.
  return { written: lines - 1, skipped: skipped.counts };
}

/** Writes lines, gzipped where the name says so. @returns how many */
async function writeText(path: string, texts: AsyncIterable<string>): Promise<number> {
  let lines = 0;
  async function* counted(): AsyncGenerator<string> {
    for await (const text of texts) {
      lines += text.split('\n').length - 1;
      yield text;
    }
  }
  const packed = path.endsWith('.gz') ? [createGzip()] : [];
  await pipeline([Readable.from(counted()), ...packed, createWriteStream(path, { mode: 0o600 })]);
  return lines;
}
