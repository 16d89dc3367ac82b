import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeClock } from '../../src/core/node-env.ts';
import { rngOf } from '../../src/core/rng.ts';
import { ExponentialAverage } from '../../src/math/indicators/averages.ts';
import { BollingerBand } from '../../src/math/indicators/bands.ts';
import { RelativeStrength } from '../../src/math/indicators/momentum.ts';
import { AverageTrueRange } from '../../src/math/indicators/trend.ts';
import { dickeyFuller } from '../../src/math/time-series/dickey-fuller.ts';
import { johansen } from '../../src/math/time-series/johansen.ts';
import { fitDcc } from '../../src/risk/volatility/dcc.ts';
import { root } from '../../test/support/shared.ts';
import { type Case, caseOf } from '../case.ts';

const ROUNDS_MIN = 5;
/** In µs: what the quickest of other programs takes on such a machine. */
const DICKEY_FULLER_US = 600;
const JOHANSEN_US = 1_600;
const INDICATORS_US = 5_000;
const DCC_US = 1_000_000;
const BARS = 5_550;

/**
 * Tests of series and indicators against their peers: Dickey and Fuller with 4 lags, Johansen of
 * 1,000 × 4 with K = 2, four indicators of 5,550 bars, and DCC of three series. The quickest of
 * several rounds counts.
 *
 * 2026-11-24, AMD EPYC, two shared cores at a load of 8, Node 20.20: 0.12, 0.18, 0.23 and 21 ms.
 */
export function seriesCases(seconds: number): Case[] {
  const random = rngOf(7);
  const walks = Array.from({ length: 4 }, () => {
    let level = 0;
    return Float64Array.from({ length: 1_000 }, () => {
      level += random.normal();
      return level;
    });
  });
  const closes = Float64Array.from({ length: BARS }, (_, at) => 100 + Math.sin(at / 9) + at / 500);
  const columns = readFileSync(join(root, 'test/golden/quant/returns4.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const three = [0, 1, 2].map((at) => {
    const values = columns.slice(0, 1_000).map((row) => row[at] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => 100 * (value - mean));
  });
  const share = seconds / 4;
  return [
    timed('Dickey-Fuller, 1,000 points, 4 lags', DICKEY_FULLER_US, share, () => {
      const found = dickeyFuller(walks[0] as Float64Array, 'constant', 4);
      return found.ok ? found.value.statistic : Number.NaN;
    }),
    timed('Johansen, 1,000 × 4, K = 2', JOHANSEN_US, share, () => {
      const found = johansen(walks, { lags: 2, restricted: 'constant' });
      return found.ok ? (found.value.eigenvalues[0] as number) : Number.NaN;
    }),
    timed('RSI, EMA, Bollinger and ATR of 5,550 bars', INDICATORS_US, share, () => {
      const [rsi, ema] = [new RelativeStrength(14), new ExponentialAverage(10)];
      const [band, range] = [new BollingerBand(20), new AverageTrueRange(14)];
      let sum = 0;
      for (let at = 0; at < BARS; at += 1) {
        const close = closes[at] as number;
        sum += (rsi.next(close) ?? 0) + (ema.next(close) ?? 0) + (band.next(close)?.high ?? 0);
        sum += range.next({ open: close, high: close + 1, low: close - 1, close, volume: 1 }) ?? 0;
      }
      return sum;
    }),
    timed('DCC, 3 series × 1,000', DCC_US, share, () => {
      const found = fitDcc(three);
      return found.ok ? found.value.parameters.a : Number.NaN;
    }),
  ];
}

function timed(name: string, target: number, seconds: number, work: () => number): Case {
  const untilNs = nodeClock.mono() + seconds * 1e9;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS_MIN || nodeClock.mono() < untilNs; round += 1) {
    const fromNs = nodeClock.mono();
    // What nobody reads would not be computed; and a figure of a fault would be none.
    if (Number.isNaN(work())) throw new Error(`${name}: no number`);
    best = Math.min(best, (nodeClock.mono() - fromNs) / 1e3);
  }
  return caseOf({ name, value: best, unit: 'µs', target });
}
