import { err, ok, type Result } from '../../core/result.ts';
import type { Bar } from '../bars/bar.ts';
import type { EventBucket } from '../bars/event-buckets.ts';
import type { BookShelf } from '../consolidated/book-shelf.ts';
import { CurrencyRates } from '../consolidated/currency-rates.ts';
import type { VenueStatus } from '../fact.ts';
import {
  failoverOrder,
  type HealthVerdict,
  healthOf,
  type VenueHealth,
} from '../latency/venue-health.ts';
import type { QuoteMessage } from '../quote.ts';
import type { TradePrinted } from '../trade.ts';
import { type BarClosed, type BarKind, type BucketClosed, MarketSeries } from './market-series.ts';
import { MarketTrack, type TrackedMarket, type UnsoundState } from './market-track.ts';
import {
  type ExecutionFault,
  type ExecutionQuote,
  type ExecutionWish,
  PairMarket,
  type PairTouch,
  pairName,
} from './pair-market.ts';
import type { AggregationSettings } from './settings.ts';
import { VenuePulse } from './venue-pulse.ts';

export interface AggregationOptions {
  /** By the index of the instrument. */
  readonly markets: readonly TrackedMarket[];
  /** Names by the index of the venue. */
  readonly venues: readonly string[];
  readonly shelf: BookShelf;
  readonly settings: AggregationSettings;
  /** Age of a quote beyond which nothing is priced from its book. */
  readonly staleMs: () => number;
  /** Called once when a book begins to be what no venue can have meant. */
  readonly onUnsound: (market: TrackedMarket, state: UnsoundState) => void;
  readonly onBar: (closed: BarClosed) => void;
  /** Whether anybody hears of the buckets of a market; they are many. */
  readonly wantsBuckets: (instrument: number) => boolean;
  readonly onBucket: (closed: BucketClosed) => void;
}

/** What a venue looks like to whoever chooses between venues. */
export interface VenueRow {
  readonly venue: string;
  readonly health: VenueHealth;
  readonly reasons: readonly string[];
  /** Since any of its markets was heard of; null before the first time. */
  readonly silentMs: number | null;
  readonly roundTripMs: number | null;
  readonly markets: number;
  readonly liveMarkets: number;
}

export interface MarketRow {
  readonly venue: string;
  readonly symbol: string;
  readonly pair: string;
  /** `sound`, `stale`, `lost`, `crossed`, `locked`, `one-sided` or `negative`. */
  readonly state: string;
  readonly ageMs: number | null;
  readonly takerFeeBps: number;
  /** Trades and events that came too late for their bar or bucket. */
  readonly lateTrades: number;
  readonly lateEvents: number;
  /** Width of the buckets to come, by what the market has moved lately. */
  readonly bucketUs: number;
}

export interface AggregationReport {
  readonly venues: readonly VenueRow[];
  readonly markets: readonly MarketRow[];
  readonly pairs: readonly PairTouch[];
  /** Venues in the order in which they are to be tried; those that are down are not there. */
  readonly failover: readonly string[];
  /** How often two venues were crossed by more than both fees, which is news and no fault. */
  readonly crossings: number;
}

/** What closed in one market. */
export interface SeriesRows<T> {
  readonly instrument: number;
  readonly rows: readonly T[];
}

export type WordFault = {
  readonly kind: 'unknown-market';
  readonly found: string;
  readonly known: readonly string[];
};

/**
 * The markets of all venues taken together. A quote or a trade is O(1) here and allocates nothing
 * unless something closes with it; books are merged and venues are judged when that is asked for,
 * and a few times a second.
 */
export class Aggregation {
  readonly #options: AggregationOptions;
  readonly #tracks: readonly MarketTrack[];
  readonly #series: readonly MarketSeries[];
  readonly #pulses: readonly VenuePulse[];
  readonly #pairs: readonly PairMarket[];
  readonly #verdicts: HealthVerdict[];
  readonly #isCrossed: boolean[];
  #crossings = 0;
  #nowMs: number;

  constructor(options: AggregationOptions, nowMs: number) {
    const { markets, venues, shelf, settings, onBar } = options;
    this.#options = options;
    this.#nowMs = nowMs;
    this.#tracks = markets.map((market) => new MarketTrack(market, shelf));
    this.#series = markets.map(
      ({ instrument }) =>
        new MarketSeries({
          ...{ instrument, settings },
          onBar: (series, bar) => onBar({ kind: 'bar-closed', series, bar }),
        }),
    );
    this.#pulses = venues.map(() => new VenuePulse());
    // A venue that nobody has judged yet is not quoted from.
    this.#verdicts = venues.map(() => ({ health: 'down', reasons: ['not heard of yet'] }));
    const rates = new CurrencyRates(
      markets.filter(({ contract }) => contract === 'spot').map(({ instrument }) => instrument),
      (index) => this.#rateMid(index),
    );
    const around = {
      ...{ shelf, rates },
      fault: (track: MarketTrack) => this.#faultOf(track),
      healthOf: (venue: number) => (this.#verdicts[venue] as HealthVerdict).health,
    };
    this.#pairs = pairsOf(this.#tracks, (currency, tracks) => {
      return new PairMarket(currency, tracks, around);
    });
    this.#isCrossed = this.#pairs.map(() => false);
  }

  /** @param nowMs monotonic, as everywhere here */
  onQuote(message: QuoteMessage, nowMs: number): void {
    const track = this.#tracks[message.instrument];
    if (track === undefined) return;
    const pulse = this.#pulses[track.market.venue] as VenuePulse;
    if (message.kind === 'quote-lost') {
      track.onLost();
      pulse.onFault(nowMs);
      return;
    }
    pulse.onHeard(nowMs);
    const unsound = track.onQuote(message, nowMs);
    if (unsound !== null) {
      pulse.onFault(nowMs);
      this.#options.onUnsound(track.market, unsound);
    }
    if (track.midTicks > 0) this.#onMid(message.instrument, track.midTicks, message.receivedNs);
  }

  onTrade(trade: TradePrinted, nowMs: number): void {
    const track = this.#tracks[trade.instrument];
    if (track === undefined || !(trade.ticks > 0 && trade.lots > 0)) return;
    this.#pulses[track.market.venue]?.onHeard(nowMs);
    this.#series[trade.instrument]?.onTrade(trade);
  }

  /** What a venue says of itself. */
  onAnnounced(venue: string, status: VenueStatus): void {
    this.#pulses[this.#options.venues.indexOf(venue)]?.onAnnounced(status);
  }

  /** A request to a venue ended. @param isAnswered a refusal is an answer, silence is none */
  onAnswer(venue: number, isAnswered: boolean, nowMs: number): void {
    this.#pulses[venue]?.onAnswer(isAnswered, nowMs);
  }

  onRoundTrip(venue: number, roundTripMs: number): void {
    this.#pulses[venue]?.onRoundTrip(roundTripMs);
  }

  /** Several times a second: judges the venues, and counts crossings between them. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#judge();
    this.#pairs.forEach((pair, at) => {
      const isCrossed = (pair.touch().crossedBps ?? 0) > 0;
      if (isCrossed && !this.#isCrossed[at]) this.#crossings += 1;
      this.#isCrossed[at] = isCrossed;
    });
  }

  /** @param word a pair as `BTC/USD`, or a venue's own name of a market */
  execution(
    word: string,
    wish: ExecutionWish,
    nowMs: number,
  ): Result<ExecutionQuote, WordFault | ExecutionFault> {
    this.#nowMs = nowMs;
    this.#judge();
    const pair = this.#pairOf(word);
    return pair === undefined ? err(this.#unknown(word)) : pair.execution(wish);
  }

  /** What closed last in every market that the word means, oldest first. */
  series(
    word: string,
    series: BarKind | 'buckets',
    count: number,
  ): Result<readonly SeriesRows<Bar | EventBucket>[], WordFault> {
    const meant = this.#tracks.flatMap(({ market: { instrument, contract } }) => {
      const { symbol, base, quote, index } = instrument;
      return symbol === word || pairName(base, quote, contract) === word ? [index] : [];
    });
    if (meant.length === 0) return err(this.#unknown(word));
    return ok(
      meant.map((instrument) => {
        const of = this.#series[instrument] as MarketSeries;
        return {
          instrument,
          rows: series === 'buckets' ? of.buckets(count) : of.bars(series, count),
        };
      }),
    );
  }

  /** @param nowMs default: the last time that anything was judged */
  report(nowMs = this.#nowMs): AggregationReport {
    this.#nowMs = nowMs;
    this.#judge();
    const venues = this.#options.venues.map((venue, at): VenueRow => {
      const { health, reasons } = this.#verdicts[at] as HealthVerdict;
      const { silentMs, roundTripMs, markets, liveMarkets } = this.#signs(at);
      return {
        ...{ venue, health, reasons, markets, liveMarkets },
        silentMs: finite(silentMs),
        roundTripMs: finite(roundTripMs),
      };
    });
    return {
      venues,
      markets: this.#tracks.map((track, at) => this.#rowOf(track, at)),
      pairs: this.#pairs.map((pair) => pair.touch()),
      failover: failoverOrder(
        venues.map(({ venue, health, roundTripMs }) => ({
          ...{ name: venue, health, roundTripMs: roundTripMs ?? Number.NaN },
        })),
      ),
      crossings: this.#crossings,
    };
  }

  #onMid(instrument: number, mid: number, receivedNs: number): void {
    // The venue's own time where it says one: buckets are of events, not of our reading.
    const eventMs = this.#options.shelf.viewOf(instrument)?.eventMs ?? 0;
    const atUs = eventMs > 0 ? eventMs * 1_000 : receivedNs / 1_000;
    const series = this.#series[instrument] as MarketSeries;
    if (!series.onMid(atUs, mid) || !this.#options.wantsBuckets(instrument)) return;
    this.#options.onBucket({ kind: 'bucket-closed', instrument, ...series.bucket });
  }

  #judge(): void {
    const { settings } = this.#options;
    for (let venue = 0; venue < this.#pulses.length; venue += 1) {
      this.#verdicts[venue] = healthOf(this.#signs(venue), {
        silentMsDown: settings.silentDownMs,
        silentMsDegraded: settings.silentDegradedMs,
        faultsPerMinuteDegraded: settings.faultsPerMinute,
        errorFractionDegraded: settings.errorFractionDegraded,
        errorFractionDown: settings.errorFractionDown,
        roundTripMsDegraded: settings.roundTripMs,
      });
    }
  }

  #signs(venue: number) {
    let [markets, live] = [0, 0];
    for (const track of this.#tracks) {
      if (track.market.venue !== venue) continue;
      markets += 1;
      const state = this.#stateOf(track);
      if (state === 'sound' || state === 'stale') live += 1;
    }
    return (this.#pulses[venue] as VenuePulse).signs(this.#nowMs, markets, live);
  }

  #stateOf(track: MarketTrack) {
    return track.stateAt(this.#nowMs, this.#options.staleMs());
  }

  #faultOf(track: MarketTrack): string | null {
    const state = this.#stateOf(track);
    if (state === 'sound') return null;
    if (state !== 'stale') return `its book is ${state}`;
    return `its last quote is ${Math.round(track.ageMs(this.#nowMs))} ms old`;
  }

  /** A rate is as old as the market it is from may be. */
  #rateMid(index: number): number {
    const track = this.#tracks[index] as MarketTrack;
    return this.#stateOf(track) === 'sound' ? track.midTicks : 0;
  }

  #rowOf(track: MarketTrack, at: number): MarketRow {
    const { instrument, contract, takerFeeFraction } = track.market;
    const series = this.#series[at] as MarketSeries;
    return {
      venue: instrument.venue,
      symbol: instrument.symbol,
      pair: pairName(instrument.base, instrument.quote, contract),
      state: this.#stateOf(track),
      ageMs: finite(track.ageMs(this.#nowMs)),
      takerFeeBps: takerFeeFraction * 10_000,
      lateTrades: series.late.trades,
      lateEvents: series.late.events,
      bucketUs: series.bucketUs,
    };
  }

  /** The pair of that name, else that of the first market of that name. */
  #pairOf(word: string): PairMarket | undefined {
    const meant = this.#tracks.find(({ market }) => market.instrument.symbol === word)?.market;
    const name =
      meant === undefined
        ? word
        : pairName(meant.instrument.base, meant.instrument.quote, meant.contract);
    return this.#pairs.find((pair) => pair.name === word || pair.name === name);
  }

  #unknown(found: string): WordFault {
    return { kind: 'unknown-market', found, known: this.#pairs.map(({ name }) => name) };
  }
}

/** A pair for each currency in which an asset is traded; contracts are assets of their own. */
function pairsOf(
  tracks: readonly MarketTrack[],
  make: (currency: string, tracks: readonly MarketTrack[]) => PairMarket,
): readonly PairMarket[] {
  const pairs = new Map<string, PairMarket>();
  for (const { market } of tracks) {
    const { base, quote } = market.instrument;
    const name = pairName(base, quote, market.contract);
    if (pairs.has(name)) continue;
    const same = tracks.filter(
      (track) => track.market.instrument.base === base && track.market.contract === market.contract,
    );
    pairs.set(name, make(quote, same));
  }
  return [...pairs.values()];
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
