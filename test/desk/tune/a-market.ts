import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rngOf } from '../../../src/core/rng.ts';
import type { Measures } from '../../../src/desk/tune/measures.ts';
import { temporaryFolder } from '../../storage/temporary.ts';

const START_NS = 1_700_000_000_000_000_000n;
const QUOTES_PER_SECOND = 50;
/** Every so many quotes there is a trade. */
const QUOTES_PER_TRADE = 5;
/** Seconds from one informed burst to the next. */
const BURST_EVERY = 60;
/** How long the price then runs, and by how many ticks each 100 ms. */
const RUN_SECONDS = 14;
const RUN_TICKS = 12;

/**
 * A recording of a made-up market: noise, and every minute somebody who knows more. They lift the
 * ask for a second, and then the price runs for fourteen.
 */
export function aRecording(seconds: number, seed = 1): string {
  const random = rngOf(seed);
  const lines: string[] = [];
  let bid = 60_000;
  let id = 0;
  for (let second = 0; second < seconds; second += 1) {
    const phase = second % BURST_EVERY;
    const isInformed = second >= BURST_EVERY && phase === 0;
    const isRunning = second >= BURST_EVERY && phase >= 1 && phase <= RUN_SECONDS;
    for (let part = 0; part < QUOTES_PER_SECOND; part += 1) {
      const ms = BigInt(second * 1_000 + part * (1_000 / QUOTES_PER_SECOND));
      const stamp = START_NS + ms * 1_000_000n;
      if (isRunning && part % QUOTES_PER_TRADE === 0) bid += RUN_TICKS;
      else if (part === 0) bid += random.below(3) - 1;
      const sizes = isInformed ? [9_000 + 200 * part, 10] : [100, 100];
      const [bidLots, askLots] = sizes.map((size) => size + random.below(20)) as [number, number];
      id += 1;
      lines.push(line(stamp, 'bookTicker', tickerOf(id, bid, bidLots, askLots)));
      if (part % QUOTES_PER_TRADE !== 0) continue;
      const isBuy = isInformed || random.below(2) === 1;
      lines.push(line(stamp, 'trade', tradeOf(id, stamp, bid, isInformed ? 40 : 4, isBuy)));
    }
  }
  const path = join(temporaryFolder(), 'made-up.txt');
  writeFileSync(path, lines.join(''));
  return path;
}

function line(stamp: bigint, stream: string, data: object): string {
  return `${stamp} ${JSON.stringify({ stream: `btcusdt@${stream}`, data })}\n`;
}

function tickerOf(id: number, bid: number, bidLots: number, askLots: number): object {
  const price = (ticks: number): string => (ticks / 10).toFixed(1);
  const size = (lots: number): string => (lots / 1_000).toFixed(3);
  return {
    ...{ u: id, s: 'BTCUSDT', b: price(bid), B: size(bidLots) },
    ...{ a: price(bid + 1), A: size(askLots) },
  };
}

function tradeOf(id: number, stamp: bigint, bid: number, lots: number, isBuy: boolean): object {
  const ms = Number(stamp / 1_000_000n);
  const price = ((isBuy ? bid + 1 : bid) / 10).toFixed(1);
  return {
    ...{ e: 'trade', E: ms, s: 'BTCUSDT', t: id, p: price },
    ...{ q: (lots / 1_000).toFixed(3), T: ms, m: !isBuy },
  };
}

/** Measures of a market on which nothing is ever on, but for what a test says. */
export function someMeasures(count: number, parts: Partial<Measures> = {}): Measures {
  return {
    path: 'made-up',
    count,
    spreadZ: new Float64Array(count),
    staleGaps: new Float64Array(count),
    vpinQuantile: new Float64Array(count),
    ofiZ: new Float64Array(count),
    regimes: Array(count).fill('calm'),
    stress: [],
    ...parts,
  };
}
