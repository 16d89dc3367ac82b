import type { MarketFact, VenueStatus } from '../../../market/fact.ts';
import { WireFault } from '../../binance/wire.ts';
import type { Patience } from '../../connection/silence.ts';
import { type FrameOutcome, noCounts, type StreamCounts } from '../../market/market-stream.ts';
import { pairChangeOf } from '../pair.ts';
import type { PairSync, PairView } from './pair-view.ts';
import { type PairRules, rareFrameIn, type TradingStatus } from './rare-frame.ts';

/** A heartbeat comes each second in which nothing else does. */
const PATIENCE: Patience = { askAfterMs: 3_000, deadAfterMs: 5_000 };
/** Frames after which a missing snapshot is asked for again; a heartbeat counts for many. */
const SNAPSHOT_WITHIN = 1_000;
const HEARTBEAT_COUNTS = 100;

/** While the venue or a pair is so, its prices are those of nobody who trades. */
const HALTED: ReadonlySet<TradingStatus> = new Set([
  'cancel-only',
  'maintenance',
  'delisted',
  'work-in-progress',
  'unknown',
]);

/** What everybody calls what the venue says of itself. */
export const VENUE_STATUSES: ReadonlyMap<TradingStatus, VenueStatus> = new Map([
  ['online', 'online'],
  ['cancel-only', 'cancel-only'],
  ['post-only', 'post-only'],
  ['limit-only', 'limit-only'],
]);

/** Something that a frame did, waiting to be drawn. */
type News<View> =
  | { readonly was: 'quote'; readonly view: View }
  | { readonly was: 'lost' | 'resubscribe'; readonly view: View; readonly why: string }
  | { readonly was: 'fact'; readonly fact: MarketFact };

/**
 * What the connections of Kraken's v2 sockets have in common: books that a wrong checksum ends and
 * only a new subscription brings back, snapshots that may be owed, halts of the venue and of pairs.
 */
export abstract class PairStream<View extends PairView<PairSync>> {
  readonly patience = PATIENCE;
  readonly ping = null;
  readonly reconnectMsMin = 0;
  readonly lifeMs = Number.POSITIVE_INFINITY;
  readonly hasVenueIds = false;
  readonly snapshots = null;
  readonly url: string;
  readonly views: readonly View[];
  readonly counts: StreamCounts = noCounts();
  quoted: View;
  lostBy = 'checksum';
  fault = '';
  fact: MarketFact | null = null;
  frames: readonly string[] = [];
  /** Frames that checksums refused, of all books. */
  mismatches = 0;
  readonly #venue: string;
  readonly #news: News<View>[] = [];
  #requests = 0;
  /** Views that wait for a snapshot. */
  #owed: number;

  /** @param first what is `quoted` at first, also where no books come */
  constructor(options: {
    readonly url: string;
    readonly venue: string;
    readonly views: readonly View[];
    readonly first: View;
  }) {
    this.url = options.url;
    this.#venue = options.venue;
    this.views = options.views;
    this.quoted = options.first;
    this.#owed = options.views.length;
  }

  /** Which channel brings the books of these pairs, as parameters of a request. */
  protected abstract bookParams(symbols: readonly string[]): string;
  /** The venue tells how pairs trade. */
  protected abstract onRules(pairs: readonly PairRules[]): void;

  next(): FrameOutcome {
    const news = this.#news.length === 0 ? undefined : this.#news.shift();
    if (news === undefined) return 'nothing';
    if (news.was === 'fact') this.fact = news.fact;
    else this.quoted = news.view;
    if (news.was === 'resubscribe') return this.resubscribe(news.view, news.why);
    if (news.was === 'lost') this.lostBy = news.why;
    return news.was;
  }

  reset(): void {
    for (const view of this.views) {
      view.forget();
      this.#owe(view);
    }
  }

  summary(): Readonly<Record<string, unknown>> {
    const books = this.views.map((view) => view.summary());
    return { ...this.counts, mismatches: this.mismatches, books };
  }

  /** A frame has come: what the one before did and nobody drew is gone. */
  protected begin(): void {
    this.counts.frames += 1;
    // Nearly every frame finds none, and both ways to take from a list cost more than this look.
    if (this.#news.length > 0) this.#news.length = 0;
  }

  /** A snapshot may have been lost, or refused: whoever waits too long asks again. */
  protected await(isHeartbeat: boolean): void {
    if (this.#owed === 0) return;
    for (const view of this.views) {
      if (view.waited < 0) continue;
      view.waited += isHeartbeat ? HEARTBEAT_COUNTS : 1;
      if (view.waited <= SNAPSHOT_WITHIN) continue;
      view.waited = 0;
      this.#news.push({ was: 'resubscribe', view, why: 'no-snapshot' });
    }
  }

  /** The snapshot that a view waited for is here. */
  protected settle(view: View): void {
    if (view.waited >= 0) this.#owed -= 1;
    view.waited = -1;
  }

  /** @param outcome what a frame did to the book of `quoted` */
  protected afterBook(outcome: string, eventMs: number): FrameOutcome {
    const view = this.quoted;
    if (outcome === 'ignored') return this.next();
    if (outcome === 'applied') {
      this.counts.updates += 1;
      view.eventMs = eventMs || 0;
      view.takeBook();
      return view.isLive ? 'quote' : this.next();
    }
    if (outcome === 'crossed') this.counts.crossed += 1;
    if (outcome === 'checksum') this.mismatches += 1;
    return this.resubscribe(view, outcome);
  }

  protected resubscribe(view: View, why: string): FrameOutcome {
    if (why === 'checksum' || why === 'no-snapshot') this.counts.gaps += 1;
    const params = this.bookParams([view.pair.symbol]);
    this.lostBy = why;
    view.forget();
    this.#owe(view);
    this.frames = [
      this.request('unsubscribe', params),
      this.request('subscribe', `${params},"snapshot":true`),
    ];
    return 'resubscribe';
  }

  protected onRare(bytes: Uint8Array): FrameOutcome {
    const frame = rareFrameIn(bytes);
    if (frame instanceof WireFault) return this.malformed(frame.message);
    if (frame.kind === 'status') this.#onStatus(frame.system);
    if (frame.kind === 'instruments') this.onRules(frame.pairs);
    if (frame.kind === 'answer' && !frame.isSuccess && frame.method === 'subscribe') {
      return this.malformed(`${frame.symbol}: ${frame.error}`);
    }
    return this.next();
  }

  /** @param rules null where nobody hears of them, and so none may be relied on */
  protected followRules(view: View, rules: PairRules | null): void {
    // First, so that no price is told of a book that is to be made anew.
    const isAnew = rules !== null && view.takeRules(rules);
    this.#tellOf(view, () => {
      view.isPairHalted = rules === null || HALTED.has(rules.status);
      if (rules !== null) view.rulesChange = pairChangeOf(view.pair, rules);
    });
    if (isAnew) this.#news.push({ was: 'resubscribe', view, why: 'rules-changed' });
  }

  protected unknownSymbol(): FrameOutcome {
    this.counts.unknownSymbols += 1;
    return this.counts.unknownSymbols === 1 ? 'foreign' : this.next();
  }

  protected malformed(fault: string): FrameOutcome {
    this.counts.malformed += 1;
    this.fault = fault;
    return 'malformed';
  }

  protected request(method: string, params: string): string {
    this.#requests += 1;
    return `{"method":"${method}","params":{${params}},"req_id":${this.#requests}}`;
  }

  /** A snapshot of the view has been asked for. */
  #owe(view: View): void {
    if (view.waited < 0) this.#owed += 1;
    view.waited = 0;
  }

  #onStatus(system: TradingStatus): void {
    const status = VENUE_STATUSES.get(system) ?? 'maintenance';
    const isHalted = HALTED.has(system);
    for (const view of this.views) {
      this.#tellOf(view, () => {
        view.isVenueHalted = isHalted;
      });
    }
    const fact = { kind: 'venue-announced', venue: this.#venue, status } as const;
    this.#news.push({ was: 'fact', fact });
  }

  /** The book goes on while trading is halted, so that it is there when it begins again. */
  #tellOf(view: View, change: () => void): void {
    const wasLive = view.isLive;
    change();
    const why = view.isHalted ? 'halted' : 'rules-changed';
    if (wasLive && !view.isLive) this.#news.push({ was: 'lost', view, why });
    if (!wasLive && view.isLive) this.#news.push({ was: 'quote', view });
  }
}
