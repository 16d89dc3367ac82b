import { err, ok, type Result } from '../../core/result.ts';
import { type Book, bookOf, bookReturns, type MarketPosition } from './book.ts';
import { type Breakdown, bookCovariance, breakdownOf } from './breakdown.ts';
import { type CapitalPart, capitalPart, stressedLoss } from './capital-part.ts';
import {
  type BacktestRow,
  backtestOf,
  backtestsOf,
  forecastOf,
  type LossForecast,
  type ScoredForecast,
} from './forecasts.ts';
import { type HeatLimits, type HeatMap, heatMap } from './heatmap.ts';
import { type BookReturns, type LossRow, lossTable } from './loss-table.ts';
import type { PriceRows } from './price-history.ts';
import type { RiskReportSettings } from './settings.ts';
import { type StressPart, stressPart } from './stress-part.ts';

/** What a report is made of. It crosses threads, so that it is plain data. */
export interface ReportJob {
  /** Counts the jobs: an answer to an older one is too late. */
  readonly turn: number;
  readonly madeMs: number;
  /** In quote currency; NaN where nobody knows it. */
  readonly equity: number;
  /** All markets, in the order of the columns of the history. */
  readonly positions: readonly MarketPosition[];
  readonly rows: PriceRows;
  readonly scored: readonly ScoredForecast[];
  readonly limits: HeatLimits;
  /** Of closing a position in a calm market, as a fraction of its notional. */
  readonly closingCost: number;
  readonly settings: RiskReportSettings;
}

/** Everything that is known of the risk of the desk; what is not known says why. */
export interface RiskReport {
  readonly madeMs: number;
  readonly periodMinutes: number;
  readonly equity: number;
  /** In quote currency: sums of the sizes and of the signed notionals. */
  readonly gross: number;
  readonly net: number;
  /** Returns that what is held has in common, and rows of prices that are kept. */
  readonly returns: number;
  readonly rows: number;
  /** Fractions of equity over one period. An error where there is nothing to lose. */
  readonly losses: Result<readonly LossRow[], string>;
  readonly breakdown: Result<Breakdown, string>;
  readonly stress: StressPart;
  readonly capital: CapitalPart;
  /** The method that capital and traffic light go by. */
  readonly method: RiskReportSettings['method'];
  readonly backtests: readonly BacktestRow[];
  readonly heatmap: HeatMap;
}

export interface ReportAnswer {
  readonly turn: number;
  /** An error says why there is nothing to report. */
  readonly outcome: Result<RiskReport, string>;
  /** What the methods expect of the period that begins now; null where they know nothing. */
  readonly forecast: LossForecast | null;
}

/** Makes the report. Milliseconds to seconds: never on the lane. */
export function riskReport(job: ReportJob): ReportAnswer {
  const { turn, equity, positions } = job;
  const book = bookOf(positions, equity);
  if (!book.ok) return { turn, outcome: book, forecast: null };
  const returns = bookReturns(book.value, job.rows);
  const losses = returns.ok ? ok(lossTable(returns.value, job.settings)) : returns;
  const forecast = returns.ok && losses.ok ? expected(job, losses.value, returns.value) : null;
  return { turn, outcome: ok(reportOf(job, book.value, returns, losses, forecast)), forecast };
}

function expected(
  { madeMs, equity, settings }: ReportJob,
  losses: readonly LossRow[],
  returns: BookReturns,
): LossForecast | null {
  const methods = forecastOf(losses, equity);
  if (Object.keys(methods).length === 0) return null;
  const stressed = stressedLoss(returns, settings.stressedReturns);
  return { atMs: madeMs, equity, methods, stressed: stressed === null ? null : stressed * equity };
}

function reportOf(
  job: ReportJob,
  book: Book,
  returns: Result<BookReturns, string>,
  losses: Result<readonly LossRow[], string>,
  forecast: LossForecast | null,
): RiskReport {
  const { rows, settings, scored, limits, closingCost, madeMs, equity } = job;
  const { method, returnsMin, periodMinutes } = settings;
  const own = forecast?.methods[method] ?? null;
  const valueAtRisk = own?.valueAtRisk99 ?? null;
  const breakdown = breakdownOf(book, rows, { returnsMin, valueAtRisk });
  const covariance = bookCovariance(book, rows, returnsMin);
  const backtests = backtestsOf(scored);
  const { exceptions } = backtestOf(scored, method);
  const components = breakdown.ok ? breakdown.value.components : null;
  return {
    ...{ madeMs, periodMinutes, equity, method, losses, breakdown, backtests },
    gross: book.held.reduce((sum, { notional }) => sum + Math.abs(notional), 0),
    net: book.held.reduce((sum, { notional }) => sum + notional, 0),
    returns: returns.ok ? returns.value.book.length : 0,
    rows: rows.endsMs.length,
    stress: stressPart(book, settings, {
      ...{ returns, covariance, closingCost },
      periodMs: rows.periodMs,
    }),
    capital: capitalPart(book, settings, {
      ...{ rows, scored, exceptions },
      stressed: forecast?.stressed ?? null,
      forecast: own === null ? err(whyUnknown(losses, method)) : ok(own),
    }),
    heatmap: heatMap(book, rows, { settings, limits, components, closingCost }),
  };
}

function whyUnknown(losses: Result<readonly LossRow[], string>, method: string): string {
  if (!losses.ok) return losses.error;
  const row = losses.value.find((each) => each.method === method && each.valueAtRisk === null);
  return (row as LossRow).note;
}
