import { err, ok, type Result } from '../../core/result.ts';
import { Book } from '../book.ts';
import type { BookShelf } from '../consolidated/book-shelf.ts';
import {
  type BookSource,
  ConsolidatedBook,
  SOURCES_MAX,
  type Sweep,
} from '../consolidated/consolidated-book.ts';
import type { CurrencyRates } from '../consolidated/currency-rates.ts';
import type { VenueHealth } from '../latency/venue-health.ts';
import type { Contract, MarketTrack } from './market-track.ts';

/** What is asked: how a quantity is best taken now. */
export interface ExecutionWish {
  readonly side: 'buy' | 'sell';
  /** Base, above 0. */
  readonly quantity: number;
}

/** What one market would take of it. Amounts in the currency of the pair. */
export interface ExecutionLeg {
  readonly venue: string;
  readonly symbol: string;
  /** Base, whole lots of that market. */
  readonly quantity: number;
  readonly lots: number;
  /** Mean price without the fee. */
  readonly price: number;
  /** Paid or received, fee included. */
  readonly net: number;
  readonly fees: number;
}

/** The best execution that the books show at this moment, after takers' fees. */
export interface ExecutionQuote {
  readonly pair: string;
  readonly side: 'buy' | 'sell';
  readonly currency: string;
  readonly asked: number;
  readonly filled: number;
  /** What no book has, or is less than a venue takes. */
  readonly unfilled: number;
  /** Mean prices over all legs, without and with the fees; null where nothing is filled. */
  readonly price: number | null;
  readonly netPrice: number | null;
  /** Of the last level that is taken. */
  readonly worst: number | null;
  readonly net: number;
  readonly fees: number;
  readonly legs: readonly ExecutionLeg[];
  /** Markets of the asset that are left out, and why. */
  readonly leftOut: readonly { readonly market: string; readonly why: string }[];
}

export type ExecutionFault = { readonly kind: 'bad-quantity'; readonly found: number };

/** How the books of all venues look at the touch, after fees. */
export interface PairTouch {
  readonly pair: string;
  readonly bid: { readonly market: string; readonly price: number } | null;
  readonly ask: { readonly market: string; readonly price: number } | null;
  /** How far the best bid is above the best ask after both fees; at most 0 in an orderly market. */
  readonly crossedBps: number | null;
}

/** What a pair asks of those around it. */
export interface PairSurroundings {
  readonly shelf: BookShelf;
  readonly rates: CurrencyRates;
  /** Null where the book of a market may be priced from, else why not. */
  readonly fault: (track: MarketTrack) => string | null;
  readonly healthOf: (venue: number) => VenueHealth;
}

/** Stands for a book that no feed has brought yet. */
const NO_BOOK = new Book();
/** Lots that arithmetic in doubles is off by at most. */
const LOT_ERROR = 1e-6;

/** The name of a pair as ccxt has it: `BTC/USDT`, and `BTC/USDT:USDT` of a perpetual. */
export function pairName(base: string, quote: string, contract: Contract): string {
  return contract === 'spot' ? `${base}/${quote}` : `${base}/${quote}:${quote}`;
}

/**
 * One asset in one currency at every venue of the desk: markets in other currencies take part at
 * the rate of a market between the two, and contracts only among themselves. Books are merged when
 * they are asked for, so that a quote costs nothing here.
 */
export class PairMarket {
  readonly name: string;
  readonly tracks: readonly MarketTrack[];
  readonly #currency: string;
  readonly #around: PairSurroundings;
  readonly #book: ConsolidatedBook;
  /** Sources that the sweep under way passes over, by place. */
  readonly #isPassed: boolean[];
  /** Whether venues that are not quite well take part in the sweep under way. */
  #hasDegraded = true;

  /** @param tracks markets of one base and one kind of contract, at least one */
  constructor(currency: string, tracks: readonly MarketTrack[], around: PairSurroundings) {
    const inCurrency = ({ market }: MarketTrack): number =>
      market.instrument.quote === currency ? 0 : 1;
    // Those that need no rate come first, for there is a bound.
    this.tracks = [...tracks]
      .sort((one, other) => inCurrency(one) - inCurrency(other))
      .slice(0, SOURCES_MAX);
    const { instrument, contract } = (this.tracks[0] as MarketTrack).market;
    this.name = pairName(instrument.base, currency, contract);
    this.#currency = currency;
    this.#around = around;
    this.#isPassed = this.tracks.map(() => false);
    this.#book = new ConsolidatedBook(this.tracks.map((track, at) => this.#sourceOf(track, at)));
  }

  /** The best prices of all venues that are not down. */
  touch(): PairTouch {
    this.#begin(true);
    this.#book.readBest();
    const { bid, ask } = this.#book;
    const isTwoSided = bid.source >= 0 && ask.source >= 0;
    return {
      pair: this.name,
      bid: bid.source < 0 ? null : { market: this.#marketName(bid.source), price: bid.price },
      ask: ask.source < 0 ? null : { market: this.#marketName(ask.source), price: ask.price },
      crossedBps: isTwoSided ? (bid.net / ask.net - 1) * 10_000 : null,
    };
  }

  /**
   * The best execution now. Venues that are well are asked first; those that are degraded take
   * part where the others have too little, and those that are down or stale never. A part that is
   * less than its venue takes goes to the others.
   */
  execution({ side, quantity }: ExecutionWish): Result<ExecutionQuote, ExecutionFault> {
    if (!(quantity > 0 && Number.isFinite(quantity))) {
      return err({ kind: 'bad-quantity', found: quantity });
    }
    this.#begin(false);
    let sweep = this.#sweep(side, quantity);
    if (sweep.filled < quantity) {
      this.#begin(true);
      sweep = this.#sweep(side, quantity);
    }
    return ok(this.#quoteOf(side, quantity, sweep));
  }

  #begin(hasDegraded: boolean): void {
    this.#hasDegraded = hasDegraded;
    this.#isPassed.fill(false);
  }

  /** Sweeps until no part is less than its venue takes; each round passes over one more. */
  #sweep(side: 'buy' | 'sell', quantity: number): Readonly<Sweep> {
    for (;;) {
      const sweep = this.#book.sweep(side, quantity);
      const small = this.tracks.findIndex((_, at) => this.#isTooSmall(side, sweep, at));
      if (small < 0) return sweep;
      this.#isPassed[small] = true;
    }
  }

  #isTooSmall(side: 'buy' | 'sell', sweep: Readonly<Sweep>, at: number): boolean {
    const quantity = sweep.bySource[at] as number;
    if (quantity === 0) return false;
    const { instrument } = (this.tracks[at] as MarketTrack).market;
    if (wholeLots(quantity, instrument.lotSize) < instrument.lotsMin) return true;
    // The least notional is in the currency of the market, as are its prices without the rate.
    const rate = this.#rateOf(instrument.quote);
    const fees = sweep.feesBySource[at] as number;
    const paid = sweep.netBySource[at] as number;
    const notional = (side === 'buy' ? paid - fees : paid + fees) / rate;
    return notional < Number(instrument.notionalMin) / 1e8;
  }

  #quoteOf(side: 'buy' | 'sell', asked: number, sweep: Readonly<Sweep>): ExecutionQuote {
    const legs = this.tracks.flatMap((track, at) => {
      const leg = legOf(track, sweep, at, side);
      return leg === null ? [] : [leg];
    });
    const filled = total(legs, ({ quantity }) => quantity);
    const net = total(legs, (leg) => leg.net);
    const fees = total(legs, (leg) => leg.fees);
    const notional = side === 'buy' ? net - fees : net + fees;
    return {
      ...{ pair: this.name, side, currency: this.#currency, asked, filled },
      unfilled: Math.max(0, asked - filled),
      price: filled > 0 ? notional / filled : null,
      netPrice: filled > 0 ? net / filled : null,
      worst: Number.isNaN(sweep.worst) ? null : sweep.worst,
      ...{ net, fees, legs },
      leftOut: this.tracks.flatMap((track, at) => {
        const why = this.#whyNot(track, at);
        return why === null ? [] : [{ market: this.#marketName(at), why }];
      }),
    };
  }

  #whyNot(track: MarketTrack, at: number): string | null {
    const { venue, instrument } = track.market;
    const fault = this.#around.fault(track);
    if (fault !== null) return fault;
    if (Number.isNaN(this.#rateOf(instrument.quote))) {
      return `no market says what ${instrument.quote} is worth in ${this.#currency}`;
    }
    const health = this.#around.healthOf(venue);
    if (health === 'down') return 'its venue is down';
    if (this.#isPassed[at]) return 'its part is less than the venue takes';
    return health === 'degraded' && !this.#hasDegraded ? 'its venue is degraded' : null;
  }

  #sourceOf(track: MarketTrack, at: number): BookSource {
    const { instrument, takerFeeFraction } = track.market;
    const { shelf } = this.#around;
    return {
      ...{ instrument, takerFeeFraction },
      get book() {
        return shelf.viewOf(instrument.index)?.book ?? NO_BOOK;
      },
      isLive: () => this.#whyNot(track, at) === null,
      rate: () => this.#rateOf(instrument.quote),
    };
  }

  #rateOf(quote: string): number {
    return this.#around.rates.rate(quote, this.#currency);
  }

  #marketName(at: number): string {
    const { venue, symbol } = (this.tracks[at] as MarketTrack).market.instrument;
    return `${venue} ${symbol}`;
  }
}

function legOf(
  { market: { instrument } }: MarketTrack,
  sweep: Readonly<Sweep>,
  at: number,
  side: 'buy' | 'sell',
): ExecutionLeg | null {
  const swept = sweep.bySource[at] as number;
  const lots = wholeLots(swept, instrument.lotSize);
  if (lots === 0) return null;
  const quantity = lots * instrument.lotSize;
  const share = quantity / swept;
  const net = (sweep.netBySource[at] as number) * share;
  const fees = (sweep.feesBySource[at] as number) * share;
  const price = (side === 'buy' ? net - fees : net + fees) / quantity;
  return { venue: instrument.venue, symbol: instrument.symbol, quantity, lots, price, net, fees };
}

function wholeLots(quantity: number, lotSize: number): number {
  return Math.floor(quantity / lotSize + LOT_ERROR);
}

function total(legs: readonly ExecutionLeg[], of: (leg: ExecutionLeg) => number): number {
  return legs.reduce((sum, leg) => sum + of(leg), 0);
}
