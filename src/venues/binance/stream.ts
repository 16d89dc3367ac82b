import { backoffMs } from '../../core/backoff.ts';
import type { HttpReply, HttpRequest, NetFault } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import type { Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { Book } from '../../market/book.ts';
import { BboAgreement } from '../../market/quality/bbo-agreement.ts';
import type { QuoteLost, QuoteUpdated } from '../../market/quote.ts';
import { DepthSync, type DiffOutcome } from './depth-sync.ts';
import { MarketDecoder } from './market-decoder.ts';
import { retryAfterOf } from './wire.ts';

/** Levels a side of a snapshot; the deepest the venue offers. */
const SNAPSHOT_LEVELS = 5_000;

/** Snapshots are dear at the venue, so attempts back off. */
const SNAPSHOT_AGAIN = { minMs: 100, maxMs: 10_000, jitterFraction: 0.5, resetAfterMs: 0 };

/** Asks the market streams for a sign of life; the answer is a frame like any other. */
export const STREAM_PING = '{"method":"LIST_SUBSCRIPTIONS","id":1}';

/**
 * A snapshot weighs 250 of the 6,000 a minute that the address has for everything: at this rate a
 * stream full of gaps leaves room to cancel and to reconcile.
 */
const SNAPSHOT_RATE = { ratePerSecond: 0.1, burst: 10 };
const SNAPSHOT_WAIT_MS = 1_000;

/** What one frame did, for the actor behind the socket. */
export type FrameOutcome =
  /** The best prices of `quoted` may have changed. */
  | 'quote'
  /** The book of `quoted` cannot be believed any more; a snapshot is needed. */
  | 'lost'
  | 'nothing'
  | 'malformed'
  /** About an instrument that nobody asked for. Said of the first: who sends one sends many. */
  | 'foreign';

/** Counters of one feed since it began; none is ever reset. */
export interface StreamCounts {
  frames: number;
  updates: number;
  gaps: number;
  crossed: number;
  malformed: number;
  unknownSymbols: number;
}

/** Books and best prices of one instrument. */
export class MarketView {
  readonly instrument: Instrument;
  readonly book = new Book();
  readonly agreement = new BboAgreement();
  readonly sync: DepthSync;
  bidTicks = 0;
  bidLots = 0;
  askTicks = 0;
  askLots = 0;
  /** Update id behind the best prices. */
  updateId = 0;
  /** Snapshots in a row that did not bring the book to life. */
  failedSnapshots = 0;

  constructor(instrument: Instrument, counts: StreamCounts) {
    this.instrument = instrument;
    this.sync = new DepthSync(this.book, 'spot', (finalId) => {
      counts.updates += 1;
      this.agreement.onBook(finalId, this.book);
    });
  }

  /** Best prices from the book, unless a ticker was ahead of it. */
  takeBook(): void {
    if (this.updateId > this.sync.lastId) return;
    const { bids, asks } = this.book;
    this.#take(this.sync.lastId, bids.bestTicks, bids.bestLots, asks.bestTicks, asks.bestLots);
  }

  /** Best prices from a ticker that is ahead of the book. @returns whether it was */
  takeTicker(decoder: MarketDecoder): boolean {
    const { finalId, bidTicks, bidLots, askTicks, askLots } = decoder;
    this.agreement.onTicker(finalId, bidTicks, bidLots, askTicks, askLots);
    if (!this.sync.isLive || finalId <= this.updateId || bidTicks >= askTicks) return false;
    this.#take(finalId, bidTicks, bidLots, askTicks, askLots);
    return true;
  }

  reset(): void {
    this.sync.reset();
    this.forget();
  }

  /** Forgets prices only: the diffs that came since a gap are what the next snapshot must reach. */
  forget(): void {
    this.agreement.reset();
    this.#take(0, 0, 0, 0, 0);
  }

  /** @param receivedNs monotonic time of the frame behind the prices */
  quote(receivedNs: number): QuoteUpdated {
    return {
      kind: 'quote-updated',
      instrument: this.instrument.index,
      bidTicks: this.bidTicks,
      bidLots: this.bidLots,
      askTicks: this.askTicks,
      askLots: this.askLots,
      updateId: this.updateId,
      receivedNs,
    };
  }

  lost(reason: string): QuoteLost {
    return { kind: 'quote-lost', instrument: this.instrument.index, reason };
  }

  /** What an inspector sees of it. */
  summary() {
    const { instrument, sync, book, agreement } = this;
    return {
      symbol: instrument.symbol,
      isLive: sync.isLive,
      levels: book.bids.depth + book.asks.depth,
      compared: agreement.compared,
      mismatches: agreement.mismatches,
    };
  }

  #take(id: number, bid: number, bidLots: number, ask: number, askLots: number): void {
    this.updateId = id;
    this.bidTicks = bid;
    this.bidLots = bidLots;
    this.askTicks = ask;
    this.askLots = askLots;
  }
}

/**
 * The market data of one connection: frames in, books and best prices out. Diffs carry the book,
 * book tickers run ahead of it (spot diffs come each 100 ms) and check it.
 */
export class BinanceStream {
  readonly views: readonly MarketView[];
  readonly counts: StreamCounts = {
    frames: 0,
    updates: 0,
    gaps: 0,
    crossed: 0,
    malformed: 0,
    unknownSymbols: 0,
  };
  /** The view that the last frame was about. */
  quoted: MarketView;
  /** Why a book was given up last. */
  lostBy: 'gap' | 'crossed' = 'gap';
  readonly #decoder: MarketDecoder;
  readonly #byIndex = new Map<number, MarketView>();
  readonly #snapshots = new RateBudget(SNAPSHOT_RATE, 0);

  /** @param instruments at least one */
  constructor(instruments: readonly Instrument[]) {
    this.views = instruments.map((instrument) => new MarketView(instrument, this.counts));
    for (const view of this.views) this.#byIndex.set(view.instrument.index, view);
    this.quoted = this.views[0] as MarketView;
    this.#decoder = new MarketDecoder(instruments);
  }

  /** What was wrong with the last malformed frame. */
  get fault(): string {
    return this.#decoder.fault;
  }

  onFrame(frame: Uint8Array): FrameOutcome {
    this.counts.frames += 1;
    const decoder = this.#decoder;
    const kind = decoder.decode(frame);
    switch (kind) {
      case 'depth':
        this.quoted = this.#byIndex.get(decoder.instrument.index) as MarketView;
        return this.#afterDiff(this.quoted.sync.onDiff(decoder));
      case 'book-ticker':
        this.quoted = this.#byIndex.get(decoder.instrument.index) as MarketView;
        return this.quoted.takeTicker(decoder) ? 'quote' : 'nothing';
      case 'malformed':
        this.counts.malformed += 1;
        return 'malformed';
      case 'unknown-symbol':
        this.counts.unknownSymbols += 1;
        return this.counts.unknownSymbols === 1 ? 'foreign' : 'nothing';
      default:
        return 'nothing';
    }
  }

  /**
   * Takes the outcome of a snapshot request.
   *
   * @returns null when the book is live now, else why not and how long to wait before asking again
   */
  onSnapshot(
    at: number,
    outcome: Result<HttpReply, NetFault>,
    random: Rng,
  ): { why: string; againMs: number } | null {
    const view = this.views[at] as MarketView;
    this.quoted = view;
    const why = outcome.ok ? this.#fill(view, outcome.value) : outcome.error.detail;
    if (why === null) {
      view.failedSnapshots = 0;
      view.takeBook();
      return null;
    }
    const patienceMs = Math.round(backoffMs(SNAPSHOT_AGAIN, view.failedSnapshots, random));
    const againMs = (outcome.ok ? retryAfterOf(outcome.value) : null) ?? patienceMs;
    view.failedSnapshots += 1;
    return { why, againMs };
  }

  /** Takes leave to ask for one snapshot. @returns 0, or when to try for it again */
  snapshotWaitMs(nowNs: number): number {
    return this.#snapshots.take(nowNs / 1e6) ? 0 : SNAPSHOT_WAIT_MS;
  }

  /** What an inspector sees of it. */
  summary() {
    return { ...this.counts, books: this.views.map((view) => view.summary()) };
  }

  /** Forgets every book, as after a disconnection. */
  reset(): void {
    for (const view of this.views) view.reset();
  }

  #afterDiff(outcome: DiffOutcome): FrameOutcome {
    if (outcome === 'applied') {
      this.quoted.takeBook();
      return 'quote';
    }
    if (outcome === 'buffered' || outcome === 'ignored') return 'nothing';
    this.#lose(outcome);
    return 'lost';
  }

  /** @returns why the book is not live, or null when it is */
  #fill(view: MarketView, reply: HttpReply): string | null {
    if (reply.status !== 200) return `status ${reply.status}`;
    const body = new TextEncoder().encode(reply.body);
    if (this.#decoder.decode(body, view.instrument) !== 'snapshot') {
      this.counts.malformed += 1;
      return this.#decoder.fault || 'no depth snapshot';
    }
    const outcome = view.sync.onSnapshot(this.#decoder);
    if (outcome === 'gap' || outcome === 'crossed') this.#lose(outcome);
    return outcome === 'live' ? null : outcome;
  }

  #lose(why: 'gap' | 'crossed'): void {
    if (why === 'gap') this.counts.gaps += 1;
    else this.counts.crossed += 1;
    this.lostBy = why;
    this.quoted.forget();
  }
}

/** Where the streams of some instruments are subscribed to, by opening the socket. */
export function streamUrl(base: string, instruments: readonly Instrument[]): string {
  const streams = instruments.flatMap(({ symbol }) => {
    const name = symbol.toLowerCase();
    return [`${name}@depth@100ms`, `${name}@bookTicker`];
  });
  return `${base}/stream?streams=${streams.join('/')}`;
}

export function snapshotRequest(
  restUrl: string,
  instrument: Instrument,
  timeoutMs: number,
): HttpRequest {
  return {
    method: 'GET',
    url: `${restUrl}/api/v3/depth?symbol=${instrument.symbol}&limit=${SNAPSHOT_LEVELS}`,
    headers: {},
    timeoutMs,
  };
}
