import { type Config, configSchema } from '../../../config/schema.ts';
import type { CrashScenario } from './scenarios.ts';

/** What each account begins with, in quote currency. */
export const CAPITAL = 10_000;
/** Small segments, which are quick to read; all of them stay. */
const SEGMENT_MIB = 1;
const KEEP_SEGMENTS = 1_024;
/** A quote takes this share of the largest position. */
const QUOTE_SHARE = 1 / 8;
/** As long as the fall lasts: a thin market takes little at a time. */
const FLATTEN_SECONDS = 60;
/** More than the market moves: it holds the strategy back no longer. */
const OUT_OF_REACH = 1;

/** Two assets at two venues, each on margin so that both sides can be quoted; they fall as one. */
export const CRASH_MARKETS = [
  { name: 'first', symbol: 'BTCUSDT' },
  { name: 'second', symbol: 'ETHUSDT' },
] as const;
const QUOTE = 'USDT';

/**
 * The configuration of a desk that a crash strikes: the given one with accounts of quote currency
 * alone, a strategy at each venue that holds up to a share of the capital, and a stop that
 * flattens.
 */
export function crashConfig(base: Config, { exposure, limits }: CrashScenario): Config {
  const [venue] = base.venues;
  const [strategy] = base.strategies;
  const position = CAPITAL * CRASH_MARKETS.length * exposure;
  const quote = position * QUOTE_SHARE;
  return configSchema.parse({
    ...base,
    venues: CRASH_MARKETS.map(({ name, symbol }) => ({
      ...venue,
      name,
      kind: 'binance-usdm',
      symbols: [symbol],
    })),
    strategies: CRASH_MARKETS.map(({ name, symbol }) => ({
      ...strategy,
      label: name,
      venue: name,
      symbol,
      settings: {
        ...strategy?.settings,
        quoteNotional: quote,
        maxInventoryNotional: position,
      },
    })),
    simulation: {
      ...base.simulation,
      balances: { [QUOTE]: `${CAPITAL}` },
    },
    control: {
      ...base.control,
      initialMode: 'full-auto',
      climbsAfterFault: true,
      stopCategory: 1,
      flattenSeconds: FLATTEN_SECONDS,
    },
    risk: {
      ...base.risk,
      maxOrderNotional: 2 * quote,
      maxPositionNotional: position + quote,
      maxDailyLoss: limits === 'drawdown-alone' ? CAPITAL : base.risk.maxDailyLoss,
    },
    sizing: { enabled: limits === 'shipped' },
    breakers: { limits: limits === 'drawdown-alone' ? DRAWDOWN_ALONE : {} },
    journal: { ...base.journal, segmentMiB: SEGMENT_MIB, keepSegments: KEEP_SEGMENTS },
  });
}

/** Every limit of money and size but the drawdown is out of the way, so that it is what acts. */
const DRAWDOWN_ALONE = {
  C01: { equityFraction: OUT_OF_REACH },
  C04: { equityFraction: OUT_OF_REACH },
  C20: { warnFraction: OUT_OF_REACH, noRiskFraction: OUT_OF_REACH, flattenFraction: OUT_OF_REACH },
  C22: { varFraction: OUT_OF_REACH, var95Fraction: OUT_OF_REACH, shortfallFraction: OUT_OF_REACH },
  C23: { lossFraction: OUT_OF_REACH },
};
