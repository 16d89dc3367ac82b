import type { Instrument } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import type { Book } from '../book.ts';
import type { Ladder } from '../ladder.ts';

/** One market of the same asset, in any quote currency, as the consolidated book reads it. */
export interface BookSource {
  readonly instrument: Instrument;
  readonly book: Book;
  /** Fraction of the notional that a taker pays. */
  readonly takerFeeFraction: number;
  /** Whether the book may be priced from now; a source that is not live is left out at once. */
  readonly isLive: () => boolean;
  /**
   * Units of the common currency for one unit of this market's quote currency, as USD for one
   * USDT; NaN while it is not known, which leaves the source out too.
   */
  readonly rate: () => number;
}

/** More sources of one asset than there are venues on a desk are a mistake. */
export const SOURCES_MAX = 16;
/** Levels that one sweep walks at most, over all sources. */
export const SWEEP_LEVELS_MAX = 4_096;

/** The best price of one side over all sources, after fees, in the common currency. */
export interface BestPrice {
  /** Place among the sources, −1 where no source has this side. */
  source: number;
  /** What one unit of base costs or brings, fee included. */
  net: number;
  /** The same without the fee. */
  price: number;
  /** Size there, in base. */
  quantity: number;
}

/** What taking a quantity would cost, source by source. Reused: read it before the next sweep. */
export interface Sweep {
  /** Base that was found, at most what was asked for. */
  filled: number;
  /** Paid or received for it, fees included, in the common currency. */
  net: number;
  /** Of that, fees. */
  fees: number;
  /** The last price that was taken, without fee; NaN where nothing was. */
  worst: number;
  /** Levels that were walked. */
  levels: number;
  /** Base by source. */
  readonly bySource: Float64Array;
  /** Paid or received by source, fees included, and of that the fees. */
  readonly netBySource: Float64Array;
  readonly feesBySource: Float64Array;
}

/**
 * Books of one asset at several venues, merged when read: nothing is kept up to date, so nothing
 * can be out of step. Prices are compared after taker fees and in one currency: USD, USDT and USDC
 * are different assets with their own rate. A read allocates nothing.
 */
export class ConsolidatedBook {
  readonly #sources: readonly BookSource[];
  readonly #ranks: Int32Array;
  readonly #rates: Float64Array;
  readonly #sweep: Sweep;
  readonly bid: BestPrice = { source: -1, net: 0, price: 0, quantity: 0 };
  readonly ask: BestPrice = { source: -1, net: 0, price: 0, quantity: 0 };

  /** @param sources 1 … SOURCES_MAX markets with the same base */
  constructor(sources: readonly BookSource[]) {
    const base = sources[0]?.instrument.base;
    assert(sources.length >= 1 && sources.length <= SOURCES_MAX, `1 … ${SOURCES_MAX} sources`);
    assert(
      sources.every(({ instrument }) => instrument.base === base),
      'sources of one base asset',
    );
    this.#sources = sources;
    this.#ranks = new Int32Array(sources.length);
    this.#rates = new Float64Array(sources.length);
    this.#sweep = {
      ...{ filled: 0, net: 0, fees: 0, worst: Number.NaN, levels: 0 },
      bySource: new Float64Array(sources.length),
      netBySource: new Float64Array(sources.length),
      feesBySource: new Float64Array(sources.length),
    };
  }

  /** Reads `bid` and `ask` anew. O(sources). */
  readBest(): void {
    this.#readRates();
    this.#bestOf('sell', this.bid);
    this.#bestOf('buy', this.ask);
  }

  /**
   * The cheapest way to buy, or the dearest to sell, `quantity` of base with takers' orders, by
   * walking all books at once in order of their prices after fees. O(levels × sources).
   *
   * @param quantity base, above 0; infinity walks all there is, up to SWEEP_LEVELS_MAX
   */
  sweep(side: 'buy' | 'sell', quantity: number): Readonly<Sweep> {
    const sweep = this.#sweep;
    sweep.filled = 0;
    sweep.net = 0;
    sweep.fees = 0;
    sweep.worst = Number.NaN;
    sweep.levels = 0;
    sweep.bySource.fill(0);
    sweep.netBySource.fill(0);
    sweep.feesBySource.fill(0);
    this.#ranks.fill(0);
    this.#readRates();
    while (sweep.filled < quantity && sweep.levels < SWEEP_LEVELS_MAX) {
      const at = this.#cheapest(side);
      if (at < 0) break;
      this.#take(side, at, quantity - sweep.filled);
    }
    return sweep;
  }

  #take(side: 'buy' | 'sell', at: number, wanted: number): void {
    const sweep = this.#sweep;
    const { instrument, takerFeeFraction } = this.#sources[at] as BookSource;
    const rank = this.#ranks[at] as number;
    const price = this.#priceAt(side, at, rank);
    const available = this.#ladder(side, at).lotsAt(rank) * instrument.lotSize;
    const taken = Math.min(available, wanted);
    const notional = taken * price;
    const fee = notional * takerFeeFraction;
    const net = side === 'buy' ? notional + fee : notional - fee;
    sweep.filled += taken;
    sweep.fees += fee;
    sweep.net += net;
    sweep.worst = price;
    sweep.levels += 1;
    sweep.bySource[at] = (sweep.bySource[at] as number) + taken;
    sweep.netBySource[at] = (sweep.netBySource[at] as number) + net;
    sweep.feesBySource[at] = (sweep.feesBySource[at] as number) + fee;
    this.#ranks[at] = rank + 1;
  }

  /** The source whose next level is best after fees; −1 where none has one left. */
  #cheapest(side: 'buy' | 'sell'): number {
    let best = -1;
    let bestNet = 0;
    for (let at = 0; at < this.#sources.length; at += 1) {
      const rank = this.#ranks[at] as number;
      if (Number.isNaN(this.#rates[at]) || rank >= this.#ladder(side, at).depth) continue;
      const net = this.#netOf(side, at, this.#priceAt(side, at, rank));
      if (best >= 0 && (side === 'buy' ? net >= bestNet : net <= bestNet)) continue;
      best = at;
      bestNet = net;
    }
    return best;
  }

  #bestOf(side: 'buy' | 'sell', into: BestPrice): void {
    this.#ranks.fill(0);
    const at = this.#cheapest(side);
    into.source = at;
    into.price = at < 0 ? 0 : this.#priceAt(side, at, 0);
    into.net = at < 0 ? 0 : this.#netOf(side, at, into.price);
    into.quantity = at < 0 ? 0 : this.#sizeAt(side, at);
  }

  #sizeAt(side: 'buy' | 'sell', at: number): number {
    return this.#ladder(side, at).bestLots * (this.#sources[at] as BookSource).instrument.lotSize;
  }

  #priceAt(side: 'buy' | 'sell', at: number, rank: number): number {
    const { instrument } = this.#sources[at] as BookSource;
    const ticks = this.#ladder(side, at).ticksAt(rank);
    return ticks * instrument.tickSize * (this.#rates[at] as number);
  }

  #netOf(side: 'buy' | 'sell', at: number, price: number): number {
    const { takerFeeFraction } = this.#sources[at] as BookSource;
    return price * (side === 'buy' ? 1 + takerFeeFraction : 1 - takerFeeFraction);
  }

  /** Who buys takes from the asks. */
  #ladder(side: 'buy' | 'sell', at: number): Ladder {
    const { book } = this.#sources[at] as BookSource;
    return side === 'buy' ? book.asks : book.bids;
  }

  /** A rate of NaN leaves a source out, for whatever reason. */
  #readRates(): void {
    this.#sources.forEach(({ isLive, rate }, at) => {
      const found = isLive() ? rate() : Number.NaN;
      this.#rates[at] = found > 0 ? found : Number.NaN;
    });
  }
}
