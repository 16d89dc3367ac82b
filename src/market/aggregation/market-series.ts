import type { Instrument } from '../../core/instrument.ts';
import { ActivityBars, type BarRule } from '../bars/activity-bars.ts';
import type { Bar } from '../bars/bar.ts';
import { type EventBucket, EventBuckets } from '../bars/event-buckets.ts';
import { TimeBars } from '../bars/time-bars.ts';
import type { TradePrinted } from '../trade.ts';
import type { AggregationSettings } from './settings.ts';

/** What fills the bars of a series. */
export const BAR_KINDS = ['time', 'trades', 'volume', 'notional', 'imbalance'] as const;
export type BarKind = (typeof BAR_KINDS)[number];

/** A bar that is closed; nothing changes it any more. Frozen. */
export interface BarClosed {
  readonly kind: 'bar-closed';
  readonly series: BarKind;
  readonly bar: Bar;
}

/** A bucket of 1 … 5 ms of event time that is closed. Mids in ticks. Frozen. */
export interface BucketClosed extends Readonly<EventBucket> {
  readonly kind: 'bucket-closed';
  readonly instrument: number;
}

/** Bars of each kind, and buckets, that are kept. */
export const SERIES_KEPT = 256;
/** Imbalance bars over which what is expected of one is averaged, and the most they hold. */
const IMBALANCE_BARS = 20;
const IMBALANCE_TRADES_MAX = 100;
/** Buckets over which the variance that sets their width is averaged. */
const BUCKET_MEMORY = 50;
const BUCKET_FIELDS = 7;

export interface SeriesOptions {
  readonly instrument: Instrument;
  readonly settings: AggregationSettings;
  /** Told what closes; called in the middle of `onTrade`. */
  readonly onBar: (series: BarKind, bar: Bar) => void;
}

/** Bars and event-time buckets of one market. Nothing but what closes allocates. */
export class MarketSeries {
  readonly #options: SeriesOptions;
  readonly #time: TimeBars;
  readonly #activity: { readonly series: BarKind; readonly bars: ActivityBars }[] = [];
  readonly #bars: Readonly<Record<BarKind, Bar[]>>;
  readonly #buckets: EventBuckets;
  readonly #kept = new Float64Array(SERIES_KEPT * BUCKET_FIELDS);
  #closed = 0;

  constructor(options: SeriesOptions) {
    const { settings } = options;
    this.#options = options;
    this.#time = new TimeBars({
      widthMs: settings.barSeconds * 1_000,
      latenessMs: settings.latenessMs,
    });
    this.#bars = { time: [], trades: [], volume: [], notional: [], imbalance: [] };
    this.#buckets = new EventBuckets({
      moveTicks: settings.bucketMoveTicks,
      memory: BUCKET_MEMORY,
    });
  }

  /** The bucket that closed last. Reused. */
  get bucket(): Readonly<EventBucket> {
    return this.#buckets.closed;
  }

  /** Width of the buckets to come, in microseconds. */
  get bucketUs(): number {
    return this.#buckets.widthUs;
  }

  /** Trades and events that came too late for what was closed. */
  get late(): { readonly trades: number; readonly events: number } {
    return { trades: this.#time.late, events: this.#buckets.late };
  }

  onTrade(trade: TradePrinted): void {
    if (this.#activity.length === 0) this.#begin(trade);
    for (const bar of this.#time.add(trade)) this.#keep('time', bar);
    for (const { series, bars } of this.#activity) {
      const bar = bars.add(trade);
      if (bar !== null) this.#keep(series, bar);
    }
  }

  /**
   * @param atUs event time in microseconds
   * @param mid in ticks
   * @returns whether it closed a bucket, which is then in `bucket`
   */
  onMid(atUs: number, mid: number): boolean {
    if (!this.#buckets.onEvent(atUs, mid)) return false;
    const { startUs, endUs, events, firstMid, lastMid, highMid, lowMid } = this.#buckets.closed;
    const at = (this.#closed % SERIES_KEPT) * BUCKET_FIELDS;
    this.#kept[at] = startUs;
    this.#kept[at + 1] = endUs;
    this.#kept[at + 2] = events;
    this.#kept[at + 3] = firstMid;
    this.#kept[at + 4] = lastMid;
    this.#kept[at + 5] = highMid;
    this.#kept[at + 6] = lowMid;
    this.#closed += 1;
    return true;
  }

  /** Closed bars, oldest first, the latest `count` of them. */
  bars(series: BarKind, count: number): readonly Bar[] {
    return this.#bars[series].slice(-count);
  }

  /** Closed buckets, oldest first, the latest `count` of them. */
  buckets(count: number): readonly EventBucket[] {
    const first = Math.max(0, this.#closed - Math.min(count, SERIES_KEPT));
    return Array.from({ length: this.#closed - first }, (_, place) => {
      const at = ((first + place) % SERIES_KEPT) * BUCKET_FIELDS;
      const field = (offset: number): number => this.#kept[at + offset] as number;
      return {
        ...{ startUs: field(0), endUs: field(1), events: field(2) },
        ...{ firstMid: field(3), lastMid: field(4), highMid: field(5), lowMid: field(6) },
      };
    });
  }

  /** Bars of volume hold what `barNotional` buys at the price of the first trade. */
  #begin({ ticks }: TradePrinted): void {
    const { barTrades, barNotional } = this.#options.settings;
    const { tickSize, lotSize } = this.#options.instrument;
    const notional = barNotional / (tickSize * lotSize);
    const fill = (series: BarKind, rule: BarRule): void =>
      void this.#activity.push({ series, bars: new ActivityBars(rule) });
    fill('trades', { kind: 'trades', count: barTrades });
    fill('volume', { kind: 'volume', lots: notional / ticks });
    fill('notional', { kind: 'notional', notional });
    const tradesMax = barTrades * IMBALANCE_TRADES_MAX;
    fill('imbalance', {
      ...{ kind: 'imbalance', bars: IMBALANCE_BARS, firstTrades: barTrades, tradesMax },
    });
  }

  #keep(series: BarKind, bar: Bar): void {
    const bars = this.#bars[series];
    bars.push(bar);
    if (bars.length > SERIES_KEPT) bars.shift();
    this.#options.onBar(series, bar);
  }
}
