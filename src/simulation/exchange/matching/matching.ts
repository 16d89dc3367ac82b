import { quoteAmount } from '../../../core/instrument.ts';
import { assert } from '../../../core/result.ts';
import { type Amount, type Lots, NO_AMOUNT, type Ticks } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import { type MatchPlan, type MatchStep, planMatch } from '../../book/match-plan.ts';
import { opposite, type Resting, type RestingOrder } from '../../book/order-book.ts';
import type { Market } from '../market-state.ts';
import {
  type AccountTrade,
  hasSecondLimb,
  isOpen,
  limitOf,
  type NewOrder,
  restLots,
  type VenueOrder,
} from '../orders.ts';
import type { Placed, PlacedPair, PreventedMatch } from '../port.ts';
import type { PublicTrade } from '../tape.ts';
import type { Numbers } from '../venue-log.ts';
import { Endings } from './endings.ts';
import type { Floor } from './floor.ts';
import type { News } from './news.ts';
import type { Checked } from './order-checks.ts';
import { Parties } from './parties.ts';
import { type Backing, Waking } from './waking.ts';

type StepOf<Kind extends MatchStep['kind']> = Extract<MatchStep, { kind: Kind }>;

/**
 * Carries plans out: books every trade before it tells of it, keeps the books, and collects what
 * happened.
 */
export class Matching<M extends Market = Market> {
  readonly news: News<M>;
  readonly waking: Waking<M>;
  readonly #floor: Floor<M>;
  readonly #endings: Endings<M>;
  readonly #parties: Parties<M>;
  readonly #orderIds: Numbers;
  readonly #matchIds: Numbers;
  readonly #listIds: Numbers;

  constructor(floor: Floor<M>, backing: Backing<M>) {
    this.news = floor.news;
    this.#endings = new Endings(floor);
    this.#parties = new Parties(floor);
    this.waking = new Waking(floor, this.#endings, {
      backing,
      working: { work: (market, order, plan) => this.#work(market, order, plan) },
    });
    this.#floor = floor;
    this.#orderIds = floor.log.numbers('order');
    this.#matchIds = floor.log.numbers('prevented match');
    this.#listIds = floor.log.numbers('order list');
  }

  /** Accepts an order that has been checked: it waits, or its plan is carried out. */
  accept(account: string, { order, held, plan }: Checked): Placed {
    const accepted = this.#accepted(account, order, held);
    this.#floor.log.record({ kind: 'order-accepted', order: accepted });
    this.news.executed('new', accepted);
    return this.#begin(accepted, plan);
  }

  /** Accepts two orders that have been checked, of which one cancels the other. */
  acceptPair(account: string, target: Checked, stop: Checked, listClientId: string): PlacedPair {
    const listId = this.#listIds.take();
    // What is locked serves both: the dearer has it.
    const isTarget = target.held >= stop.held;
    const one = this.#accepted(account, target.order, isTarget ? target.held : NO_AMOUNT);
    const other = this.#accepted(account, stop.order, isTarget ? NO_AMOUNT : stop.held);
    const list = { listId, listClientId };
    const legs = {
      target: { ...one, ...list, pairedId: other.orderId },
      stop: { ...other, ...list, pairedId: one.orderId },
    };
    this.#floor.log.record({ kind: 'pair-accepted', ...legs });
    for (const leg of [legs.target, legs.stop]) this.news.executed('new', leg);
    const waits = this.#begin(legs.stop, stop.plan);
    const begun = this.#begin(legs.target, target.plan);
    // A target that takes at once has ended the stop.
    return { listId, target: begun, stop: { ...waits, order: this.#floor.orderOf(legs.stop) } };
  }

  /** @param status how it ends: by its owner's wish, or by a rule of the venue */
  cancel(order: VenueOrder, status: 'canceled' | 'expired' = 'canceled'): VenueOrder {
    const market = this.#floor.market(order.symbol);
    const resting = market.book.find(order.orderId);
    assert(
      resting !== null || market.waiting.has(order.orderId),
      `the open order ${order.orderId} rests in the book, or waits`,
    );
    const ended = this.#endings.end(order, status);
    if (resting !== null) this.#floor.remove(market, resting);
    return ended;
  }

  /** Cancels orders, some of which may end others. @returns all as they are then */
  cancelEach(orders: readonly VenueOrder[], status: 'canceled' | 'expired'): VenueOrder[] {
    for (const order of orders) {
      if (isOpen(this.#floor.orderOf(order))) this.cancel(order, status);
    }
    return orders.map((order) => this.#floor.orderOf(order));
  }

  /**
   * Gives an open order another price or size. One that only shrinks keeps its place in the queue;
   * any other goes to the end of the one at its price.
   */
  amend(
    order: VenueOrder,
    terms: { readonly ticks: Ticks; readonly lots: Lots; readonly held: Amount },
    plan: () => MatchPlan,
  ): Placed {
    const market = this.#floor.market(order.symbol);
    const { account, orderId } = order;
    const resting = this.#resting(market, order);
    const keepsPlace = terms.ticks === order.ticks && terms.lots < order.lots;
    if (!keepsPlace) this.#floor.remove(market, resting);
    const venueMs = this.#floor.clock.now();
    this.#floor.log.record({ kind: 'order-amended', account, orderId, ...terms, venueMs });
    const amended = this.#floor.orderOf(order);
    this.news.executed('amended', amended);
    if (!keepsPlace) return this.#work(market, amended, plan());
    market.book.fill(resting, (order.lots - terms.lots) as Lots);
    this.news.levelChanged(market, resting.side, resting.ticks);
    return { order: amended, trades: [], prevented: [] };
  }

  transfer(account: string, asset: string, amount: Amount): void {
    const venueMs = this.#floor.clock.now();
    this.#floor.log.record({ kind: 'transferred', account, asset, amount, venueMs });
    this.news.tell({ kind: 'transferred', account, asset, amount, venueMs });
    this.news.touch(account, [asset]);
  }

  /** Puts an order of the crowd into the book. @returns its id */
  restCrowd(market: M, side: Side, ticks: Ticks, lots: Lots): number {
    const orderId = this.#orderIds.take();
    this.#rest(market, { orderId, owner: null, side, ticks, lots });
    return orderId;
  }

  /** Takes an order of the crowd out of the book. */
  removeCrowd(market: M, order: RestingOrder): void {
    this.#floor.remove(market, order);
  }

  /** Lets the crowd take. @returns lots it got */
  takeCrowd(market: M, side: Side, lots: Lots, limitTicks: Ticks | null): Lots {
    const plan = planMatch(market.rules.instrument, market.book, {
      side,
      owner: null,
      limitTicks,
      lots,
      quoteMax: null,
      selfTradePrevention: 'none',
    });
    if (plan.filledLots === 0) return plan.filledLots;
    const takerOrderId = this.#orderIds.take();
    for (const step of plan.steps) {
      assert(step.kind === 'trade', 'nothing prevents a trade of the crowd');
      this.#trade(market, side, step, null, takerOrderId);
    }
    return plan.filledLots;
  }

  /** Lets a member of the crowd take from one resting order of an account, out of its turn. */
  hit(market: M, maker: RestingOrder, lots: Lots): void {
    const side = opposite(maker.side);
    this.#trade(market, side, { kind: 'trade', maker, lots }, null, this.#orderIds.take());
  }

  /**
   * Lets the open orders of an earlier process rest again, oldest first. An order that was cut
   * short in the middle of its matching gets the end that it would have had.
   */
  reenter(): void {
    const accounts = [...this.#floor.clearing.accounts.values()];
    const open = accounts.flatMap((account) => [...account.open.values()]);
    for (const order of open.sort((left, right) => left.orderId - right.orderId)) {
      this.#reenter(this.#floor.market(order.symbol), order);
    }
    this.news.take();
  }

  #reenter(market: M, order: VenueOrder): void {
    const limitTicks = limitOf(order);
    // What woke and found no end goes on with the first price there is.
    const isCutShort = limitTicks === null && order.wokenMs !== undefined;
    if (order.isWaiting === true || isCutShort) {
      market.waiting.add(order);
      return;
    }
    if (limitTicks === null || order.timeInForce !== 'gtc') {
      this.#endings.end(order, 'expired');
      return;
    }
    const plan = planMatch(market.rules.instrument, market.book, {
      side: order.side,
      owner: order.account,
      limitTicks,
      lots: restLots(order),
      quoteMax: null,
      selfTradePrevention: order.selfTradePrevention,
    });
    this.#work(market, order, plan);
  }

  #accepted(account: string, order: NewOrder, held: Amount): VenueOrder {
    const venueMs = this.#floor.clock.now();
    const { trigger } = order;
    const last = trigger && this.#floor.market(order.symbol).priceOf(trigger.reference);
    const follows = trigger?.trail != null && trigger.ticks === 0 && last != null;
    return {
      ...order,
      account,
      orderId: this.#orderIds.take(),
      createdMs: venueMs,
      updatedMs: venueMs,
      status: 'new',
      filledLots: 0 as Lots,
      filledQuote: NO_AMOUNT,
      held,
      preventedLots: 0 as Lots,
      preventedMatchId: -1,
      ...(trigger !== undefined && { isWaiting: true }),
      ...(follows && { markTicks: last }),
    };
  }

  #begin(order: VenueOrder, plan: MatchPlan): Placed {
    const market = this.#floor.market(order.symbol);
    if (order.isWaiting !== true) return this.#work(market, order, plan);
    this.waking.wait(market, order);
    return { order, trades: [], prevented: [] };
  }

  /** Carries out what an accepted order does to the book, down to its rest or its end. */
  #work(market: M, accepted: VenueOrder, plan: MatchPlan): Placed {
    const trades: AccountTrade[] = [];
    const prevented: PreventedMatch[] = [];
    for (const step of plan.steps) {
      if (step.kind === 'expire-maker') prevented.push(this.#prevent(market, accepted, step));
      else trades.push(...this.#trade(market, accepted.side, step, accepted, accepted.orderId));
    }
    const order = this.#floor.orderOf(accepted);
    const left = restLots(order);
    if (left === 0) return { order, trades, prevented };
    if (plan.endsAt !== null) {
      const match = this.#preventTaker(plan.endsAt, left, prevented);
      const ended = this.#endings.end(order, 'expired-in-match', {
        preventedMatchId: match,
        preventedLots: left,
        counterOrderId: plan.endsAt.orderId,
      });
      return { order: ended, trades, prevented };
    }
    const ticks = limitOf(order);
    // A book that has room when an order is sent may have none when it wakes.
    if (ticks === null || order.timeInForce !== 'gtc' || market.book.isFull) {
      return { order: this.#endings.end(order, 'expired'), trades, prevented };
    }
    const { orderId, account: owner, side, shownLots } = order;
    const resting = { orderId, owner, side, ticks, lots: left };
    this.#rest(market, shownLots === undefined ? resting : { ...resting, shownLots });
    if (hasSecondLimb(order)) market.waiting.add(order);
    return { order, trades, prevented };
  }

  /** One trade, booked and told. @returns what the taker's account got of it, if it has one */
  #trade(
    market: M,
    takerSide: Side,
    { maker, lots }: StepOf<'trade'>,
    taker: VenueOrder | null,
    takerOrderId: number,
  ): AccountTrade[] {
    if (maker.owner !== null) this.#leavePair(maker.owner, maker.orderId);
    if (taker?.pairedId !== undefined) this.#endings.endOther(taker);
    const { instrument } = market.rules;
    const trade: PublicTrade = {
      symbol: instrument.symbol,
      tradeId: market.tradeIds.take(),
      ticks: maker.ticks,
      lots,
      quote: quoteAmount(instrument, maker.ticks, lots),
      takerSide,
      makerOrderId: maker.orderId,
      takerOrderId,
      venueMs: this.#floor.clock.now(),
    };
    const makerParty = this.#parties.of(market, trade, maker.owner, true, null);
    const takerParty = this.#parties.of(market, trade, taker?.account ?? null, false, makerParty);
    if (makerParty !== null || takerParty !== null) {
      const { makerOrderId: _maker, takerOrderId: _taker, ...facts } = trade;
      this.#floor.log.record({ kind: 'traded', ...facts, maker: makerParty, taker: takerParty });
    }
    market.book.fill(maker, lots);
    for (const event of market.traded(trade)) this.news.tell(event);
    this.news.levelChanged(market, maker.side, maker.ticks);
    if (makerParty !== null) this.#parties.tell(market, trade, makerParty, maker.side, true);
    const taken =
      takerParty === null ? [] : [this.#parties.tell(market, trade, takerParty, takerSide, false)];
    if (market.waiting.size > 0) this.#reach(market, maker);
    return taken;
  }

  /** A trade with an order at rest may have ended its second limb, and may wake others. */
  #reach(market: M, { owner, orderId }: RestingOrder): void {
    if (owner !== null && market.waiting.has(orderId)) {
      const order = this.#floor.orderOf({ account: owner, orderId });
      if (!hasSecondLimb(order)) market.waiting.remove(orderId);
    }
    const last = market.priceOf('last');
    if (last !== null) this.waking.priced(market, 'last', last);
  }

  /** An order at rest is about to trade. */
  #leavePair(account: string, orderId: number): void {
    const order = this.#floor.clearing.account(account).open.get(orderId);
    if (order?.pairedId !== undefined) this.#endings.endOther(order);
  }

  /** Ends a resting order that an order of the same account meets. */
  #prevent(market: M, taker: VenueOrder, { maker, lots }: StepOf<'expire-maker'>): PreventedMatch {
    const preventedMatchId = this.#matchIds.take();
    const order = this.#floor.orderOf({ account: taker.account, orderId: maker.orderId });
    this.#endings.end(order, 'expired-in-match', {
      preventedMatchId,
      preventedLots: lots,
      counterOrderId: taker.orderId,
    });
    this.#floor.remove(market, maker);
    const { orderId: makerOrderId, ticks } = maker;
    const none = 0 as Lots;
    return { preventedMatchId, makerOrderId, ticks, makerLots: lots, takerLots: none };
  }

  /** Notes what the taker loses, in the match that ends it. @returns number of that match */
  #preventTaker(maker: RestingOrder, takerLots: Lots, prevented: PreventedMatch[]): number {
    const last = prevented.at(-1);
    if (last?.makerOrderId === maker.orderId) {
      prevented[prevented.length - 1] = { ...last, takerLots };
      return last.preventedMatchId;
    }
    const preventedMatchId = this.#matchIds.take();
    const { orderId: makerOrderId, ticks } = maker;
    prevented.push({ preventedMatchId, makerOrderId, ticks, makerLots: 0 as Lots, takerLots });
    return preventedMatchId;
  }

  #rest(market: M, order: Resting): void {
    market.book.add(order);
    this.news.levelChanged(market, order.side, order.ticks);
  }

  #resting(market: M, order: VenueOrder): RestingOrder {
    const resting = market.book.find(order.orderId);
    assert(resting !== null, `the open order ${order.orderId} rests in the book`);
    return resting;
  }
}
