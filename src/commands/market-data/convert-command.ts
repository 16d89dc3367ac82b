import type { Env } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { FormatFault } from '../../simulation/replay/formats/market-source.ts';
import { withBursts } from '../../simulation/replay/playback/microbursts.ts';
import { EXIT } from '../command.ts';
import { JSON_OUTPUT, usage } from '../launch-commands.ts';
import {
  type LocalCommand,
  type ParsedWords,
  parsePace,
  type Surroundings,
} from '../local-command.ts';
import { answer, pairs } from '../terminal.ts';
import { counted } from './counted-blocks.ts';
import type { MarketFormat, OpenedMarketFile } from './market-file.ts';

/** Every format that `--from` takes; `raw` and `tardis` are also known by their first line. */
const SOURCES = 'parquet, folder, tardis-book, tardis-trades, npz, raw';
const TARGETS = SOURCES;

export const convertCommand: LocalCommand = {
  name: 'convert',
  usage: 'FROM TO',
  summary: 'turn recorded market data into another format',
  examples: [
    'flyball convert btcusdt_20240808.gz btcusdt.parquet',
    'flyball convert binance_incremental_book_L2.csv.gz recorded',
    'flyball convert recorded btcusdt.npz --symbol BTCUSDT',
    'flyball convert recorded btcusdt.txt.gz --to raw --symbol BTCUSDT',
    'flyball convert btcusdt.parquet trades.csv --to tardis-trades --json',
  ],
  options: {
    from: { type: 'string', value: 'FORMAT', help: `${SOURCES} (default: seen from the file)` },
    to: { type: 'string', value: 'FORMAT', help: `${TARGETS} (default: by the name)` },
    symbol: { type: 'string', value: 'S', help: 'the market to write, or the one an npz is of' },
    venue: { type: 'string', value: 'NAME', help: 'venue of files that do not name theirs' },
    bursts: {
      type: 'string',
      value: 'X',
      help: 'let the first of every ten seconds pass so many times as fast',
    },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const asked = await askedFor(words);
    if (!asked.ok) return usage(around, `convert: ${asked.error}`);
    const done = await convert(asked.value, around);
    if (!done.ok) {
      around.terminal.err(`convert: ${done.error}\n`);
      return EXIT.failed;
    }
    answer(around.terminal, words.flag('json'), done.value, () => show(done.value));
    return EXIT.done;
  },
};

interface Conversion {
  readonly from: string;
  readonly to: string;
  readonly source: MarketFormat | null;
  readonly target: MarketFormat;
  readonly symbol: string | null;
  readonly venue: string | null;
  /** Times that injected bursts are faster; 1 leaves everything as it is. */
  readonly bursts: number;
}

/** What was read, what was written, and what the target has no form for. */
export interface Converted {
  readonly from: string;
  readonly to: string;
  readonly source: MarketFormat;
  readonly target: MarketFormat;
  readonly read: number;
  readonly written: number;
  /** Of the source, counted by name. */
  readonly unread: Readonly<Record<string, number>>;
  /** Of the records, counted by name. */
  readonly unwritten: Readonly<Record<string, number>>;
}

async function askedFor(words: ParsedWords): Promise<Result<Conversion, string>> {
  const { FORMATS, formatByName } = await import('./market-file.ts');
  const [from, to, extra] = words.positionals;
  if (from === undefined || to === undefined) return err('wanted FROM and TO');
  if (extra !== undefined) return err(`found ${extra}, wanted FROM and TO only`);
  const formatIn = (name: string): Result<MarketFormat | null, string> => {
    const text = words.text(name);
    const found = FORMATS.find((each) => each === text) ?? null;
    if (text !== null && found === null) {
      return err(`--${name}: found ${text}, wanted one of ${FORMATS.join(', ')}`);
    }
    return ok(found);
  };
  const source = formatIn('from');
  const stated = formatIn('to');
  if (!source.ok) return source;
  if (!stated.ok) return stated;
  const target = stated.value ?? formatByName(to);
  if (target === null) {
    return err(`${to}: not known what to write, wanted --to with one of ${TARGETS}`);
  }
  const burstsText = words.text('bursts') ?? '1';
  const bursts = parsePace(burstsText);
  if (bursts === null || bursts === 'max' || bursts < 1) {
    return err(`--bursts: found ${burstsText}, wanted a number from 1 to 1000`);
  }
  return ok({
    from,
    to,
    bursts,
    source: source.value,
    target,
    symbol: words.text('symbol'),
    venue: words.text('venue'),
  });
}

/** Carries out a conversion; the error is one sentence. */
async function convert(
  { from, to, source, target, symbol, venue, bursts }: Conversion,
  { env, terminal }: Pick<Surroundings, 'env' | 'terminal'>,
): Promise<Result<Converted, string>> {
  const { openEngine, openMarketFile } = await import('./market-file.ts');
  const { writeMarketFile } = await import('./market-target.ts');
  const duck = await openEngine(to);
  if (!duck.ok) return duck;
  try {
    const naming = { venue, symbol };
    const opened = await openMarketFile(env, duck.value, from, { format: source, naming });
    if (!opened.ok) return opened;
    const progress = counted(opened.value.blocks, { env, terminal, of: opened.value.records });
    const blocks = withBursts(progress.blocks, bursts);
    const read: OpenedMarketFile = { ...opened.value, blocks };
    const written = await writeMarketFile(env, duck.value, read, { path: to, target, symbol });
    progress.end();
    if (!written.ok) return written;
    const { format, skipped } = opened.value;
    return ok({
      from,
      to,
      source: format,
      target,
      read: progress.count,
      written: written.value.written,
      unread: skipped,
      unwritten: written.value.skipped,
    });
  } catch (thrown) {
    if (thrown instanceof FormatFault) return err(thrown.message);
    throw thrown;
  } finally {
    duck.value.close();
    removeSpill(env, to);
  }
}

function removeSpill({ files }: Pick<Env, 'files'>, to: string): void {
  files.remove(`${to}.spill`);
}

function show(done: Converted): string {
  const named = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  return pairs([
    ['from', `${done.from} (${done.source})`],
    ['to', `${done.to} (${done.target})`],
    ['records read', done.read],
    ['records written', done.written],
    ['not read', named(done.unread)],
    ['not written', named(done.unwritten)],
  ]);
}
