import type { Instrument } from '../../core/instrument.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import type { Result } from '../../core/result.ts';
import type { BackfillJob, BackfillQueue } from '../../market/quality/backfill.ts';
import type { SequenceGap, TradesBackfilled } from '../../market/quality/events.ts';
import type { TradePrinted } from '../../market/trade.ts';
import type { Query, QueryFault } from '../port.ts';
import type { HistoryTrade, TradeHistory } from './trade-history.ts';

/**
 * Questions to one venue: a small share of what any of them allows, for orders, cancellations and
 * reconciliation come first.
 */
const BUDGET = { ratePerSecond: 0.5, burst: 2 };
/** A longer run of numbers is a venue that numbers anew, or a day that is better fetched whole. */
export const GAP_TRADES_MAX = 100_000;

export interface BackfillDeskOptions {
  readonly instruments: readonly Instrument[];
  readonly queue: BackfillQueue;
  /** By name of the venue. */
  readonly histories: ReadonlyMap<string, TradeHistory>;
  readonly stakeOf: (instrument: number) => BackfillJob['stake'];
  /** Takes a trade that was fetched, for whoever records. */
  readonly record: (trade: TradePrinted) => void;
  /** Told what is not missing any more. */
  readonly tell: (found: TradesBackfilled) => void;
}

/** What is to be asked now, and of which job. */
export interface BackfillQuestion {
  readonly job: BackfillJob;
  readonly query: Query<readonly HistoryTrade[]>;
}

/**
 * Fetches trades that were missed, one question at a time. A job shrinks from both ends as trades
 * come that join what is known, so that none is recorded twice, whichever end the venue shows
 * first; it is done when nothing is left of it. Wall times throughout, for jobs outlive processes.
 */
export class BackfillDesk {
  readonly #options: BackfillDeskOptions;
  readonly #byMarket: ReadonlyMap<string, Instrument>;
  readonly #budgets = new Map<string, RateBudget>();
  readonly #quietUntilMs = new Map<string, number>();
  #fetched = 0;
  #tooLarge = 0;
  #partly = 0;

  constructor(options: BackfillDeskOptions, nowMs: number) {
    const { instruments, histories, queue } = options;
    this.#options = options;
    this.#byMarket = new Map(instruments.map((each) => [marketOf(each), each]));
    for (const venue of histories.keys()) this.#budgets.set(venue, new RateBudget(BUDGET, nowMs));
    // What an earlier desk followed and this one does not is nobody's any more.
    for (const job of queue.all) if (!this.#byMarket.has(marketOf(job))) queue.giveUp(job.id);
  }

  onGap({ instrument, fromId, toId, fromMs, toMs }: SequenceGap, nowMs: number): void {
    const market = this.#options.instruments[instrument];
    if (market === undefined) return;
    if (toId - fromId >= GAP_TRADES_MAX) {
      this.#tooLarge += 1;
      return;
    }
    const { venue, symbol } = market;
    this.#options.queue.add({
      ...{ id: `${venue} ${symbol} ${fromId}`, venue, symbol },
      // A venue's times may go back by a little from one trade to the next.
      ...{ fromMs: Math.min(fromMs, toMs), toMs: Math.max(fromMs, toMs), fromId, toId },
      ...{ stake: this.#options.stakeOf(instrument), attempts: 0, notBeforeMs: nowMs },
    });
  }

  /** The most urgent question that may be asked now; null when there is none. */
  next(nowMs: number): BackfillQuestion | null {
    const { queue, histories } = this.#options;
    const mayAsk = (venue: string): boolean =>
      nowMs >= (this.#quietUntilMs.get(venue) ?? 0) &&
      (this.#budgets.get(venue)?.available(nowMs) ?? 0) >= 1;
    const job = queue.next(nowMs, mayAsk);
    if (job === null) return null;
    this.#budgets.get(job.venue)?.take(nowMs);
    const history = histories.get(job.venue) as TradeHistory;
    const instrument = this.#byMarket.get(marketOf(job)) as Instrument;
    return { job, query: history(instrument, job.fromMs, job.toMs) };
  }

  onAnswer(
    job: BackfillJob,
    answer: Result<readonly HistoryTrade[], QueryFault>,
    clocks: { readonly nowMs: number; readonly monoNs: number },
  ): void {
    const { queue } = this.#options;
    if (!answer.ok) {
      const { error } = answer;
      // A venue that wants to be left alone says nothing of the job.
      if (error.kind !== 'throttled') queue.failed(job.id, clocks.nowMs);
      else this.#quietUntilMs.set(job.venue, clocks.nowMs + error.retryAfterMs);
      return;
    }
    const left = this.#take(job, answer.value, clocks.monoNs);
    if (left.fromId > left.toId) queue.done(job.id);
    else if (left.fromId === job.fromId && left.toId === job.toId) {
      queue.failed(job.id, clocks.nowMs);
    } else queue.add({ ...left, attempts: 0, notBeforeMs: clocks.nowMs });
  }

  summary() {
    const { queue } = this.#options;
    return {
      waiting: queue.size,
      fetched: this.#fetched,
      givenUp: queue.dropped,
      tooLarge: this.#tooLarge,
      /** Aggregates of which some trades had come: counted as fetched, not recorded again. */
      partly: this.#partly,
    };
  }

  /** Takes what joins either end. @returns what is left of the job */
  #take(job: BackfillJob, trades: readonly HistoryTrade[], receivedNs: number): BackfillJob {
    let { fromId, toId, fromMs, toMs } = job;
    const forward = [...trades].sort((one, other) => one.tradeId - other.tradeId);
    for (const trade of forward) {
      const end = trade.tradeId + trade.count - 1;
      if (trade.tradeId > fromId || end < fromId || fromId > toId) continue;
      this.#tell(job, trade, fromId, Math.min(end, toId), receivedNs);
      fromId = end + 1;
      fromMs = Math.max(fromMs, trade.venueMs);
    }
    for (const trade of forward.reverse()) {
      const end = trade.tradeId + trade.count - 1;
      if (end < toId || trade.tradeId > toId || trade.tradeId < fromId) continue;
      this.#tell(job, trade, trade.tradeId, toId, receivedNs);
      toId = trade.tradeId - 1;
      toMs = Math.min(toMs, trade.venueMs);
    }
    return { ...job, fromId, toId, fromMs: Math.min(fromMs, toMs), toMs };
  }

  /** Of several trades shown as one of which some were there, the missing size is not known. */
  #tell(
    job: BackfillJob,
    { tradeId, count, ticks, lots, takerSide, venueMs }: HistoryTrade,
    fromId: number,
    toId: number,
    receivedNs: number,
  ): void {
    const { index: instrument } = this.#byMarket.get(marketOf(job)) as Instrument;
    const isWhole = fromId === tradeId && toId === tradeId + count - 1;
    this.#fetched += toId - fromId + 1;
    if (isWhole) {
      this.#options.record({
        ...{ kind: 'trade-printed', instrument, ticks, lots, takerSide },
        ...{ tradeId, venueMs, receivedNs },
      });
    } else this.#partly += 1;
    this.#options.tell({ kind: 'trades-backfilled', instrument, fromId, toId });
  }
}

function marketOf({ venue, symbol }: { readonly venue: string; readonly symbol: string }): string {
  return `${venue} ${symbol}`;
}
