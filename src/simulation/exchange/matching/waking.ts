import type { Amount, Lots, Ticks } from '../../../core/units.ts';
import type { MatchPlan } from '../../book/match-plan.ts';
import type { Market } from '../market-state.ts';
import { hasSecondLimb, type VenueOrder } from '../orders.ts';
import type { Endings } from './endings.ts';
import type { Floor } from './floor.ts';
import { wokenTicks } from './trail.ts';
import type { Reference, WaitingOrder } from './waiting-orders.ts';

/** What an order that wakes may do with what its account has. */
export interface Fit {
  /** In all, with what is filled. */
  readonly lots: Lots;
  readonly held: Amount;
  readonly plan: MatchPlan;
}

/** What the accounts allow an order that wakes. */
export interface Backing<M extends Market> {
  /** @returns null when its account cannot carry the order any more */
  fit(market: M, woken: VenueOrder): Fit | null;
}

/** Carries out what an order does to the book. */
interface Working<M extends Market> {
  work(market: M, order: VenueOrder, plan: MatchPlan): unknown;
}

/** Wakes orders when the price has come to what they wait for. */
export class Waking<M extends Market> {
  readonly #floor: Floor<M>;
  readonly #endings: Endings<M>;
  readonly #backing: Backing<M>;
  readonly #working: Working<M>;
  readonly #due: WaitingOrder[] = [];

  constructor(
    floor: Floor<M>,
    endings: Endings<M>,
    { backing, working }: { backing: Backing<M>; working: Working<M> },
  ) {
    this.#floor = floor;
    this.#endings = endings;
    this.#backing = backing;
    this.#working = working;
  }

  /** Lets an order wait. A price that is there already may wake it, and wakes nobody else. */
  wait(market: M, order: VenueOrder): void {
    market.waiting.add(order);
    const reference = order.trigger?.reference ?? 'last';
    const price = market.priceOf(reference);
    if (price !== null) this.priced(market, reference, price);
  }

  /**
   * A price was reached. Whom it wakes works after the operation: an order that takes is matched
   * with the book that it found. In a market that is halted nobody wakes.
   */
  priced(market: M, reference: Reference, ticks: Ticks): void {
    if (market.waiting.size === 0 || !market.isOpen) return;
    const { woken, moved } = market.waiting.reach(reference, ticks);
    for (const { account, orderId } of moved) {
      this.#floor.log.record({ kind: 'mark-moved', account, orderId, ticks });
    }
    this.#due.push(...woken);
  }

  /** Lets those work who are due. Their trades may wake others; each wakes once, so it ends. */
  wakeDue(): void {
    for (let due = this.#due.shift(); due !== undefined; due = this.#due.shift()) this.#wake(due);
  }

  #wake({ account, orderId }: WaitingOrder): void {
    const { clearing, clock, log, news } = this.#floor;
    const order = clearing.account(account).open.get(orderId);
    // It may have traded, or ended with its pair, in the operation that made it due.
    if (order === undefined || (isBracket(order) && !hasSecondLimb(order))) return;
    const market = this.#floor.market(order.symbol);
    this.#endings.endOther(order);
    const before = this.#floor.orderOf(order);
    const venueMs = clock.now();
    const ticks = wokenTicks(before);
    const woken = { ...before, ticks, isWaiting: false, wokenMs: venueMs };
    const fit = this.#backing.fit(market, woken);
    const resting = market.book.find(orderId);
    if (resting !== null) this.#floor.remove(market, resting);
    if (before.wokenMs === undefined) {
      log.record({ kind: 'order-woken', account, orderId, venueMs });
    }
    if (fit !== null && hasOtherTerms(before, fit, ticks)) {
      const { lots, held } = fit;
      log.record({ kind: 'order-amended', account, orderId, ticks, lots, held, venueMs });
    }
    // What is told of it are the terms with which it works.
    if (before.wokenMs === undefined) news.executed('triggered', this.#floor.orderOf(order));
    if (fit === null) {
      this.#endings.end(this.#floor.orderOf(order), 'expired');
      return;
    }
    this.#working.work(market, this.#floor.orderOf(order), fit.plan);
  }
}

function hasOtherTerms(before: VenueOrder, { lots, held }: Fit, ticks: Ticks): boolean {
  return lots !== before.lots || held !== before.held || ticks !== before.ticks;
}

/** Whether the second limb of a bracket is what would wake an order. */
function isBracket({ bracket, wokenMs }: VenueOrder): boolean {
  return bracket !== undefined && wokenMs === undefined;
}
