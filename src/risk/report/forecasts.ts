import { err, ok, type Result } from '../../core/result.ts';
import {
  christoffersenTest,
  conditionalCoverageTest,
  type Forecast,
  kupiecTest,
  shortfallTest,
} from '../regulatory/backtest.ts';
import { type TrafficLight, trafficLight } from '../regulatory/capital.ts';
import { faultWords } from './fault-words.ts';
import type { LossRow } from './loss-table.ts';
import { METHODS, type Method } from './settings.ts';

/** What a method expects of one period, in money. */
export interface MethodForecast {
  readonly valueAtRisk99: number;
  readonly valueAtRisk975: number;
  readonly shortfall975: number;
}

export interface LossForecast {
  /** Wall clock at which its period begins. */
  readonly atMs: number;
  readonly equity: number;
  /** Those that knew something. */
  readonly methods: Readonly<Partial<Record<Method, MethodForecast>>>;
  /** Value at risk of 99 % over the worst stretch of the own history; null while there is none. */
  readonly stressed: number | null;
}

/** A forecast with what came of it. Losses are positive. */
export interface ScoredForecast extends LossForecast {
  /** Of the book as it was at the beginning, had nobody traded. */
  readonly hypothetical: number;
  /** Of the desk, with its trades and fees; null where it is not known. */
  readonly actual: number | null;
}

/** The two events of a forecast, as they are journaled: what was expected, and what came of it. */
export type ForecastEvent =
  | {
      readonly kind: 'loss-forecast';
      readonly atMs: number;
      /** The forecast without its time, as JSON. */
      readonly detail: string;
    }
  | {
      readonly kind: 'loss-scored';
      readonly atMs: number;
      /** `hypothetical` and `actual`, as JSON. */
      readonly detail: string;
    };

/** Periods that a backtest looks at: the days of the Basel window, in periods of the desk. */
export const BACKTEST_PERIODS = 250;

export interface BacktestRow {
  readonly method: Method;
  readonly observations: number;
  /** Losses beyond the 99 % value at risk: of the actual and of the hypothetical book. */
  readonly actual: number;
  readonly hypothetical: number;
  /** The larger of both, which everything below is of. */
  readonly exceptions: number;
  readonly light: Result<TrafficLight, string>;
  /** Chance of an outcome as far off if the method is right. */
  readonly kupiec: Result<number, string>;
  readonly christoffersen: Result<number, string>;
  readonly coverage: Result<number, string>;
  /** Acerbi and Székely's second test of the 97.5 % shortfall: 0 expected, negative is worse. */
  readonly shortfall: Result<{ readonly statistic: number; readonly zone: string }, string>;
}

/** What a table of losses promises, in money. */
export function forecastOf(
  rows: readonly LossRow[],
  equity: number,
): Readonly<Partial<Record<Method, MethodForecast>>> {
  const find = (method: Method, level: number): LossRow | undefined =>
    rows.find((row) => row.method === method && row.level === level);
  const entries = METHODS.flatMap((method) => {
    const [wide, tail] = [find(method, 0.99), find(method, 0.975)];
    const figures = [wide?.valueAtRisk, tail?.valueAtRisk, tail?.expectedShortfall];
    if (!figures.every((each) => typeof each === 'number')) return [];
    const [valueAtRisk99, valueAtRisk975, shortfall975] = figures.map((each) => each * equity);
    return [[method, { valueAtRisk99, valueAtRisk975, shortfall975 }] as const];
  });
  return Object.fromEntries(entries);
}

/** How the forecasts of every method came out, over the last 250 periods. */
export function backtestsOf(scored: readonly ScoredForecast[]): readonly BacktestRow[] {
  return METHODS.map((method) => backtestOf(scored, method));
}

interface Pair {
  readonly forecast: MethodForecast;
  readonly hypothetical: number;
  readonly actual: number | null;
}

export function backtestOf(scored: readonly ScoredForecast[], method: Method): BacktestRow {
  const pairs = scored
    .flatMap(({ methods, hypothetical, actual }): Pair[] => {
      const forecast = methods[method];
      return forecast === undefined ? [] : [{ forecast, hypothetical, actual }];
    })
    .slice(-BACKTEST_PERIODS);
  const beyond = (loss: number | null, { valueAtRisk99 }: MethodForecast): boolean =>
    loss !== null && loss > valueAtRisk99;
  const hypothetical = pairs.map((pair) => beyond(pair.hypothetical, pair.forecast));
  const actual = pairs.map((pair) => beyond(pair.actual, pair.forecast));
  const counts = { actual: countOf(actual), hypothetical: countOf(hypothetical) };
  const isActual = counts.actual > counts.hypothetical;
  const hits = isActual ? actual : hypothetical;
  const exceptions = isActual ? counts.actual : counts.hypothetical;
  const observations = pairs.length;
  const of = { observations, chance: CHANCE };
  const losses = pairs.map(
    (pair): Forecast => ({
      loss: (isActual ? pair.actual : pair.hypothetical) ?? pair.hypothetical,
      valueAtRisk: pair.forecast.valueAtRisk975,
      expectedShortfall: pair.forecast.shortfall975,
    }),
  );
  return {
    ...{ method, observations, ...counts, exceptions },
    light: worded(trafficLight(exceptions, of), observations),
    kupiec: chanceOf(kupiecTest(observations, exceptions, CHANCE), observations),
    christoffersen: chanceOf(christoffersenTest(hits), observations),
    coverage: chanceOf(conditionalCoverageTest(hits, CHANCE), observations),
    shortfall: worded(shortfallTest(losses, SHORTFALL_CHANCE), observations),
  };
}

/** Of an exception, as 99 % and 97.5 % promise. */
const CHANCE = 0.01;
const SHORTFALL_CHANCE = 0.025;

function countOf(hits: readonly boolean[]): number {
  return hits.filter(Boolean).length;
}

type Tested<T> = Result<T, { readonly kind: string }>;

function chanceOf(
  tested: Tested<{ readonly p: number }>,
  observations: number,
): Result<number, string> {
  const found = worded(tested, observations);
  return found.ok ? ok(found.value.p) : found;
}

function worded<T>(tested: Tested<T>, observations: number): Result<T, string> {
  if (observations === 0) return err('no forecast has come out yet');
  return tested.ok ? tested : err(faultWords(tested.error));
}
