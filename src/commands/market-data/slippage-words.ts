import { err, ok, type Result } from '../../core/result.ts';
import { rngOf } from '../../core/rng.ts';
import type { BookPlayback } from '../../simulation/replay/playback/book-playback.ts';
import type { FeeTier, LatencyModel } from '../../simulation/replay/playback/delayed-orders.ts';
import {
  type SlippageReport,
  SlippageStudy,
} from '../../simulation/replay/playback/slippage-study.ts';
import type { Dictionary } from '../../storage/columns/dictionary.ts';
import { type ParsedWords, parseSeed } from '../local-command.ts';
import { pairs, table } from '../terminal.ts';

/** What `replay` takes to hold the matching model against the trades of a recording. */
export const SLIPPAGE_WORDS = {
  slippage: { type: 'boolean', help: 'compare fills of the matching model with recorded trades' },
  latency: {
    type: 'string',
    value: 'MS[:MS]',
    help: 'with --slippage: way to the venue, median and 99th percentile',
  },
  fees: {
    type: 'string',
    value: 'TIERS',
    help: 'with --latency: taker bps, or FROM:BPS,… by traded notional (default 4)',
  },
  seed: { type: 'string', value: 'N', help: 'seed of the latencies (default 1)' },
} as const;

export interface SlippageWish {
  readonly latency: LatencyModel | null;
  readonly fees: readonly FeeTier[];
  readonly seed: number;
}

const FEE_BPS = '4';
const LATENCY_MS_MAX = 60_000;
const BPS_MAX = 1_000;

/** @returns null where no study is asked for; the error says what would be right */
export function slippageAsked(words: ParsedWords): Result<SlippageWish | null, string> {
  const [latencyText, feesText] = [words.text('latency'), words.text('fees')];
  if (!words.flag('slippage')) {
    const alone = latencyText === null && feesText === null;
    return alone ? ok(null) : err('--latency and --fees: wanted --slippage with them');
  }
  if (latencyText === null && feesText !== null) return err('--fees: wanted --latency with it');
  const latency = latencyText === null ? null : latencyIn(latencyText);
  if (latencyText !== null && latency === null) {
    return err(`--latency: found ${latencyText}, wanted milliseconds such as 5 or 5:40`);
  }
  const fees = tiersIn(feesText ?? FEE_BPS);
  if (fees === null) {
    return err(`--fees: found ${feesText}, wanted bps such as 4, or 0:4,1000000:3 from the lowest`);
  }
  const seedText = words.text('seed') ?? '1';
  const seed = parseSeed(seedText);
  if (seed === null) return err(`--seed: found ${seedText}, wanted a whole number`);
  return ok({ latency, fees, seed });
}

export function studyOf(
  { latency, fees, seed }: SlippageWish,
  playback: BookPlayback,
  dictionary: Dictionary,
): SlippageStudy {
  return new SlippageStudy(playback, dictionary, { latency, fees, random: rngOf(seed) });
}

/** The report for people. */
export function slippageText({ rows, withoutBook, beyondBook, delayed }: SlippageReport): string {
  const bps = (value: number): string => value.toFixed(3);
  const compared = table(
    ['taker orders', 'count', 'error bps', 'p50', 'p95', 'model bps', 'recorded bps'],
    rows.map((row) => [
      row.size,
      row.orders,
      bps(row.errorBpsMean),
      bps(row.errorBpsP50),
      bps(row.errorBpsP95),
      bps(row.modelBps),
      bps(row.recordedBps),
    ]),
  );
  const rest = pairs([
    ['met no book', withoutBook],
    ['larger than the book', beyondBook],
    ...(delayed === null
      ? []
      : ([
          ['filled after a way', delayed.orders],
          ['mean way in ms', delayed.latencyMsMean.toFixed(3)],
          ['shortfall bps', bps(delayed.shortfallBps)],
          ['fee bps', bps(delayed.feeBps)],
          ['not filled', delayed.unfilled],
        ] as const)),
  ]);
  return `${compared}\n\n${rest}`;
}

function latencyIn(text: string): LatencyModel | null {
  const match = /^(\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?$/.exec(text);
  if (match === null) return null;
  const p50Ms = Number(match[1]);
  const p99Ms = Number(match[2] ?? match[1]);
  return p99Ms >= p50Ms && p99Ms <= LATENCY_MS_MAX ? { p50Ms, p99Ms } : null;
}

/** `4`, or `0:4,1000000:3`. */
function tiersIn(text: string): readonly FeeTier[] | null {
  const tiers: FeeTier[] = [];
  for (const part of (text.includes(':') ? text : `0:${text}`).split(',')) {
    const match = /^(\d+(?:\.\d+)?):(-?\d+(?:\.\d+)?)$/.exec(part);
    if (match === null) return null;
    const [fromNotional, takerBps] = [Number(match[1]), Number(match[2])];
    const before = tiers.at(-1)?.fromNotional ?? -1;
    if (fromNotional <= before || Math.abs(takerBps) > BPS_MAX) return null;
    tiers.push({ fromNotional, takerBps });
  }
  return tiers[0]?.fromNotional === 0 ? tiers : null;
}
