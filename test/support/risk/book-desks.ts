import type { OrderIntent, Side } from '../../../src/execution/order.ts';
import type { BreakerSettings } from '../../../src/risk/breakers/settings.ts';
import { MarketDay } from '../../../src/risk/budgets/market-day.ts';
import { CovarianceSource } from '../../../src/risk/covariance/covariance-source.ts';
import type { Rung } from '../../../src/risk/ladders/de-risking.ts';
import { PortfolioWatch } from '../../../src/risk/portfolio/portfolio-watch.ts';
import { portfolioSection } from '../../../src/risk/portfolio/settings.ts';
import { PreTradeCheck } from '../../../src/risk/pre-trade.ts';
import { anInstrument } from '../trade/instruments.ts';
import { someLimits } from '../trade/limits.ts';
import { anOrder } from '../trade/orders.ts';
import { aPort } from '../trade/watches.ts';

export const MINUTE = 60_000;
export const MARKETS = [
  anInstrument({ tick: '1', lot: '1' }),
  anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH', tick: '1', lot: '1' }),
];
/** Deviations of a day's loss at 99 %: unit-variance t with four degrees (quant.md, 3). */
export const T4_AT_99 = 2.6495;
/** Deviation of a day that is assumed of two markets, and of one, in money for each unit of it. */
export const OF_TWO = 0.04 * Math.SQRT2;
export const OF_ONE = 0.04;
export const COST = 0.002;
/** Mean of the worst 2.5 % under the same law. */
export const ES_OF_T4 = 2.823_3;

/** Two markets at 100; a lot is worth as much. */
export function aBookDesk(
  markets = MARKETS,
  parts: {
    readonly rung?: Rung;
    readonly settings?: Partial<BreakerSettings>;
    readonly budgets?: object;
  } = {},
) {
  const { port, found, release } = aPort(parts.settings);
  const check = new PreTradeCheck(markets, someLimits(), 0);
  const day = new MarketDay(markets, check.profit, null);
  const rungs: string[] = [];
  const watch = new PortfolioWatch(
    {
      ...{ port, check, instruments: markets },
      source: new CovarianceSource(markets.length, null),
      settings: portfolioSection.parse({
        closingCostBps: COST * 10_000,
        ...(parts.budgets === undefined ? {} : { budgets: parts.budgets }),
      }),
      strategyOf: (index) => (index === 0 ? 'mm' : null),
      day,
      rung: parts.rung ?? 'none',
      journal: ({ from, to, measure }) => void rungs.push(`${from} to ${to} by ${measure}`),
    },
    0,
  );
  const mids = markets.map(() => 100);
  let nowMs = 0;
  let resting = 0;
  const quote = (at: number, mid: number): void => {
    mids[at] = mid;
    check.onQuote(at, mid === 0 ? 0 : mid - 0.5, mid === 0 ? 0 : mid + 0.5, nowMs * 1e6);
  };
  for (const { index } of markets) quote(index, 100);
  watch.sample(Number.NaN, 0, 0);
  const ask = (side: Side, lots: number, at = 0, atMs = nowMs) =>
    watch.gate.refuse(anOrder({ side, lots, instrument: at }), lots, atMs);
  /** What rests besides; it has passed every check. */
  const rest = (side: Side, lots: number, instrument = 0): OrderIntent => {
    resting += 1;
    const made = anOrder({ clientId: `rest-${resting}`, side, lots, instrument });
    check.exposure(made.instrument).reserve(made);
    watch.gate.exposed(made.instrument);
    return made;
  };
  const hold = (at: number, lots: number): void => {
    check.exposure(at).position = lots;
    watch.gate.exposed(at);
  };
  const sample = (equity: number, afterMs = 0): void => {
    nowMs += afterMs;
    watch.sample(equity, nowMs, nowMs);
  };
  /** So many minutes; each returns what both markets move by, as factors. */
  const minutes = (count: number, equity: number, moves: (minute: number) => number[]): void => {
    for (let minute = 0; minute < count; minute += 1) {
      nowMs += MINUTE;
      for (const [at, by] of moves(minute).entries()) quote(at, (mids[at] as number) * by);
      watch.sample(equity, nowMs, nowMs);
    }
  };
  const adopt = (settings: object): void => watch.adopt(portfolioSection.parse(settings));
  const shelf = { adopt, day, watch, check, found, rungs, release, ask, rest, hold, sample };
  return { ...shelf, minutes, quote, now: () => nowMs };
}

export const calm = (minute: number): number[] =>
  minute % 2 === 0 ? [1.001, 1.001] : [1 / 1.001, 1 / 1.001];
export const apart = (minute: number): number[] =>
  minute % 2 === 0 ? [1.001, 1 / 1.001] : [1 / 1.001, 1.001];
/** Deviation of a day of minutes as `calm` has them. */
export const CALM_SD = Math.log(1.001) * Math.sqrt(1_440);
