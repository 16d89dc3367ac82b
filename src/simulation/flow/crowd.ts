import type { Rng } from '../../core/rng.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { opposite } from '../book/order-book.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { MarketState } from '../exchange/market-state.ts';
import type { FlowProfile } from './flow-profile.ts';

/** Mean life of an order in quiet times: near the touch, and behind it. */
const NEAR_LIFE_SECONDS = 0.6;
const DEEP_LIFE_SECONDS = 120;
/** Mean distance of near quotes behind the half-spread. */
const NEAR_SCALE_BPS = 0.7;
/** Deep orders stand at a log-normal distance around this one, out to percents. */
const DEEP_MEDIAN_BPS = 18;
const DEEP_DEVIATION = 1.1;
const DISTANCE_BPS_MAX = 800;
/** Orders get larger with distance: twice the median at this distance. */
const SIZE_SCALE_BPS = 6;
const SIZE_DEVIATION = 1.1;
/** No order is larger than this many medians. */
const SIZE_MEDIANS_MAX = 300;
/** Price grids of near and deep orders, as parts of a basis point. */
const NEAR_GRID_BPS = 0.02;
const DEEP_GRID_BPS = 0.2;

/** Orders of the crowd in one market, and where its members put them. */
export class Crowd {
  readonly #exchange: Exchange;
  readonly #market: MarketState;
  readonly #profile: FlowProfile;
  readonly #random: Rng;
  readonly #near: number[] = [];
  readonly #deep: number[] = [];
  #share = 1;

  constructor(exchange: Exchange, market: MarketState, profile: FlowProfile, random: Rng) {
    this.#exchange = exchange;
    this.#market = market;
    this.#profile = profile;
    this.#random = random;
  }

  /** Cancellations per second that the orders at rest bring about in quiet times. */
  get nearCancelsPerSecond(): number {
    return this.#near.length / NEAR_LIFE_SECONDS;
  }

  get deepCancelsPerSecond(): number {
    return this.#deep.length / DEEP_LIFE_SECONDS;
  }

  /** Quotes near the touch: at the half-spread and a little behind. */
  quote(side: Side, fairTicks: number, halfSpreadBps: number): void {
    const bps = halfSpreadBps + NEAR_SCALE_BPS * this.#random.exponential();
    this.#rest(this.#near, side, fairTicks, bps, NEAR_GRID_BPS);
  }

  /** Adds to the depth of the book. */
  deepen(side: Side, fairTicks: number, halfSpreadBps: number): void {
    const far = DEEP_MEDIAN_BPS * Math.exp(DEEP_DEVIATION * this.#random.normal());
    const bps = halfSpreadBps + Math.min(far, DISTANCE_BPS_MAX);
    this.#rest(this.#deep, side, fairTicks, bps, DEEP_GRID_BPS);
  }

  cancelNear(): void {
    this.#cancelOne(this.#near);
  }

  cancelDeep(): void {
    this.#cancelOne(this.#deep);
  }

  /** From now on there is so much of the usual depth: the others go, and what comes is smaller. */
  thin(share: number): void {
    for (const list of [this.#near, this.#deep]) {
      const kept = Math.floor(list.length * Math.min(1, share / this.#share));
      while (list.length > kept) this.#cancelOne(list);
    }
    this.#share = share;
  }

  /** Lots of one order near the touch. */
  size(distanceBps: number): Lots {
    const { instrument } = this.#market.rules;
    const spread = Math.exp(SIZE_DEVIATION * this.#random.normal());
    const medians = Math.min(spread * (1 + distanceBps / SIZE_SCALE_BPS), SIZE_MEDIANS_MAX);
    const quantity = medians * this.#share * this.#profile.quantityMedian;
    const lots = Math.round(quantity / instrument.lotSize);
    return Math.min(Math.max(lots, instrument.lotsMin), instrument.lotsMax) as Lots;
  }

  #rest(list: number[], side: Side, fairTicks: number, bps: number, gridBps: number): void {
    const sign = side === 'buy' ? -1 : 1;
    const grid = Math.max(1, Math.round((fairTicks * gridBps) / 10_000));
    const raw = fairTicks * (1 + (sign * bps) / 10_000);
    // Away from the fair price, so that a quote is never better than its owner wanted.
    const wanted = (side === 'buy' ? Math.floor(raw / grid) : Math.ceil(raw / grid)) * grid;
    const best = this.#market.book.best(opposite(side));
    const limit = best === null ? wanted : best.ticks + sign;
    const ticks = side === 'buy' ? Math.min(wanted, limit) : Math.max(wanted, limit);
    const id = this.#exchange.crowdRest(this.#market, side, ticks as Ticks, this.size(bps));
    if (id > 0) list.push(id);
  }

  /** Takes one order away, any with the same chance; those that traded are passed over. */
  #cancelOne(list: number[]): void {
    while (list.length > 0) {
      const at = this.#random.below(list.length);
      const id = list[at] as number;
      list[at] = list[list.length - 1] as number;
      list.pop();
      if (this.#exchange.crowdCancel(this.#market, id)) return;
    }
  }
}
