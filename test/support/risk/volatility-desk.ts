import { VolatilityBoard } from '../../../src/risk/volatility/live/board.ts';
import type {
  CalibrationJob,
  VolatilityCalibrated,
} from '../../../src/risk/volatility/live/calibration.ts';
import type {
  CorrelationJob,
  CorrelationsCalibrated,
} from '../../../src/risk/volatility/live/market-correlations.ts';
import { volatilitySection } from '../../../src/risk/volatility/live/settings.ts';
import {
  type PriceJumped,
  VolatilityDesk,
} from '../../../src/risk/volatility/live/volatility-desk.ts';
import type { VolatilityWarmed } from '../../../src/risk/volatility/live/warm-start.ts';
import { aModel, simulated } from '../../risk/volatility/series.ts';

export const PERIOD_MS = 1_000;
export const START_MS = 1_700_000_000_000;

/** A desk of volatilities on periods of a second, and what a test does with it. */
export function aVolatilityDesk(more: Readonly<Record<string, unknown>> = {}, markets = 1) {
  const settings = volatilitySection.parse({
    ...{ periodSeconds: 1, returns: 400, returnsMin: 150, refitMinutes: 1, staleSeconds: 3 },
    ...{ seasonMinutes: 1_440, shocks: 'normal', ...more },
  });
  const board = new VolatilityBoard({ instruments: markets, periodMs: PERIOD_MS, staleMs: 3_000 });
  const jobs: CalibrationJob[] = [];
  const events: VolatilityCalibrated[] = [];
  const warmed: VolatilityWarmed[] = [];
  const jumps: PriceJumped[] = [];
  const correlationJobs: CorrelationJob[] = [];
  const correlated: CorrelationsCalibrated[] = [];
  const desk = new VolatilityDesk({
    instruments: Array.from({ length: markets }, (_, at) => ({ venue: 'v', symbol: `S${at}` })),
    settings,
    board,
    fit: (job) => void jobs.push(job),
    correlate: (job) => void correlationJobs.push(job),
    record(event) {
      if (event.kind === 'volatility-calibrated') events.push(event);
      else if (event.kind === 'price-jumped') jumps.push(event);
      else if (event.kind === 'correlations-calibrated') correlated.push(event);
      else warmed.push(event);
    },
  });
  let period = 0;
  const nowNs = (): number => period * 1e9;
  /** Tells the mid of a market. */
  const quote = (mid: number, instrument = 0): void =>
    desk.onQuote({
      ...{ kind: 'quote-updated', instrument, bidTicks: mid - 1, askTicks: mid + 1 },
      ...{ bidLots: 1, askLots: 1, updateId: 1, receivedNs: 0 },
    });
  /** Lets so many periods go by. */
  const wait = (periods = 1): void => {
    period += periods;
    desk.tick(START_MS + period * PERIOD_MS, nowNs());
  };
  /** A price that moves by these returns, one a period. */
  const follow = (returns: ArrayLike<number>): void => {
    for (let at = 0; at < returns.length; at += 1) {
      price *= Math.exp(returns[at] as number);
      quote(price);
      wait();
    }
  };
  let price = 1e9;
  const begin = (): void => {
    quote(price);
    wait();
  };
  const deviation = (instrument = 0): number => board.deviation(instrument, nowNs());
  const market = () => {
    const { markets: all } = desk.summary();
    return all['v S0'] as ReturnType<VolatilityDesk['summary']>['markets'][string];
  };
  /** Candles of these returns, the last of which closes so many periods before now. */
  const warm = (returns: ArrayLike<number>, periodsAgo = 0, instrument = 0): boolean => {
    const lastMs = START_MS + (period - periodsAgo) * PERIOD_MS;
    const closes = [{ endMs: lastMs - returns.length * PERIOD_MS, price: 1e9 }];
    for (let at = 0; at < returns.length; at += 1) {
      const { endMs, price: before } = closes.at(-1) as (typeof closes)[number];
      closes.push({
        endMs: endMs + PERIOD_MS,
        price: before * Math.exp(returns[at] as number),
      });
    }
    const clocks = { wallMs: START_MS + period * PERIOD_MS, monoNs: nowNs() };
    return desk.warm(instrument, closes, clocks);
  };
  return {
    ...{
      desk,
      board,
      jobs,
      events,
      warmed,
      jumps,
      correlationJobs,
      correlated,
      nowNs,
      settings,
      quote,
      wait,
      follow,
      begin,
      deviation,
    },
    ...{ market, warm },
  };
}

export const returnsOf = (count: number, seed: number): Float64Array =>
  simulated(aModel(), count, seed).map((value) => (value - 0.05) * 1e-4);
