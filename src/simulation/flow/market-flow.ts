import type { Clock, Timer, Timers } from '../../core/env.ts';
import { parseTicks, priceAt } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { type Level, opposite } from '../book/order-book.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { MarketState } from '../exchange/market-state.ts';
import { Activity } from './activity.ts';
import { Crowd } from './crowd.ts';
import { type CrowdPrice, FairPrice } from './fair-price.ts';
import type { FlowProfile } from './flow-profile.ts';
import { FollowingPrice } from './following-price.ts';
import { type MarketShock, Shock } from './market-shock.ts';
import { MetaOrders } from './meta-orders.ts';

/** Events of one timer at most; a process that was held up longer lets the rest go. */
const EVENTS_PER_TURN_MAX = 2_000;
/** Orders that the book begins with. */
const SEED_NEAR = 7;
const SEED_DEEP = 860;
/** Shares of the mean rate: quotes near the touch, deeper orders, takers. */
const QUOTE_SHARE = 0.4;
const DEEPEN_SHARE = 0.12;
const TAKE_SHARE = 0.08;
/** A spread this many times the wanted one is quoted into at most this much faster. */
const URGENCY_MAX = 6;
/** Share of the half-spread below which a quote is too close to the fair price to be left. */
const STALE_SHARE = 0.55;
/** Share of quotes that do not look at which side needs them more. */
const UNDIRECTED_SHARE = 0.2;
/** How far through the fair price a quote must stand for somebody to pick it off. */
const PICK_OFF_BPS = 0.4;
/** Chance that an event is spent on a stale quote. */
const STALE_ATTENTION = 0.7;
/** What a wholly surprising trade of median size moves the fair price by. */
const IMPACT_BPS = 0.2;
const IMPACT_SIZE_EXPONENT = 0.4;
const IMPACT_SIZE_MAX = 30;
/** Share of takers that take no more than the best level shows. */
const PATIENT_SHARE = 0.75;

export interface FlowOptions {
  readonly exchange: Exchange;
  readonly market: MarketState;
  readonly profile: FlowProfile;
  /** Where the same asset is traded too; left out where this market leads. */
  readonly leader?: CrowdPrice;
  readonly random: Rng;
  readonly clock: Clock;
  readonly timers: Timers;
}

/**
 * A generated market: members of a crowd quote around a fair price, cancel, and take, in bursts.
 * Times between events are drawn, not measured, so the same seed makes the same market whenever
 * its timers run; accounts change it by trading in it.
 */
export class MarketFlow {
  readonly #options: FlowOptions;
  readonly #fair: CrowdPrice;
  readonly #activity: Activity;
  readonly #takers: MetaOrders;
  readonly #crowd: Crowd;
  readonly #random: Rng;
  #shock: Shock | null = null;
  #nextNs = 0;
  #timer: Timer | null = null;

  constructor(options: FlowOptions) {
    const { exchange, market, profile, random } = options;
    const { instrument } = market.rules;
    const start =
      exchange.anchorOf(instrument.symbol) ?? parseTicks(instrument, profile.priceStart);
    assert(start > 0, `${instrument.symbol} starts at a price of its grid: ${profile.priceStart}`);
    this.#options = options;
    this.#random = random.fork('choices');
    const price = priceAt(instrument, start);
    const chance = random.fork('fair price');
    this.#fair =
      options.leader === undefined
        ? new FairPrice(price, profile.volatilityAnnual, chance)
        : new FollowingPrice(options.leader, chance);
    this.#activity = new Activity(profile.eventsPerSecond, random.fork('activity'));
    this.#takers = new MetaOrders(random.fork('takers'));
    this.#crowd = new Crowd(exchange, market, profile, random.fork('crowd'));
  }

  /** What the crowd here believes in, for markets of the same asset that follow. */
  get fair(): CrowdPrice {
    return this.#fair;
  }

  /** Fills the book and lets the market go. */
  start(): void {
    const [fairTicks, half] = [this.#fairTicks(), this.#halfSpreadBps()];
    for (const side of ['buy', 'sell'] as const) {
      for (let at = 0; at < SEED_NEAR; at += 1) this.#crowd.quote(side, fairTicks, half);
      for (let at = 0; at < SEED_DEEP / 2; at += 1) this.#crowd.deepen(side, fairTicks, half);
    }
    this.#nextNs = this.#options.clock.mono();
    this.#draw();
    this.#arm();
  }

  /**
   * From now on the market falls or rises, and most of the crowd may be gone. A market that follows
   * another one falls with it, and by itself only becomes thinner.
   */
  strike(shock: MarketShock): void {
    this.#crowd.thin(shock.depthShare);
    this.#shock = this.#options.leader === undefined ? new Shock(shock) : null;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #run(): void {
    const { clock } = this.#options;
    let left = EVENTS_PER_TURN_MAX;
    do {
      this.#event();
      this.#draw();
      left -= 1;
    } while (this.#nextNs <= clock.mono() && left > 0);
    if (left === 0) this.#nextNs = clock.mono();
    this.#arm();
  }

  /** Draws when the next event comes, and lets the fair price wander until then. */
  #draw(): void {
    const seconds = this.#activity.next(Math.sqrt(this.#fair.volatility));
    this.#fair.advance(seconds);
    if (this.#shock !== null) this.#fair.push(this.#shock.advance(seconds));
    this.#nextNs += seconds * 1e9;
  }

  #arm(): void {
    const { timers, clock } = this.#options;
    const delayMs = Math.max(0, (this.#nextNs - clock.mono()) / 1e6);
    this.#timer = timers.after(delayMs, () => this.#run());
  }

  #event(): void {
    const fairTicks = this.#fairTicks();
    const half = this.#halfSpreadBps();
    if (this.#random.next() < STALE_ATTENTION && this.#mendStale(fairTicks, half)) return;
    const { eventsPerSecond } = this.#options.profile;
    const quotes = eventsPerSecond * QUOTE_SHARE * this.#urgency(fairTicks, half);
    const deepens = eventsPerSecond * DEEPEN_SHARE;
    const takes = eventsPerSecond * TAKE_SHARE;
    const nearCancels = this.#crowd.nearCancelsPerSecond;
    const deepCancels = this.#crowd.deepCancelsPerSecond;
    const side = this.#random.next() < 0.5 ? 'buy' : 'sell';
    const all = quotes + deepens + takes + nearCancels + deepCancels;
    const draw = this.#random.next() * all;
    if (draw < quotes) {
      this.#crowd.quote(this.#laggard(fairTicks, side), fairTicks, half);
    } else if (draw < quotes + deepens) {
      this.#crowd.deepen(side, fairTicks, half);
    } else if (draw < quotes + deepens + takes) {
      this.#take(fairTicks);
    } else if (draw < quotes + deepens + takes + nearCancels) {
      this.#crowd.cancelNear();
    } else {
      this.#crowd.cancelDeep();
    }
  }

  /** A taker arrives; what its trade reveals moves the fair price, less than in proportion. */
  #take(fairTicks: number): void {
    const { exchange, market, profile } = this.#options;
    const { side, surprise } = this.#takers.next();
    const level = market.book.best(opposite(side));
    if (level === null) return;
    const size = this.#crowd.size(0);
    const lots = this.#random.next() < PATIENT_SHARE ? Math.min(size, level.lots) : size;
    const taken = exchange.crowdTake(market, side, lots as Lots, this.#worst(side, fairTicks));
    const medians = (taken * market.rules.instrument.lotSize) / profile.quantityMedian;
    const scale = Math.min(medians, IMPACT_SIZE_MAX) ** IMPACT_SIZE_EXPONENT;
    this.#fair.push((surprise * scale * IMPACT_BPS * this.#fair.volatility) / 10_000);
  }

  /**
   * Deals with a best quote that the fair price has come too close to: its owner takes it back, or
   * somebody picks it off. Quotes of accounts are picked off only.
   */
  #mendStale(fairTicks: number, half: number): boolean {
    const { exchange, market } = this.#options;
    for (const side of ['buy', 'sell'] as const) {
      const level = market.book.best(side);
      if (level === null) continue;
      const edge = edgeBps(side, level, fairTicks);
      if (edge > half * STALE_SHARE) continue;
      const isCrowd = level.first.owner === null;
      if (edge < -PICK_OFF_BPS && (!isCrowd || this.#random.next() < 0.5)) {
        exchange.crowdTake(market, opposite(side), this.#crowd.size(0), level.ticks);
        return true;
      }
      if (isCrowd) return exchange.crowdCancel(market, level.first.orderId);
    }
    return false;
  }

  /** The side whose best quote is farther from the fair price, mostly: there is more to gain. */
  #laggard(fairTicks: number, otherwise: Side): Side {
    const { book } = this.#options.market;
    const [bid, ask] = [book.best('buy'), book.best('sell')];
    if (bid === null || ask === null || this.#random.next() < UNDIRECTED_SHARE) return otherwise;
    return edgeBps('buy', bid, fairTicks) > edgeBps('sell', ask, fairTicks) ? 'buy' : 'sell';
  }

  /** How much faster than usual the spread is quoted into. */
  #urgency(fairTicks: number, half: number): number {
    const { book } = this.#options.market;
    const [bid, ask] = [book.best('buy'), book.best('sell')];
    if (bid === null || ask === null) return URGENCY_MAX;
    const spreadBps = ((ask.ticks - bid.ticks) / fairTicks) * 10_000;
    return Math.min(URGENCY_MAX, Math.max(1, spreadBps / (2 * half)));
  }

  /** No taker pays more than a percent over the fair price. */
  #worst(side: Side, fairTicks: number): Ticks {
    return Math.round(fairTicks * (side === 'buy' ? 1.01 : 0.99)) as Ticks;
  }

  #fairTicks(): number {
    return this.#fair.price / this.#options.market.rules.instrument.tickSize;
  }

  /** Quotes widen with volatility. */
  #halfSpreadBps(): number {
    return this.#options.profile.halfSpreadBps * (0.6 + 0.4 * this.#fair.volatility);
  }
}

/** Distance of a level from the fair price in the direction that is good for its owner. */
function edgeBps(side: Side, level: Level, fairTicks: number): number {
  const distance = side === 'buy' ? fairTicks - level.ticks : level.ticks - fairTicks;
  return (distance / fairTicks) * 10_000;
}
