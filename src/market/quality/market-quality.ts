import { FeedLatency, type FeedLatencyReport } from '../latency/feed-latency.ts';
import type { QuoteUpdated } from '../quote.ts';
import type { TradePrinted } from '../trade.ts';
import { ArrivalRate } from './arrival-rate.ts';
import { BenfordCounts, type Conformity } from './benford.ts';
import type { QualityEvent, SequenceGap } from './events.ts';
import { GapLedger } from './gap-ledger.ts';
import { type QualityScore, qualityScore } from './score.ts';
import type { QualitySettings } from './settings.ts';

/** Samples of a second; a gap is four of them, and a quarter of an hour is the market now. */
const ARRIVALS = { sampleMs: 1_000, samplesMin: 4, warmUp: 60, acceptAfter: 900 };
const LATENCY_WINDOW = 512;
/** A number so far below all before is of a venue that has begun to number anew. */
const RENUMBERED = 10_000;
/** Fewer sizes than these say nothing of their digits. */
const DIGITS_MIN = 1_000;

/** What an inspector sees of one market. */
export interface MarketQualitySummary {
  readonly score: number | null;
  readonly missing: number;
  readonly duplicates: number;
  readonly latency: FeedLatencyReport | null;
  readonly digits: Conformity | null;
}

/** Counts what comes of one market, for the score of the hour. A message is O(latency window). */
export class MarketQuality {
  readonly #instrument: number;
  readonly #settings: QualitySettings;
  readonly #record: (event: QualityEvent) => void;
  readonly #onGap: (gap: SequenceGap) => void;
  readonly #trades = new GapLedger();
  readonly #arrivals = new ArrivalRate(ARRIVALS);
  readonly #latency = new FeedLatency(LATENCY_WINDOW);
  readonly #sizes = new BenfordCounts('first');
  #tradeMs = Number.NaN;
  /** Monotonic time since which the book has been live; NaN while it is not. */
  #liveSinceMs = Number.NaN;
  #liveMs = 0;
  #messages = 0;
  #valid = 0;
  #stamped = 0;
  #timely = 0;
  #books = 0;
  #badBooks = 0;
  #seenBefore = 0;
  #duplicatesBefore = 0;
  #missingBefore = 0;

  constructor(
    instrument: number,
    settings: QualitySettings,
    record: (event: QualityEvent) => void,
    onGap: (gap: SequenceGap) => void,
  ) {
    this.#instrument = instrument;
    this.#settings = settings;
    this.#record = record;
    this.#onGap = onGap;
  }

  onQuote({ bidTicks, askTicks }: QuoteUpdated, monoMs: number): void {
    this.#messages += 1;
    this.#books += 1;
    this.#arrivals.onMessage();
    if (bidTicks > 0 && askTicks > bidTicks) this.#valid += 1;
    if (Number.isNaN(this.#liveSinceMs)) this.#liveSinceMs = monoMs;
  }

  /** @param reason as the feed words it: a line that was lost says nothing against the data */
  onQuoteLost(reason: string, monoMs: number): void {
    this.#settleLive(monoMs);
    this.#liveSinceMs = Number.NaN;
    if (!BAD_BOOK.includes(reason)) return;
    this.#books += 1;
    this.#badBooks += 1;
  }

  /** @param wallMs our clock when the frame reached us */
  onTrade({ tradeId, ticks, lots, venueMs }: TradePrinted, wallMs: number): void {
    this.#messages += 1;
    this.#arrivals.onMessage();
    if (ticks > 0 && lots > 0) this.#valid += 1;
    this.#countNumber(tradeId, venueMs);
    this.#sizes.addWhole(Math.round(lots));
    this.#latency.add(wallMs, venueMs);
    this.#stamped += 1;
    if (wallMs - venueMs - this.#latency.leastMs <= this.#settings.lateMs) this.#timely += 1;
  }

  /** Numbers that were missing have been fetched. */
  onBackfilled(fromId: number, toId: number): void {
    this.#trades.fill(fromId, toId);
  }

  /** To be called several times a second. @param wallMs venue gaps are told in wall time */
  tick(monoMs: number, wallMs: number): void {
    const { gapSinceMs } = this.#arrivals;
    const found = this.#arrivals.sample(monoMs);
    if (found !== 'closed') return;
    const fromMs = Math.round(wallMs - (monoMs - gapSinceMs));
    const toMs = Math.round(wallMs);
    this.#record({
      ...{ kind: 'data-gap', instrument: this.#instrument, how: 'rate' },
      ...{ fromMs, toMs, missing: 0 },
    });
  }

  /** The score since the last hour ended. @param wantedMs how long that is */
  score(monoMs: number, wantedMs: number): QualityScore {
    this.#settleLive(monoMs);
    const { seen, missing, duplicates } = this.#trades;
    return qualityScore({
      seen: seen - this.#seenBefore,
      missing: Math.max(missing - this.#missingBefore, 0),
      timely: this.#timely,
      stamped: this.#stamped,
      valid: this.#valid,
      messages: this.#messages,
      agreed: this.#books - this.#badBooks,
      compared: this.#books,
      duplicates: duplicates - this.#duplicatesBefore,
      liveMs: Math.min(this.#liveMs, wantedMs),
      wantedMs,
    });
  }

  /** What the sizes of the hour say; null where there were too few. */
  get digits(): Conformity | null {
    return this.#sizes.n < DIGITS_MIN ? null : (this.#sizes.report()?.conformity ?? null);
  }

  /** The hour is over: what is counted from here on is of the next. */
  nextHour(): void {
    this.#liveMs = 0;
    this.#messages = 0;
    this.#valid = 0;
    this.#stamped = 0;
    this.#timely = 0;
    this.#books = 0;
    this.#badBooks = 0;
    this.#sizes.clear();
    this.#seenBefore = this.#trades.seen;
    this.#duplicatesBefore = this.#trades.duplicates;
    this.#missingBefore = this.#trades.missing;
  }

  summary(monoMs: number, wantedMs: number): MarketQualitySummary {
    const { missing, duplicates } = this.#trades;
    return {
      score: this.score(monoMs, wantedMs).score,
      missing,
      duplicates,
      latency: this.#latency.report(),
      digits: this.digits,
    };
  }

  #countNumber(tradeId: number, venueMs: number): void {
    const ledger = this.#trades;
    const { last } = ledger;
    if (!Number.isSafeInteger(tradeId)) return;
    if (tradeId < ledger.first - RENUMBERED) ledger.restart();
    ledger.add(tradeId);
    const missing = tradeId - last - 1;
    if (missing > 0) {
      const times = { fromMs: Math.round(this.#tradeMs), toMs: Math.round(venueMs) };
      const instrument = this.#instrument;
      this.#record({ kind: 'data-gap', instrument, how: 'sequence', ...times, missing });
      const ids = { fromId: last + 1, toId: tradeId - 1 };
      this.#onGap({ kind: 'gap-found', instrument, ...ids, ...times });
    }
    if (!(tradeId <= last)) this.#tradeMs = venueMs;
  }

  #settleLive(monoMs: number): void {
    if (Number.isNaN(this.#liveSinceMs)) return;
    this.#liveMs += monoMs - this.#liveSinceMs;
    this.#liveSinceMs = monoMs;
  }
}

/** Reasons that speak against what the venue or the line brought. */
const BAD_BOOK: readonly string[] = ['gap', 'checksum', 'crossed'];
