import type { Instrument } from '../../core/instrument.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import type { Result } from '../../core/result.ts';
import type { Query, QueryFault } from '../port.ts';
import { type Candle, type CandleHistory, MINUTE_MS } from './candle-history.ts';

/** Questions to one venue: it begins to trade at the same time, and orders come first. */
const BUDGET = { ratePerSecond: 1, burst: 2 };
/** Two weeks: more says nothing of today, and takes long to ask for. */
export const WARM_MINUTES_MAX = 20_160;
/** A market whose history fails so often in a row begins without it. */
export const FAILURES_MAX = 6;
const AGAIN_MS = 1_000;

export interface CandleDeskOptions {
  readonly instruments: readonly Instrument[];
  /** By name of the venue. */
  readonly histories: ReadonlyMap<string, CandleHistory>;
  /** How many minutes before now are wanted, at most {@link WARM_MINUTES_MAX}. */
  readonly minutes: number;
}

/** What is to be asked now, and of which market. */
export interface CandleQuestion {
  readonly instrument: number;
  readonly toMs: number;
  readonly query: Query<readonly Candle[]>;
}

/** All that a venue has of a market, oldest first; without those that were not closed. */
export interface ClosedCandles {
  readonly instrument: number;
  readonly candles: readonly Candle[];
  /** Why there is no more; empty when nothing failed. */
  readonly fault: string;
}

interface Wanted {
  readonly instrument: Instrument;
  /** What was answered for reaches to here. */
  fromMs: number;
  notBeforeMs: number;
  failures: number;
  fault: string;
  readonly candles: Map<number, Candle>;
}

/**
 * Asks for the candles before a start, page after page and one question at a time, each market
 * until its history reaches the present. Wall times, for candles are of the wall clock.
 */
export class CandleDesk {
  readonly #histories: ReadonlyMap<string, CandleHistory>;
  readonly #wanted: Wanted[];
  readonly #budgets = new Map<string, RateBudget>();

  constructor({ instruments, histories, minutes }: CandleDeskOptions, nowMs: number) {
    const backMs = Math.min(minutes, WARM_MINUTES_MAX) * MINUTE_MS;
    const fromMs = Math.floor((nowMs - backMs) / MINUTE_MS) * MINUTE_MS;
    this.#histories = histories;
    this.#wanted = instruments.map((instrument) => ({
      ...{ instrument, fromMs, notBeforeMs: nowMs, failures: 0, fault: '', candles: new Map() },
    }));
    for (const venue of histories.keys()) this.#budgets.set(venue, new RateBudget(BUDGET, nowMs));
  }

  /** Markets whose history is not whole yet. */
  get waiting(): number {
    return this.#wanted.length;
  }

  /** What may be asked now; null when nothing may. */
  next(nowMs: number): CandleQuestion | null {
    for (const { instrument, fromMs, notBeforeMs } of this.#wanted) {
      const { venue } = instrument;
      const history = this.#histories.get(venue);
      const mayAsk = nowMs >= notBeforeMs && this.#budgets.get(venue)?.take(nowMs) === true;
      if (history === undefined || !mayAsk) continue;
      const toMs = Math.min(nowMs, fromMs + history.candlesMax * MINUTE_MS);
      const query = history.query(instrument, fromMs, toMs, 1);
      return { instrument: instrument.index, toMs, query };
    }
    return null;
  }

  /** @returns the candles of the market when that was the last of them, else null */
  onAnswer(
    { instrument, toMs }: CandleQuestion,
    answer: Result<readonly Candle[], QueryFault>,
    nowMs: number,
  ): ClosedCandles | null {
    const at = this.#wanted.findIndex((each) => each.instrument.index === instrument);
    const wanted = this.#wanted[at];
    if (wanted === undefined) return null;
    if (!answer.ok) {
      this.#onFault(wanted, answer.error, nowMs);
      if (wanted.failures < FAILURES_MAX) return null;
    } else {
      wanted.failures = 0;
      wanted.fault = '';
      for (const candle of answer.value) {
        const isClosed = candle.openMs + MINUTE_MS <= nowMs;
        if (isClosed && candle.openMs >= wanted.fromMs) wanted.candles.set(candle.openMs, candle);
      }
      // The minute that was running then had not closed.
      wanted.fromMs = Math.floor(toMs / MINUTE_MS) * MINUTE_MS;
      if (wanted.fromMs + MINUTE_MS <= nowMs) return null;
    }
    this.#wanted.splice(at, 1);
    const candles = [...wanted.candles.values()].sort((one, other) => one.openMs - other.openMs);
    return { instrument, candles, fault: wanted.fault };
  }

  /** A wish to be left alone says nothing of the market. */
  #onFault(wanted: Wanted, fault: QueryFault, nowMs: number): void {
    if (fault.kind === 'throttled') {
      wanted.notBeforeMs = nowMs + fault.retryAfterMs;
      return;
    }
    wanted.notBeforeMs = nowMs + AGAIN_MS * 2 ** wanted.failures;
    wanted.failures += 1;
    wanted.fault = fault.detail;
  }
}
