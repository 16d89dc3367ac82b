import { assert, err } from '../../../core/result.ts';
import type { QuoteMessage } from '../../../market/quote.ts';
import type { VolatilityModel } from '../model.ts';
import type { VolatilityBoard } from './board.ts';
import {
  type CalibrationAnswer,
  type CalibrationJob,
  calibratedEvent,
  type VolatilityCalibrated,
} from './calibration.ts';
import {
  areFewEnough,
  type CorrelationAnswer,
  type CorrelationJob,
  type CorrelationsCalibrated,
  correlationsEvent,
  MarketCorrelations,
} from './market-correlations.ts';
import { type MarketJump, MarketVolatility, type WallAndMono } from './market-volatility.ts';
import { modelOf, type VolatilitySettings } from './settings.ts';
import { type ClosedPrice, type VolatilityWarmed, warmReturns } from './warm-start.ts';

/** A fit that has no answer by then has none. */
export const ANSWER_MS_MAX = 60_000;
/** Calibrations that are kept to be looked at; the journal has all of them. */
const HISTORY_MAX = 32;

/** One of them, as it was written down. */
export interface CalibrationNote {
  /** Wall clock. */
  readonly atMs: number;
  /** The market, or `correlations`. */
  readonly of: string;
  readonly verdict: 'adopted' | 'refused';
  readonly observations: number;
  readonly detail: string;
}

/** A market moved as no diffusion does; what led to it stays comparable in whole numbers. */
export interface PriceJumped {
  readonly kind: 'price-jumped';
  readonly instrument: number;
  /** End of the period, wall clock. */
  readonly endMs: number;
  /** Log return over the period, in hundredths of a basis point. */
  readonly returnPpm: number;
  /** |return| over its local deviation, and what no diffusion passes, in thousandths. */
  readonly statisticMilli: number;
  readonly thresholdMilli: number;
}

export type VolatilityEvent =
  | VolatilityCalibrated
  | CorrelationsCalibrated
  | VolatilityWarmed
  | PriceJumped;

export interface VolatilityDeskOptions {
  readonly instruments: readonly { readonly venue: string; readonly symbol: string }[];
  readonly settings: VolatilitySettings;
  readonly board: VolatilityBoard;
  /** Has a job carried out; the answer comes to `onAnswer`. */
  readonly fit: (job: CalibrationJob) => void;
  /** The same; the answer comes to `onCorrelations`. */
  readonly correlate: (job: CorrelationJob) => void;
  /** @throws when it cannot be journaled */
  readonly record: (event: VolatilityEvent) => void;
}

interface Waiting {
  /** Null where it is the correlations of all. */
  readonly instrument: number | null;
  readonly turn: number;
  readonly taken: number;
  readonly sinceMs: number;
}

/**
 * Follows the volatility of every market and has its model fitted anew, one market at a time. A fit
 * that is refused, or does not answer, leaves what was there; both are written down.
 */
export class VolatilityDesk {
  readonly #options: VolatilityDeskOptions;
  readonly #model: VolatilityModel;
  readonly #markets: readonly MarketVolatility[];
  /** Monotonic time of the last try of each market; long ago at the start. */
  readonly #triedMs: Float64Array;
  /** Null where nobody asks for a model of them, or the markets are too few or too many. */
  readonly #correlations: MarketCorrelations | null;
  #correlatedMs = Number.NEGATIVE_INFINITY;
  #waiting: Waiting | null = null;
  /** Newest last. */
  readonly #history: CalibrationNote[] = [];
  #wallMs = 0;
  #turn = 0;
  #adopted = 0;
  #refused = 0;

  constructor(options: VolatilityDeskOptions) {
    const { instruments, settings, board } = options;
    this.#options = options;
    this.#model = modelOf(settings);
    this.#triedMs = new Float64Array(instruments.length).fill(Number.NEGATIVE_INFINITY);
    const isDynamic = settings.correlation === 'dynamic' && areFewEnough(instruments.length);
    this.#correlations = isDynamic ? new MarketCorrelations(instruments.length, board) : null;
    this.#markets = instruments.map(
      (_, instrument) =>
        new MarketVolatility({
          instrument,
          model: this.#model,
          board,
          capacity: settings.returns,
          bucketMs: settings.seasonMinutes * 60_000,
          ewmaLambda: settings.ewmaLambda,
          jumped: (jump) => options.record(jumpedEvent(jump)),
        }),
    );
  }

  onQuote(message: QuoteMessage): void {
    const market = this.#markets[message.instrument];
    if (message.kind === 'quote-updated') market?.onQuote(message);
    else market?.onQuoteLost();
  }

  /**
   * Begins a market with prices from before the start, in the order of time. Too late once a fit of
   * it is under way: what is fitted is numbered by what was taken.
   *
   * @returns whether they were of use
   */
  warm(instrument: number, closes: readonly ClosedPrice[], clocks: WallAndMono): boolean {
    const market = this.#markets[instrument];
    if (market === undefined || this.#waiting?.instrument === instrument) return false;
    const warmed = warmReturns(closes, this.#options.board.periodMs);
    const { returns, endsMs } = warmed;
    if (!market.warm(warmed, clocks)) return false;
    const missing = returns.filter((value) => Number.isNaN(value)).length;
    const [fromMs = 0, toMs = 0] = [endsMs[0], endsMs.at(-1)];
    const counts = { returns: returns.length, missing, fromMs, toMs };
    this.#options.record({ kind: 'volatility-warmed', instrument, ...counts });
    return true;
  }

  /** Several times a period. */
  tick(wallMs: number, monoNs: number): void {
    this.#wallMs = wallMs;
    let hasEnded = false;
    for (const market of this.#markets) hasEnded = market.tick(wallMs, monoNs) || hasEnded;
    if (hasEnded) this.#correlations?.end(this.#shockOf, monoNs);
    const monoMs = monoNs / 1e6;
    const waiting = this.#waiting;
    if (waiting !== null && monoMs - waiting.sinceMs > ANSWER_MS_MAX) {
      const { instrument, turn } = waiting;
      const outcome = err({ kind: 'no-answer', waitedMs: ANSWER_MS_MAX } as const);
      if (instrument === null) this.onCorrelations({ kind: 'correlations', turn, outcome });
      else this.onAnswer({ instrument, turn, outcome });
    }
    if (this.#waiting === null && !this.#fitNext(monoMs)) this.#correlateNext(monoMs);
  }

  /** An answer that nobody waits for any more is none. */
  onAnswer(answer: CalibrationAnswer): void {
    const waiting = this.#waiting;
    if (waiting === null || waiting.turn !== answer.turn || waiting.instrument === null) return;
    this.#waiting = null;
    const { outcome } = answer;
    // Written down before it is used.
    const event = calibratedEvent(answer, this.#model);
    this.#options.record(event);
    this.#note(this.#nameOf(waiting.instrument), event);
    if (outcome.ok) {
      this.#adopted += 1;
      this.#markets[waiting.instrument]?.adopt(outcome.value, waiting.taken);
    } else this.#refused += 1;
  }

  /** An answer that nobody waits for any more is none. */
  onCorrelations(answer: CorrelationAnswer): void {
    const waiting = this.#waiting;
    if (waiting?.turn !== answer.turn || waiting.instrument !== null) return;
    this.#waiting = null;
    const { outcome } = answer;
    const event = correlationsEvent(answer, this.#markets.length);
    this.#options.record(event);
    this.#note('correlations', event);
    if (outcome.ok) {
      this.#adopted += 1;
      this.#correlations?.adopt(outcome.value, waiting.taken);
    } else this.#refused += 1;
  }

  readonly #shockOf = (market: number): number => (this.#markets[market] as MarketVolatility).shock;

  summary() {
    const markets = this.#markets.map(
      (market, at) => [this.#nameOf(at), market.summary()] as const,
    );
    return {
      adopted: this.#adopted,
      refused: this.#refused,
      isFitting: this.#waiting !== null,
      correlation: this.#correlations === null ? 'average' : 'dynamic',
      markets: Object.fromEntries(markets),
      history: [...this.#history],
    };
  }

  #note(of: string, event: VolatilityCalibrated | CorrelationsCalibrated): void {
    const { verdict, observations, detail } = event;
    this.#history.push({ atMs: this.#wallMs, of, verdict, observations, detail });
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
  }

  #nameOf(instrument: number): string {
    const found = this.#options.instruments[instrument];
    assert(found !== undefined, 'an instrument of the desk');
    return `${found.venue} ${found.symbol}`;
  }

  /**
   * The market that has waited longest of those whose fit is due.
   *
   * @returns false where none is
   */
  #fitNext(monoMs: number): boolean {
    const { refitMinutes, returnsMin } = this.#options.settings;
    let next = -1;
    this.#markets.forEach(({ known }, at) => {
      const triedMs = this.#triedMs[at] as number;
      if (known < returnsMin || monoMs - triedMs < refitMinutes * 60_000) return;
      if (next < 0 || triedMs < (this.#triedMs[next] as number)) next = at;
    });
    if (next < 0) return false;
    this.#turn += 1;
    this.#triedMs[next] = monoMs;
    const { taken, ...job } = (this.#markets[next] as MarketVolatility).job(this.#turn);
    this.#waiting = { instrument: next, turn: this.#turn, taken, sinceMs: monoMs };
    this.#options.fit(job);
    return true;
  }

  #correlateNext(monoMs: number): void {
    const correlations = this.#correlations;
    if (correlations === null || !correlations.isReady) return;
    if (monoMs - this.#correlatedMs < this.#options.settings.refitMinutes * 60_000) return;
    this.#turn += 1;
    this.#correlatedMs = monoMs;
    const { taken, ...job } = correlations.job(this.#turn);
    this.#waiting = { instrument: null, turn: this.#turn, taken, sinceMs: monoMs };
    this.#options.correlate(job);
  }
}

function jumpedEvent({ instrument, endMs, value, statistic, threshold }: MarketJump): PriceJumped {
  return {
    kind: 'price-jumped',
    instrument,
    endMs,
    returnPpm: Math.round(value * 1e6),
    statisticMilli: Math.round(Math.abs(statistic) * 1e3),
    thresholdMilli: Math.round(threshold * 1e3),
  };
}
