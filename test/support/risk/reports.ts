import { rngOf } from '../../../src/core/rng.ts';
import type { MarketPosition } from '../../../src/risk/report/book.ts';
import type { HeatLimits } from '../../../src/risk/report/heatmap.ts';
import type { PriceRows } from '../../../src/risk/report/price-history.ts';
import type { ReportJob } from '../../../src/risk/report/risk-report.ts';
import { riskReportSection } from '../../../src/risk/report/settings.ts';

export const HOUR_MS = 3_600_000;
/** A whole number of hours and days. */
export const START_MS = 1_699_920_000_000;
export const LIMITS: HeatLimits = { concentrationMax: 0.05, heatMax: 0.25, correlationMax: 0.7 };

/** Bitcoin, ether and a coin, at one venue each but for the last. */
export const MARKETS = ['kraken BTC/USD', 'kraken ETH/USD', 'binance SOLUSDT'] as const;

/**
 * Hours of prices that go together: a common shock and one of each market's own, fat-tailed in a
 * tenth of the hours, the same for the same seed.
 */
export function somePrices(hours: number, seed = 1, markets: readonly string[] = MARKETS) {
  const rng = rngOf(seed);
  const prices = new Float64Array((hours + 1) * markets.length);
  const last = markets.map((_, at) => 40_000 / 20 ** at);
  const endsMs = Float64Array.from({ length: hours + 1 }, (_, row) => START_MS + row * HOUR_MS);
  for (let row = 0; row <= hours; row += 1) {
    const wild = rng.next() < 0.1 ? 3 : 1;
    const common = wild * rng.normal();
    markets.forEach((_, at) => {
      if (row > 0) {
        const shock = 0.004 * common + 0.002 * (at + 1) * rng.normal();
        last[at] = (last[at] as number) * Math.exp(shock);
      }
      prices[row * markets.length + at] = last[at] as number;
    });
  }
  return { periodMs: HOUR_MS, markets, endsMs, prices } satisfies PriceRows;
}

/** A long of bitcoin, a short of ether and a long of a coin; about a fifth of 100,000 in all. */
export function somePositions(parts: Partial<MarketPosition>[] = []): MarketPosition[] {
  const positions: MarketPosition[] = [
    {
      ...{ market: MARKETS[0], venue: 'kraken', symbol: 'BTC/USD', base: 'BTC', strategy: 'mm' },
      ...{ quantity: 0.3, price: 40_000 },
    },
    {
      ...{ market: MARKETS[1], venue: 'kraken', symbol: 'ETH/USD', base: 'ETH', strategy: 'mm2' },
      ...{ quantity: -2, price: 2_000 },
    },
    {
      ...{ market: MARKETS[2], venue: 'binance', symbol: 'SOLUSDT', base: 'SOL', strategy: '' },
      ...{ quantity: 30, price: 100 },
    },
  ];
  return positions.map((position, at) => ({ ...position, ...parts[at] }));
}

/** Half a year of hours would take a test too long: 600 of them say enough. */
export function aReportJob(parts: Partial<ReportJob> = {}): ReportJob {
  return {
    ...{ turn: 1, madeMs: START_MS, equity: 100_000, scored: [], limits: LIMITS },
    closingCost: 0.001,
    positions: somePositions(),
    rows: somePrices(600),
    settings: riskReportSection.parse({ paths: 1_000, stressedReturns: 200 }),
    ...parts,
  };
}
