import type { MarketPosition } from '../book.ts';
import type { BacktestRow, ForecastEvent, ScoredForecast } from '../forecasts.ts';
import type { HeatLimits } from '../heatmap.ts';
import { PriceHistory, type PriceRows } from '../price-history.ts';
import type { ReportAnswer, ReportJob, RiskReport } from '../risk-report.ts';
import type { RiskReportSettings } from '../settings.ts';
import type { StressRow } from '../stress-part.ts';
import { ForecastBook, type ForecastStart } from './forecast-book.ts';
import type { DeskSample } from './sample.ts';

/** A report that has no answer by then has none. */
export const ANSWER_MS_MAX = 300_000;
/** A price that is seen so long after the end of a period is not the price at its end. */
export const LATE_MS_MAX = 15_000;

/** Answer of whoever makes reports, and why the history could not be kept; null when it was. */
export interface ReporterAnswer extends ReportAnswer {
  readonly saveFault: string | null;
}

/** Makes reports, in a thread or, in a rehearsal, in a later turn of this one. */
export interface Reporter {
  /**
   * `done` is called once for each job, or never after `stop`.
   *
   * @param isKept whether the rows of the job are to be kept on disk
   */
  readonly run: (job: ReportJob, isKept: boolean, done: (answer: ReporterAnswer) => void) => void;
  readonly stop: () => Promise<void>;
}

/** What is written down; an incident is told to people. */
export type ReportEvent =
  | ForecastEvent
  | {
      readonly kind: 'incident';
      readonly what: string;
      readonly where: string;
      readonly detail: string;
    };

export interface ReportDeskOptions {
  /** `venue symbol` of each, in the order of the samples. */
  readonly markets: readonly string[];
  readonly settings: RiskReportSettings;
  readonly limits: () => HeatLimits;
  /** Of closing a position in a calm market, as a fraction of its notional. */
  readonly closingCost: () => number;
  /** Has a job carried out; the answer comes to `onAnswer`. */
  readonly make: (job: ReportJob, isKept: boolean) => void;
  /** @throws when it cannot be journaled */
  readonly record: (event: ReportEvent) => void;
  /** Path of whoever this is, for incidents. */
  readonly where: string;
}

/** What was kept before this object. */
export interface ReportMemory {
  readonly rows: PriceRows | null;
  readonly scored: readonly ScoredForecast[];
}

interface Waiting {
  readonly turn: number;
  readonly sinceMs: number;
  /** End of the period after which a forecast begins; null where none is asked for. */
  readonly atMs: number | null;
  readonly start: ForecastStart;
}

/** What people see. */
export interface ReportSummary {
  readonly report: RiskReport | null;
  /** Why there is none, or none newer; empty where nothing is wrong. */
  readonly why: string;
  readonly rows: number;
  readonly scored: number;
  readonly unscored: number;
  readonly unanswered: number;
  readonly isWorking: boolean;
}

/**
 * Keeps the prices of the markets, has a report made from time to time, and holds every period's
 * forecast of the loss against what happened. It decides nothing over orders: what the lane may
 * read is with the controls.
 */
export class ReportDesk {
  readonly #options: ReportDeskOptions;
  readonly #periodMs: number;
  readonly #history: PriceHistory;
  readonly #forecasts: ForecastBook;
  /** Conditions that people have been told of and that still hold. */
  readonly #told = new Set<string>();
  #period = Number.NaN;
  #madeMs = Number.NEGATIVE_INFINITY;
  #turn = 0;
  #waiting: Waiting | null = null;
  #report: RiskReport | null = null;
  #why = 'no report has been made yet';
  #unanswered = 0;

  constructor(options: ReportDeskOptions, { rows, scored }: ReportMemory) {
    const { settings, markets, record } = options;
    this.#options = options;
    this.#periodMs = settings.periodMinutes * 60_000;
    // One row more than returns.
    this.#history = new PriceHistory(this.#periodMs, markets, settings.returns + 1);
    if (rows !== null) this.#history.restore(rows);
    this.#forecasts = new ForecastBook(this.#periodMs, scored, record);
  }

  /** Several times a minute. @param sample null where the desk cannot say what it holds */
  look(sample: DeskSample | null, wallMs: number, monoMs: number): void {
    this.#giveUpWaiting(monoMs);
    const period = Math.floor(wallMs / this.#periodMs);
    const endMs = period * this.#periodMs;
    const isNew = period !== this.#period && wallMs - endMs <= LATE_MS_MAX;
    if (sample === null) return;
    this.#period = period;
    if (isNew) {
      this.#history.take(
        endMs,
        sample.positions.map(({ price }) => price),
      );
      this.#forecasts.score(endMs, sample);
    }
    const isDue = monoMs - this.#madeMs >= this.#options.settings.everyMinutes * 60_000;
    // Before the accounts are known there is nothing to report, and nobody waits long for that.
    if ((isNew || isDue) && this.#waiting === null && !Number.isNaN(sample.equity)) {
      this.#make(sample, wallMs, monoMs, isNew ? endMs : null);
    }
  }

  /** An answer that nobody waits for any more is none. */
  onAnswer({ turn, outcome, forecast, saveFault }: ReporterAnswer): void {
    const waiting = this.#waiting;
    if (waiting?.turn !== turn) return;
    this.#waiting = null;
    this.#tell('risk-history-not-kept', saveFault);
    if (!outcome.ok) {
      this.#report = null;
      this.#why = outcome.error;
      return;
    }
    this.#report = outcome.value;
    this.#why = '';
    const { atMs, start } = waiting;
    if (atMs !== null && forecast !== null) this.#forecasts.begin({ ...forecast, atMs }, start);
    this.#tell('stress-loss', stressWords(outcome.value));
    this.#tell('risk-forecasts-red', lightWords(outcome.value));
  }

  summary(): ReportSummary {
    return {
      report: this.#report,
      why: this.#why,
      rows: this.#history.rows,
      scored: this.#forecasts.scored.length,
      unscored: this.#forecasts.unscored,
      unanswered: this.#unanswered,
      isWorking: this.#waiting !== null,
    };
  }

  #make(sample: DeskSample, wallMs: number, monoMs: number, atMs: number | null): void {
    const { limits, closingCost, settings, make } = this.#options;
    this.#turn += 1;
    this.#madeMs = monoMs;
    this.#waiting = { turn: this.#turn, sinceMs: monoMs, atMs, start: sample };
    const { equity } = sample;
    const positions: readonly MarketPosition[] = sample.positions;
    const job: ReportJob = {
      ...{ turn: this.#turn, madeMs: wallMs, equity, positions, settings },
      rows: this.#history.copy(),
      scored: this.#forecasts.scored,
      limits: limits(),
      closingCost: closingCost(),
    };
    make(job, atMs !== null);
  }

  #giveUpWaiting(monoMs: number): void {
    if (this.#waiting === null || monoMs - this.#waiting.sinceMs <= ANSWER_MS_MAX) return;
    this.#waiting = null;
    this.#unanswered += 1;
    this.#why = `the last report had no answer within ${ANSWER_MS_MAX / 1_000} s`;
  }

  /** Once when it begins to hold. @param detail null where it does not hold */
  #tell(what: string, detail: string | null): void {
    if (detail === null) this.#told.delete(what);
    else if (!this.#told.has(what)) {
      this.#told.add(what);
      this.#options.record({ kind: 'incident', what, where: this.#options.where, detail });
    }
  }
}

function stressWords({ stress, equity }: RiskReport): string | null {
  const worst = stress.rows[0] as StressRow;
  if (!(worst.loss > stress.lossMax)) return null;
  const limit = (stress.lossMax / equity) * 100;
  const loss = (worst.lossFraction * 100).toFixed(1);
  return `${worst.scenario}: ${loss} % of equity, above ${limit.toFixed(1)} %`;
}

function lightWords({ backtests, method }: RiskReport): string | null {
  const row = backtests.find((each) => each.method === method) as BacktestRow;
  if (!row.light.ok || row.light.value.zone !== 'red') return null;
  return `${method}: ${row.exceptions} losses beyond the 99 % value at risk in ${row.observations}`;
}
