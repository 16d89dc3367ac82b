import type { Clock } from '../../core/env.ts';
import { baseAmount, quoteAmount } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import { type Amount, amountOf, type Lots, NO_AMOUNT, type Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { type MatchPlan, type MatchStep, planMatch } from '../book/match-plan.ts';
import { opposite, type RestingOrder } from '../book/order-book.ts';
import { accountTrade, type Clearing, freeBalance } from './clearing.ts';
import { type FeeSchedule, feeOf } from './fees.ts';
import type { Market } from './market-state.ts';
import { type AccountTrade, type NewOrder, restLots, type VenueOrder } from './orders.ts';
import type { ExchangeEvent, Execution, Placed, PreventedMatch } from './port.ts';
import type { TradeParty } from './records.ts';
import type { PublicTrade } from './tape.ts';
import type { Numbers, VenueLog } from './venue-log.ts';

type StepOf<Kind extends MatchStep['kind']> = Extract<MatchStep, { kind: Kind }>;
type EndedStatus = 'canceled' | 'expired' | 'expired-in-match';

const EXECUTION_OF_END: Readonly<Record<EndedStatus, Execution>> = {
  canceled: 'canceled',
  expired: 'expired',
  'expired-in-match': 'trade-prevention',
};

/**
 * Carries plans out: books every trade before it tells of it, keeps the books, and collects what
 * happened.
 */
export class Matching<M extends Market = Market> {
  readonly markets: ReadonlyMap<string, M>;
  readonly #clearing: Clearing;
  readonly #log: VenueLog;
  readonly #fees: FeeSchedule;
  readonly #clock: Clock;
  readonly #orderIds: Numbers;
  readonly #matchIds: Numbers;
  readonly #touched = new Map<string, Set<string>>();
  #events: ExchangeEvent[] = [];

  constructor(
    clearing: Clearing,
    log: VenueLog,
    venue: {
      readonly fees: FeeSchedule;
      readonly clock: Clock;
      readonly markets: readonly M[];
    },
  ) {
    this.#clearing = clearing;
    this.#log = log;
    this.#fees = venue.fees;
    this.#clock = venue.clock;
    this.#orderIds = log.numbers('order');
    this.#matchIds = log.numbers('prevented match');
    this.markets = new Map(venue.markets.map((market) => [market.rules.instrument.symbol, market]));
  }

  tell(event: ExchangeEvent): void {
    this.#events.push(event);
  }

  /** What happened since the last call, and last the balances that it changed. */
  takeEvents(): readonly ExchangeEvent[] {
    const venueMs = this.#clock.now();
    for (const [account, assets] of this.#touched) {
      this.tell({ kind: 'balances-changed', account, assets: [...assets], venueMs });
    }
    this.#touched.clear();
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Accepts an order that has been checked and carries its plan out. */
  accept(account: string, order: NewOrder, held: Amount, plan: MatchPlan): Placed {
    const venueMs = this.#clock.now();
    const accepted: VenueOrder = {
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
    };
    this.#log.record({ kind: 'order-accepted', order: accepted });
    this.#tellExecuted('new', accepted, null, 0);
    return this.#work(this.#market(order.symbol), accepted, plan);
  }

  /** @param status how it ends: by its owner's wish, or by a rule of the venue */
  cancel(order: VenueOrder, status: 'canceled' | 'expired' = 'canceled'): VenueOrder {
    const market = this.#market(order.symbol);
    const resting = this.#resting(market, order);
    const ended = this.#end(order, status);
    this.remove(market, resting);
    return ended;
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
    const market = this.#market(order.symbol);
    const { account, orderId } = order;
    const resting = this.#resting(market, order);
    const keepsPlace = terms.ticks === order.ticks && terms.lots < order.lots;
    if (!keepsPlace) this.remove(market, resting);
    const venueMs = this.#clock.now();
    this.#log.record({ kind: 'order-amended', account, orderId, ...terms, venueMs });
    const amended = this.#orderOf(order);
    this.#tellExecuted('amended', amended, null, 0);
    if (!keepsPlace) return this.#work(market, amended, plan());
    market.book.fill(resting, (order.lots - terms.lots) as Lots);
    this.#levelChanged(market, resting.side, resting.ticks);
    return { order: amended, trades: [], prevented: [] };
  }

  transfer(account: string, asset: string, amount: Amount): void {
    const venueMs = this.#clock.now();
    this.#log.record({ kind: 'transferred', account, asset, amount, venueMs });
    this.tell({ kind: 'transferred', account, asset, amount, venueMs });
    this.#touch(account, [asset]);
  }

  /** Puts an order of the crowd into the book. @returns its id */
  restCrowd(market: M, side: Side, ticks: Ticks, lots: Lots): number {
    const orderId = this.#orderIds.take();
    this.#rest(market, { orderId, owner: null, side, ticks, lots });
    return orderId;
  }

  /** Takes an order out of the book. */
  remove(market: M, order: RestingOrder): void {
    market.book.remove(order);
    this.#levelChanged(market, order.side, order.ticks);
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
    const accounts = [...this.#clearing.accounts.values()];
    const open = accounts.flatMap((account) => [...account.open.values()]);
    for (const order of open.sort((left, right) => left.orderId - right.orderId)) {
      const market = this.#market(order.symbol);
      if (order.type === 'market' || order.timeInForce !== 'gtc') {
        this.#end(order, 'expired');
        continue;
      }
      const plan = planMatch(market.rules.instrument, market.book, {
        side: order.side,
        owner: order.account,
        limitTicks: order.ticks,
        lots: restLots(order),
        quoteMax: null,
        selfTradePrevention: order.selfTradePrevention,
      });
      this.#work(market, order, plan);
    }
    this.takeEvents();
  }

  /** Carries out what an accepted order does to the book, down to its rest or its end. */
  #work(market: M, accepted: VenueOrder, plan: MatchPlan): Placed {
    const trades: AccountTrade[] = [];
    const prevented: PreventedMatch[] = [];
    for (const step of plan.steps) {
      if (step.kind === 'expire-maker') prevented.push(this.#prevent(market, accepted, step));
      else trades.push(...this.#trade(market, accepted.side, step, accepted, accepted.orderId));
    }
    const order = this.#orderOf(accepted);
    const left = restLots(order);
    if (left === 0) return { order, trades, prevented };
    if (plan.endsAt !== null) {
      const match = this.#preventTaker(plan.endsAt, left, prevented);
      const ended = this.#end(order, 'expired-in-match', match, left, plan.endsAt.orderId);
      return { order: ended, trades, prevented };
    }
    if (order.type === 'market' || order.timeInForce !== 'gtc') {
      return { order: this.#end(order, 'expired'), trades, prevented };
    }
    const { orderId, account: owner, side, ticks } = order;
    this.#rest(market, { orderId, owner, side, ticks, lots: left });
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
      venueMs: this.#clock.now(),
    };
    const makerParty = this.#party(market, trade, maker.owner, true, null);
    const takerParty = this.#party(market, trade, taker?.account ?? null, false, makerParty);
    if (makerParty !== null || takerParty !== null) {
      const { makerOrderId: _maker, takerOrderId: _taker, ...facts } = trade;
      this.#log.record({ kind: 'traded', ...facts, maker: makerParty, taker: takerParty });
    }
    market.book.fill(maker, lots);
    this.#events.push(...market.traded(trade));
    this.#levelChanged(market, maker.side, maker.ticks);
    if (makerParty !== null) this.#tellTrade(market, trade, makerParty, maker.side, true);
    if (takerParty === null) return [];
    return [this.#tellTrade(market, trade, takerParty, takerSide, false)];
  }

  #party(
    market: M,
    trade: PublicTrade,
    account: string | null,
    isMaker: boolean,
    other: TradeParty | null,
  ): TradeParty | null {
    if (account === null) return null;
    const { instrument } = market.rules;
    const isBuy = (trade.takerSide === 'buy') !== isMaker;
    const booked = this.#clearing.account(account);
    const fee = feeOf(this.#fees, {
      isMaker,
      received: isBuy ? baseAmount(instrument, trade.lots) : trade.quote,
      receivedAsset: isBuy ? instrument.base : instrument.quote,
      notional: trade.quote,
      quoteAsset: instrument.quote,
      // In a trade of an account with itself, the fee of the other side is spent already.
      free: (asset) => {
        const isSpent = other?.account === account && other.feeAsset === asset;
        return amountOf(freeBalance(booked, asset) - (isSpent ? other.fee : NO_AMOUNT));
      },
    });
    const orderId = isMaker ? trade.makerOrderId : trade.takerOrderId;
    const side: Side = isBuy ? 'buy' : 'sell';
    const realised = this.#clearing.realisedBy(account, { ...trade, side });
    const party = { account, orderId, ...fee };
    return realised === undefined ? party : { ...party, realised };
  }

  #tellTrade(
    market: M,
    trade: PublicTrade,
    party: TradeParty,
    side: Side,
    isMaker: boolean,
  ): AccountTrade {
    const { base, quote } = market.rules.instrument;
    const booked = accountTrade(trade, party, side, isMaker);
    this.#touch(party.account, [base, quote, party.feeAsset]);
    this.#tellExecuted('trade', this.#orderOf(party), booked, 0);
    return booked;
  }

  /** Ends a resting order that an order of the same account meets. */
  #prevent(market: M, taker: VenueOrder, { maker, lots }: StepOf<'expire-maker'>): PreventedMatch {
    const preventedMatchId = this.#matchIds.take();
    const order = this.#orderOf({ account: taker.account, orderId: maker.orderId });
    this.#end(order, 'expired-in-match', preventedMatchId, lots, taker.orderId);
    this.remove(market, maker);
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

  /** Ends an open order: booked, told, and what was locked for it is free again. */
  #end(
    order: VenueOrder,
    status: EndedStatus,
    preventedMatchId = -1,
    preventedLots = 0 as Lots,
    counterOrderId = 0,
  ): VenueOrder {
    const { account, orderId } = order;
    const venueMs = this.#clock.now();
    const prevention = { preventedMatchId, preventedLots };
    this.#log.record({ kind: 'order-ended', account, orderId, status, ...prevention, venueMs });
    const ended = this.#orderOf(order);
    this.#tellExecuted(EXECUTION_OF_END[status], ended, null, counterOrderId);
    return ended;
  }

  #rest(market: M, order: Omit<RestingOrder, 'previous' | 'next'>): void {
    market.book.add(order);
    this.#levelChanged(market, order.side, order.ticks);
  }

  #levelChanged(market: M, side: Side, ticks: Ticks): void {
    this.#events.push(...market.levelChanged(side, ticks));
  }

  #tellExecuted(
    execution: Execution,
    order: VenueOrder,
    trade: AccountTrade | null,
    counterOrderId: number,
  ): void {
    const venueMs = order.updatedMs;
    this.tell({ kind: 'executed', execution, order, trade, counterOrderId, venueMs });
    if (trade !== null) return;
    const { base, quote } = this.#market(order.symbol).rules.instrument;
    this.#touch(order.account, [order.side === 'buy' ? quote : base]);
  }

  #touch(account: string, assets: readonly string[]): void {
    const touched = this.#touched.get(account) ?? new Set();
    for (const asset of assets) touched.add(asset);
    this.#touched.set(account, touched);
  }

  #resting(market: M, order: VenueOrder): RestingOrder {
    const resting = market.book.find(order.orderId);
    assert(resting !== null, `the open order ${order.orderId} rests in the book`);
    return resting;
  }

  #market(symbol: string): M {
    const market = this.markets.get(symbol);
    assert(market !== undefined, `${symbol} is a market of this venue`);
    return market;
  }

  #orderOf({ account, orderId }: { account: string; orderId: number }): VenueOrder {
    const booked = this.#clearing.account(account);
    const order = booked.open.get(orderId) ?? booked.ended.get(orderId);
    assert(order !== undefined, `order ${orderId} is booked`);
    return order;
  }
}
