import { backoffMs } from '../../core/backoff.ts';
import type { HttpReply, HttpRequest, NetFault } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { RateBudget, type RateLimits } from '../../core/rate-budget.ts';
import type { Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { BboAgreement } from '../../market/quality/bbo-agreement.ts';
import type { TradePrinted } from '../../market/trade.ts';
import type { MarketRules } from '../market/market-rules.ts';
import {
  type FrameOutcome,
  type MarketStream,
  noCounts,
  type SnapshotSource,
  type StreamCounts,
} from '../market/market-stream.ts';
import { MarketView } from '../market/market-view.ts';
import { type DepthRule, DepthSync, type DiffOutcome } from './depth-sync.ts';
import { MarketDecoder } from './market-decoder.ts';
import { retryAfterOf } from './wire.ts';

/** Snapshots are dear at the venue, so attempts back off. */
const SNAPSHOT_AGAIN = { minMs: 100, maxMs: 10_000, jitterFraction: 0.5, resetAfterMs: 0 };

/** Answered at once, and changes nothing. */
export const STREAM_PING = '{"method":"LIST_SUBSCRIPTIONS","id":1}';

const SNAPSHOT_WAIT_MS = 1_000;
/** The venue ends every connection when it is a day old. */
export const CONNECTION_LIFE_MS = 86_400_000;

/** A market may be quiet for long; one that trades is stale to risk long before. */
const PATIENCE = { askAfterMs: 2_000, deadAfterMs: 8_000 };
const SNAPSHOT_TIMEOUT_MS = 5_000;
/** More control frames than five a second, pings among them, and the venue hangs up. */
const PACE = { ratePerSecond: 4, burst: 4 };

/** In what the books of Binance's markets differ. */
export interface BinanceBooks {
  readonly rule: DepthRule;
  /** In front of `/stream`. */
  readonly streamPath: string;
  readonly depthPath: string;
  /** Levels a side of a snapshot; the deepest the venue offers. */
  readonly snapshotLevels: number;
  /** At this rate a stream full of gaps leaves room to cancel and to reconcile. */
  readonly snapshotRate: RateLimits;
}

/** A snapshot weighs 250 of the 6,000 a minute that the address has for everything. */
export const SPOT_BOOKS: BinanceBooks = {
  rule: 'spot',
  streamPath: '',
  depthPath: '/api/v3/depth',
  snapshotLevels: 5_000,
  snapshotRate: { ratePerSecond: 0.1, burst: 10 },
};

/** What keeps the book of one instrument right, and checks it. */
export class BinanceView extends MarketView {
  readonly agreement = new BboAgreement();
  readonly sync: DepthSync;
  /** Snapshots in a row that did not bring the book to life. */
  failedSnapshots = 0;

  readonly #rules: MarketRules | null;

  constructor(
    instrument: Instrument,
    counts: StreamCounts,
    rule: DepthRule,
    rules: MarketRules | null,
  ) {
    super(instrument);
    this.#rules = rules;
    this.sync = new DepthSync(this.book, rule, (finalId) => {
      counts.updates += 1;
      this.agreement.onBook(finalId, this.book);
    });
  }

  get isLive(): boolean {
    return this.sync.isLive && (this.#rules === null || this.#rules.isTrading(this.instrument));
  }

  override get isSynced(): boolean {
    return this.sync.isLive;
  }

  /** Best prices from the book, unless a ticker was ahead of it. */
  takeBook(): void {
    if (this.updateId <= this.sync.lastId) this.takeBest(this.sync.lastId);
  }

  /** Best prices from a ticker that is ahead of the book. @returns whether it was */
  takeTicker(decoder: MarketDecoder): boolean {
    const { finalId, bidTicks, bidLots, askTicks, askLots } = decoder;
    this.agreement.onTicker(finalId, bidTicks, bidLots, askTicks, askLots);
    if (!this.isLive || finalId <= this.updateId || bidTicks >= askTicks) return false;
    // Tickers of futures tell their time, those of spot do not.
    this.eventMs = decoder.eventMs;
    this.takeTouch(finalId, bidTicks, bidLots, askTicks, askLots);
    return true;
  }

  reset(): void {
    this.sync.reset();
    this.forget();
  }

  /** Forgets prices only: the diffs that came since a gap are what the next snapshot must reach. */
  forget(): void {
    this.agreement.reset();
    this.takeTouch(0, 0, 0, 0, 0);
  }

  override summary() {
    const { compared, mismatches } = this.agreement;
    return { ...super.summary(), compared, mismatches };
  }
}

/** Where a stream is, and what of it is wanted. */
export interface BinanceStreamOptions {
  /** Scheme, host and port, without a path. */
  readonly streamUrl: string;
  readonly restUrl: string;
  /** At least one. */
  readonly instruments: readonly Instrument[];
  /** Whether trades are wanted beside books. */
  readonly hasTrades: boolean;
  /** Absent: spot. */
  readonly books?: BinanceBooks;
  /** How the markets stand by what the venue says when it is asked; absent: nobody asks. */
  readonly rules?: MarketRules | undefined;
  /** Snapshots that all connections of an address may ask for; absent: as if it were the only. */
  readonly snapshots?: RateBudget;
}

/**
 * The market data of one connection: frames in, books and best prices out. Diffs carry the book,
 * book tickers run ahead of it (spot diffs come each 100 ms) and check it.
 */
export class BinanceStream implements MarketStream, SnapshotSource {
  readonly name = '';
  readonly url: string;
  readonly patience = PATIENCE;
  readonly ping = STREAM_PING;
  readonly pace = PACE;
  readonly reconnectMsMin = 0;
  readonly lifeMs = CONNECTION_LIFE_MS;
  readonly hasVenueIds = true;
  readonly frames: readonly string[] = [];
  readonly fact = null;
  readonly views: readonly BinanceView[];
  readonly rules: MarketRules | undefined;
  readonly counts: StreamCounts = noCounts();
  quoted: BinanceView;
  lostBy: 'gap' | 'crossed' = 'gap';
  readonly #restUrl: string;
  readonly #decoder: MarketDecoder;
  readonly #byIndex = new Map<number, BinanceView>();
  readonly #books: BinanceBooks;
  readonly #snapshots: RateBudget;

  constructor(options: BinanceStreamOptions) {
    const { instruments, restUrl, rules } = options;
    this.rules = rules;
    this.url = streamUrl(options);
    this.#restUrl = restUrl;
    const books = options.books ?? SPOT_BOOKS;
    this.#books = books;
    this.#snapshots = options.snapshots ?? new RateBudget(books.snapshotRate, 0);
    this.views = instruments.map(
      (instrument) => new BinanceView(instrument, this.counts, books.rule, rules ?? null),
    );
    for (const view of this.views) this.#byIndex.set(view.instrument.index, view);
    this.quoted = this.views[0] as BinanceView;
    this.#decoder = new MarketDecoder(instruments);
  }

  get fault(): string {
    return this.#decoder.fault;
  }

  get snapshots(): SnapshotSource {
    return this;
  }

  /** Opening the url has subscribed. */
  subscribe(): readonly string[] {
    return [];
  }

  onFrame(frame: Uint8Array): FrameOutcome {
    this.counts.frames += 1;
    const decoder = this.#decoder;
    const kind = decoder.decode(frame);
    switch (kind) {
      case 'depth':
        this.quoted = this.#byIndex.get(decoder.instrument.index) as BinanceView;
        this.quoted.eventMs = decoder.eventMs;
        return this.#afterDiff(this.quoted.sync.onDiff(decoder));
      case 'book-ticker':
        this.quoted = this.#byIndex.get(decoder.instrument.index) as BinanceView;
        return this.quoted.takeTicker(decoder) ? 'quote' : 'nothing';
      case 'trade':
        return 'trade';
      case 'ending':
        return 'ending';
      case 'malformed':
      case 'unknown-symbol':
        return countStray(this.counts, kind);
      default:
        return 'nothing';
    }
  }

  /** A frame of Binance is about one thing. */
  next(): FrameOutcome {
    return 'nothing';
  }

  trade(receivedNs: number): TradePrinted {
    return printedTrade(this.#decoder, this.#decoder.isBuyerMaker, receivedNs);
  }

  snapshotRequest(at: number): HttpRequest {
    const { symbol } = (this.views[at] as BinanceView).instrument;
    const { depthPath, snapshotLevels } = this.#books;
    return {
      method: 'GET',
      url: `${this.#restUrl}${depthPath}?symbol=${symbol}&limit=${snapshotLevels}`,
      headers: {},
      timeoutMs: SNAPSHOT_TIMEOUT_MS,
    };
  }

  snapshotWaitMs(nowNs: number): number {
    return this.#snapshots.take(nowNs / 1e6) ? 0 : SNAPSHOT_WAIT_MS;
  }

  onSnapshot(
    at: number,
    outcome: Result<HttpReply, NetFault>,
    random: Rng,
  ): { why: string; againMs: number } | null {
    const view = this.views[at] as BinanceView;
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
      return this.quoted.isLive ? 'quote' : 'nothing';
    }
    if (outcome === 'buffered' || outcome === 'ignored') return 'nothing';
    this.#lose(outcome);
    return 'lost';
  }

  /** @returns why the book is not live, or null when it is */
  #fill(view: BinanceView, reply: HttpReply): string | null {
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

/** Where a decoder of Binance has put a trade. */
export interface DecodedTrade {
  readonly instrument: Instrument;
  readonly tradeTicks: number;
  readonly tradeLots: number;
  readonly tradeId: number;
  readonly tradeMs: number;
}

/** How trades of spot and of futures are told. @param isSale the taker sold */
export function printedTrade(
  { instrument, tradeTicks, tradeLots, tradeId, tradeMs }: DecodedTrade,
  isSale: boolean,
  receivedNs: number,
): TradePrinted {
  return {
    kind: 'trade-printed',
    instrument: instrument.index,
    ticks: tradeTicks,
    lots: tradeLots,
    takerSide: isSale ? 'sell' : 'buy',
    tradeId,
    venueMs: tradeMs,
    receivedNs,
  };
}

/** Counts a frame that is of no use. @returns what it did: of strangers the first is said */
export function countStray(
  counts: StreamCounts,
  kind: 'malformed' | 'unknown-symbol',
): FrameOutcome {
  if (kind === 'malformed') {
    counts.malformed += 1;
    return 'malformed';
  }
  counts.unknownSymbols += 1;
  return counts.unknownSymbols === 1 ? 'foreign' : 'nothing';
}

/** The streams of some instruments are subscribed to by opening their address. */
function streamUrl(options: BinanceStreamOptions): string {
  const { streamUrl: base, instruments, hasTrades, books = SPOT_BOOKS } = options;
  const streams = instruments.flatMap(({ symbol }) => {
    const name = symbol.toLowerCase();
    const books = [`${name}@depth@100ms`, `${name}@bookTicker`];
    return hasTrades ? [...books, `${name}@trade`] : books;
  });
  return `${base}${books.streamPath}/stream?streams=${streams.join('/')}`;
}
