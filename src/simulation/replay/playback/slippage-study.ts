import type { Rng } from '../../../core/rng.ts';
import type { Book } from '../../../market/book.ts';
import type { Ladder } from '../../../market/ladder.ts';
import type { Dictionary, DictionaryMarket } from '../../../storage/columns/dictionary.ts';
import { longAt, RECORD_WORDS, type RecordBlock, WORD } from '../../../storage/columns/record.ts';
import type { BookPlayback } from './book-playback.ts';
import {
  DelayedOrders,
  drawLatencyUs,
  type FeeTier,
  type LatencyModel,
  takerBps,
} from './delayed-orders.ts';
import { type TakerOrder, TakerOrders } from './taker-orders.ts';

/** Sizes of orders, as multiples of what rests at the best price that they meet. */
export const SIZES = [
  { name: 'within the touch', timesMax: 1 },
  { name: 'to 2 touches', timesMax: 2 },
  { name: 'to 5 touches', timesMax: 5 },
  { name: 'beyond', timesMax: Number.POSITIVE_INFINITY },
] as const;

/** Orders of one size: what the model says they cost, and what the recording says. */
export interface SlippageRow {
  readonly size: string;
  readonly orders: number;
  /** Model less recording, on average; above 0 the model is the dearer one. */
  readonly errorBpsMean: number;
  /** Of the error without its sign, to a hundredth. */
  readonly errorBpsP50: number;
  readonly errorBpsP95: number;
  /** Average distance from the middle of the book at which they were filled. */
  readonly modelBps: number;
  readonly recordedBps: number;
}

/** The same orders, sent when the recording shows them and filled when they arrive. */
export interface DelayedCosts {
  readonly orders: number;
  readonly latencyMsMean: number;
  /** Fill against the middle of the book at the decision; above 0 is a cost. */
  readonly shortfallBps: number;
  readonly feeBps: number;
  /** Orders that found no room on the way, or no book that could fill them. */
  readonly unfilled: number;
}

export interface SlippageReport {
  readonly rows: readonly SlippageRow[];
  /** Orders that met no book with two sides, and such as the recorded book could not fill. */
  readonly withoutBook: number;
  readonly beyondBook: number;
  /** Null where no latency was asked for. */
  readonly delayed: DelayedCosts | null;
}

export interface SlippageOptions {
  readonly latency: LatencyModel | null;
  /** Lowest first. */
  readonly fees: readonly FeeTier[];
  readonly random: Rng;
}

/**
 * Holds the matching model against a recording: each recorded taker order is filled by the model
 * from the book that it met, by walking its levels, and the average price is compared with that
 * of the trades. The crowd of a recording does not react, and what hides in a book is not in it:
 * the errors say how much that matters.
 */
export class SlippageStudy {
  readonly #playback: BookPlayback;
  readonly #markets: readonly (DictionaryMarket | undefined)[];
  readonly #options: SlippageOptions;
  readonly #takers = new TakerOrders();
  readonly #sums = SIZES.map(() => new Sums());
  readonly #delayed = new DelayedOrders<Sent>();
  readonly #costs = { orders: 0, latencyUs: 0, shortfallBps: 0, feeBps: 0, unfilled: 0 };
  #notional = 0;
  #withoutBook = 0;
  #beyondBook = 0;

  /** @param playback through whose books the records go; nobody else plays it */
  constructor(playback: BookPlayback, { markets }: Dictionary, options: SlippageOptions) {
    this.#playback = playback;
    const byInstrument: DictionaryMarket[] = [];
    for (const market of markets) byInstrument[market.instrument] = market;
    this.#markets = byInstrument;
    this.#options = options;
  }

  /** Plays the records, and looks at the books wherever an order was filled. */
  play({ words, count }: RecordBlock): void {
    let from = 0;
    const playTo = (row: number): void => {
      if (row === from) return;
      const piece = words.subarray(from * RECORD_WORDS, row * RECORD_WORDS);
      this.#playback.play({ words: piece, count: row - from });
      from = row;
    };
    for (let row = 0; row < count; row += 1) {
      const at = row * RECORD_WORDS;
      const ended = this.#takers.before(words, at);
      if (ended !== null) {
        playTo(row);
        this.#compare(ended);
      }
      if (longAt(words, at + WORD.tsLocal) >= this.#delayed.dueUs) {
        playTo(row);
        this.#arrive(longAt(words, at + WORD.tsLocal));
      }
      this.#takers.after(words, at);
    }
    playTo(count);
  }

  /** Everything has been played. */
  finish(): SlippageReport {
    for (const order of this.#takers.finish()) this.#compare(order);
    this.#arrive(Number.MAX_SAFE_INTEGER);
    const { orders, latencyUs, shortfallBps, feeBps, unfilled } = this.#costs;
    const mean = (sum: number): number => (orders === 0 ? 0 : sum / orders);
    return {
      rows: SIZES.map(({ name }, at) => (this.#sums[at] as Sums).row(name)),
      withoutBook: this.#withoutBook,
      beyondBook: this.#beyondBook,
      delayed:
        this.#options.latency === null
          ? null
          : {
              orders,
              latencyMsMean: mean(latencyUs) / 1_000,
              shortfallBps: mean(shortfallBps),
              feeBps: mean(feeBps),
              unfilled,
            },
    };
  }

  #compare(order: TakerOrder): void {
    const book = this.#playback.bookOf(order.instrument);
    if (book === null || !book.isTwoSided || book.isCrossed) {
      this.#withoutBook += 1;
      return;
    }
    const side = order.isBuy ? book.asks : book.bids;
    const model = averageTicks(side, order.lots);
    const middle = middleOf(book);
    this.#send(order, middle);
    if (Number.isNaN(model)) {
      this.#beyondBook += 1;
      return;
    }
    const times = order.lots / side.bestLots;
    const size = SIZES.findIndex(({ timesMax }) => times <= timesMax);
    (this.#sums[size] as Sums).add(
      costBps(order, model, middle),
      costBps(order, order.ticks, middle),
    );
  }

  #send(order: TakerOrder, middle: number): void {
    const { latency, random } = this.#options;
    if (latency === null) return;
    const latencyUs = drawLatencyUs(latency, random);
    const isSent = this.#delayed.send({ order, middle, latencyUs }, order.localUs + latencyUs);
    if (!isSent) this.#costs.unfilled += 1;
  }

  /** Fills what has arrived by now from the book as it is. */
  #arrive(nowUs: number): void {
    while (this.#delayed.dueUs <= nowUs) {
      const sent = this.#delayed.take();
      if (sent === null) return;
      const { order, middle, latencyUs } = sent;
      const book = this.#playback.bookOf(order.instrument);
      const side = order.isBuy ? book?.asks : book?.bids;
      const filled = side === undefined ? Number.NaN : averageTicks(side, order.lots);
      if (Number.isNaN(filled)) {
        this.#costs.unfilled += 1;
        continue;
      }
      this.#costs.orders += 1;
      this.#costs.latencyUs += latencyUs;
      this.#costs.shortfallBps += costBps(order, filled, middle);
      this.#costs.feeBps += takerBps(this.#options.fees, this.#notional);
      this.#notional += this.#notionalOf(order, filled);
    }
  }

  #notionalOf({ instrument, lots }: TakerOrder, ticks: number): number {
    const market = this.#markets[instrument];
    if (market === undefined) return 0;
    const { priceDecimals, tickSteps, quantityDecimals, lotSteps } = market;
    return (ticks * tickSteps * lots * lotSteps) / 10 ** (priceDecimals + quantityDecimals);
  }
}

interface Sent {
  readonly order: TakerOrder;
  /** Middle of the book when it was decided. */
  readonly middle: number;
  readonly latencyUs: number;
}

/** What an order of some lots pays on average, walking a side; NaN when there are not so many. */
function averageTicks(side: Ladder, lots: number): number {
  let left = lots;
  let ticksByLots = 0;
  for (let rank = 0; rank < side.depth && left > 0; rank += 1) {
    const taken = Math.min(left, side.lotsAt(rank));
    ticksByLots += taken * side.ticksAt(rank);
    left -= taken;
  }
  return left > 0 ? Number.NaN : ticksByLots / lots;
}

function middleOf({ bids, asks }: Book): number {
  return (bids.bestTicks + asks.bestTicks) / 2;
}

/** How much worse than the middle a price is for whoever takes. */
function costBps({ isBuy }: TakerOrder, ticks: number, middle: number): number {
  return ((isBuy ? ticks - middle : middle - ticks) / middle) * 10_000;
}

/** Errors are counted in bins of this width, up to `BINS` of them. */
const BIN_BPS = 0.01;
const BINS = 50_000;

/** Sums of the orders of one size. */
class Sums {
  #orders = 0;
  #error = 0;
  #model = 0;
  #recorded = 0;
  readonly #bins = new Uint32Array(BINS);

  add(modelBps: number, recordedBps: number): void {
    const error = modelBps - recordedBps;
    this.#orders += 1;
    this.#error += error;
    this.#model += modelBps;
    this.#recorded += recordedBps;
    const bin = Math.min(BINS - 1, Math.round(Math.abs(error) / BIN_BPS));
    this.#bins[bin] = (this.#bins[bin] as number) + 1;
  }

  row(size: string): SlippageRow {
    const mean = (sum: number): number => (this.#orders === 0 ? 0 : sum / this.#orders);
    return {
      size,
      orders: this.#orders,
      errorBpsMean: mean(this.#error),
      errorBpsP50: this.#quantile(0.5),
      errorBpsP95: this.#quantile(0.95),
      modelBps: mean(this.#model),
      recordedBps: mean(this.#recorded),
    };
  }

  /** The least error that so large a part of the orders does not exceed; 0 without orders. */
  #quantile(part: number): number {
    let seen = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      seen += this.#bins[bin] as number;
      if (seen >= part * this.#orders) return bin * BIN_BPS;
    }
    return 0;
  }
}
