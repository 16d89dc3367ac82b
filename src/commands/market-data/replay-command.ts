import { err, ok, type Result } from '../../core/result.ts';
import { FormatFault } from '../../simulation/replay/formats/market-source.ts';
import { BookPlayback, type PlayedMarket } from '../../simulation/replay/playback/book-playback.ts';
import { type Burst, BurstDetector } from '../../simulation/replay/playback/microbursts.ts';
import { pacedBlocks } from '../../simulation/replay/playback/paced-blocks.ts';
import type { SlippageReport } from '../../simulation/replay/playback/slippage-study.ts';
import type { Duck } from '../../storage/columns/duck.ts';
import { EXIT } from '../command.ts';
import { JSON_OUTPUT, usage } from '../launch-commands.ts';
import { type LocalCommand, parsePace, type Surroundings } from '../local-command.ts';
import { answer, pairs, table } from '../terminal.ts';
import { counted } from './counted-blocks.ts';
import {
  SLIPPAGE_WORDS,
  type SlippageWish,
  slippageAsked,
  slippageText,
  studyOf,
} from './slippage-words.ts';

export const replayCommand: LocalCommand = {
  name: 'replay',
  usage: 'PATH',
  summary: 'play recorded market data through books, and name the state that it leaves',
  examples: [
    'flyball replay recorded --check --json',
    'flyball replay btcusdt.parquet --pace 10x',
    'flyball replay btcusdt_20240808.gz --slippage --latency 5:40 --fees 0:4,1000000:3',
  ],
  options: {
    pace: { type: 'string', value: 'X', help: 'times the recorded pace, or max (default max)' },
    ...SLIPPAGE_WORDS,
    check: { type: 'boolean', help: 'play it twice; the states must be the same' },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const [path, extra] = words.positionals;
    if (path === undefined) return usage(around, 'replay: wanted a PATH');
    if (extra !== undefined) return usage(around, `replay: found ${extra}, wanted one PATH`);
    const paceText = words.text('pace') ?? 'max';
    const pace = parsePace(paceText);
    if (pace === null) {
      return usage(around, `--pace: found ${paceText}, wanted max or a number up to 1000`);
    }
    const study = slippageAsked(words);
    if (!study.ok) return usage(around, study.error);
    const times = pace === 'max' ? Number.POSITIVE_INFINITY : pace;
    const played = await playedTimes(
      { path, pace: times, study: study.value },
      words.flag('check') ? 2 : 1,
      around,
    );
    if (!played.ok) {
      around.terminal.err(`replay: ${played.error}\n`);
      return EXIT.failed;
    }
    const { isSame } = played.value;
    answer(around.terminal, words.flag('json'), played.value, () => show(played.value));
    if (isSame !== false) return EXIT.done;
    around.terminal.err('replay: the same records left two different states\n');
    return EXIT.unverified;
  },
};

/** What a replay came to. */
export interface Replayed {
  readonly path: string;
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Names the state of every book, and the course that led there. */
  readonly stateHash: string;
  /** Whether the second run left the same; null when there was none. */
  readonly isSame: boolean | null;
  readonly markets: readonly PlayedMarket[];
  /** Microbursts, and the first hundred of them. */
  readonly burstCount: number;
  readonly bursts: readonly Burst[];
  /** The matching model against the recorded trades; null where it was not asked for. */
  readonly slippage: SlippageReport | null;
}

interface Wish {
  readonly path: string;
  /** Infinite for as fast as it goes. */
  readonly pace: number;
  readonly study: SlippageWish | null;
}

async function playedTimes(
  wish: Wish,
  runs: number,
  around: Surroundings,
): Promise<Result<Replayed, string>> {
  const { openEngine } = await import('./market-file.ts');
  const { path } = wish;
  const duck = await openEngine(path);
  if (!duck.ok) return duck;
  const results: Replayed[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const once = await playOnce(duck.value, wish, around);
      if (!once.ok) return once;
      results.push(once.value);
    }
  } catch (thrown) {
    if (thrown instanceof FormatFault || thrown instanceof RangeError) return err(thrown.message);
    throw thrown;
  } finally {
    duck.value.close();
    around.env.files.remove(`${path}.spill`);
  }
  const [first, second] = results as [Replayed, Replayed | undefined];
  return ok({
    ...first,
    isSame: second === undefined ? null : second.stateHash === first.stateHash,
  });
}

async function playOnce(
  duck: Duck,
  { path, pace, study: wished }: Wish,
  { env, terminal }: Surroundings,
): Promise<Result<Replayed, string>> {
  const { openMarketFile } = await import('./market-file.ts');
  const naming = { venue: null, symbol: null };
  const opened = await openMarketFile(env, duck, path, { format: null, naming });
  if (!opened.ok) return opened;
  const { dictionary, blocks, records } = opened.value;
  const playback = new BookPlayback(dictionary);
  const study = wished === null ? null : studyOf(wished, playback, dictionary);
  const startNs = env.clock.mono();
  const progress = counted(blocks, { env, terminal, of: records });
  const detector = new BurstDetector();
  for await (const block of pacedBlocks(progress.blocks, pace, env)) {
    (study ?? playback).play(block);
    detector.look(block);
  }
  const bursts = detector.finish();
  const slippage = study?.finish() ?? null;
  progress.end();
  const seconds = (env.clock.mono() - startNs) / 1e9;
  return ok({
    path,
    events: playback.events,
    seconds,
    eventsPerSecond: Math.round(playback.events / seconds),
    stateHash: playback.hash(),
    isSame: null,
    markets: playback.markets(),
    burstCount: detector.count,
    bursts,
    slippage,
  });
}

function show(replayed: Replayed): string {
  const { events, seconds, eventsPerSecond, stateHash, isSame, markets, burstCount } = replayed;
  const summary = pairs([
    ['events', events],
    ['seconds', seconds.toFixed(2)],
    ['events a second', eventsPerSecond],
    ['state', stateHash],
    ['microbursts', burstCount],
    ...(isSame === null ? [] : ([['played twice', isSame ? 'the same' : 'DIFFERENT']] as const)),
  ]);
  const rows = table(
    ['symbol', 'venue', 'events', 'trades', 'lost', 'crossed', 'bid', 'ask', 'levels'],
    markets.map((each) => [
      each.symbol,
      each.venue,
      each.events,
      each.trades,
      each.lost,
      each.crossed,
      each.bidTicks,
      each.askTicks,
      each.levels,
    ]),
  );
  const report = replayed.slippage === null ? '' : `\n\n${slippageText(replayed.slippage)}`;
  return `${summary}\n\n${rows}${report}`;
}
