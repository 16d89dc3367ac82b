import type { Clock } from '../../core/env.ts';
import { quoteAmount } from '../../core/instrument.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import {
  type Amount,
  amountOf,
  type Lots,
  millisOf,
  NO_AMOUNT,
  type Ticks,
} from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { planQuote } from '../book/match-plan.ts';
import { opposite } from '../book/order-book.ts';
import { type Account, freeBalance } from '../exchange/clearing.ts';
import { Exchange, type ExchangeOptions } from '../exchange/exchange.ts';
import { MarketState } from '../exchange/market-state.ts';
import { type Checked, NO_MATCH, planOf, planOrKill } from '../exchange/matching/order-checks.ts';
import type { Reference } from '../exchange/matching/waiting-orders.ts';
import type { Fit } from '../exchange/matching/waking.ts';
import {
  limitOf,
  type NewOrder,
  type Refusal,
  restLots,
  type VenueOrder,
} from '../exchange/orders.ts';
import type { Placed } from '../exchange/port.ts';
import type { RecordFault } from '../exchange/records.ts';
import { type RestoreOptions, restored } from '../exchange/restored.ts';
import type { VenueLog } from '../exchange/venue-log.ts';
import {
  type AccountMargin,
  accountMargin,
  exposureOf,
  isLiquidated,
  type OrderExposure,
  type SymbolMargin,
  symbolMargin,
} from './margin.ts';
import { MarginClearing } from './margin-clearing.ts';
import { type Mark, MarkPrice, RATE_UNIT } from './mark-price.ts';

/** Client ids of orders by which the venue closes a position begin with this. */
export const FORCED_PREFIX = 'autoclose-';
/** Leverage that may be set. */
export const LEVERAGE_MAX = 125;

/** A market that can be halted and opened again. */
export class PerpetualMarket extends MarketState {
  readonly price = new MarkPrice(this);

  override get hasMark(): boolean {
    return true;
  }

  override priceOf(reference: Reference): Ticks | null {
    return reference === 'mark' ? (this.price.mark?.markTicks ?? null) : super.priceOf(reference);
  }
}

/** Opens an exchange for perpetuals with what an earlier process left. */
export function openPerpetuals(
  options: ExchangeOptions & RestoreOptions,
): Result<PerpetualExchange, RecordFault> {
  const make = (clearing: MarginClearing, log: VenueLog): PerpetualExchange => {
    const markets = options.markets.map((rules) => new PerpetualMarket(rules, log));
    return new PerpetualExchange(clearing, log, { ...options, markets });
  };
  return restored<PerpetualExchange, MarginClearing>(options, make, MarginClearing);
}

/**
 * An exchange for linear perpetuals on cross margin, one position a symbol, over the same books
 * and matching as the spot exchange. What is due by the clock is done by `PerpetualClock`.
 */
export class PerpetualExchange extends Exchange {
  readonly margin: MarginClearing;
  readonly #forcedIds;
  /** Trades of accounts when reduce-only orders were last looked through. */
  #trimmedAt = 0;

  constructor(
    clearing: MarginClearing,
    log: VenueLog,
    venue: Pick<ExchangeOptions, 'fees'> & {
      readonly clock: Clock;
      readonly markets: readonly PerpetualMarket[];
    },
  ) {
    super(clearing, log, { ...venue, fees: { ...venue.fees, discount: null, isOnNotional: true } });
    this.margin = clearing;
    this.#forcedIds = log.numbers('forced order');
  }

  market(symbol: string): PerpetualMarket | null {
    return (this.markets.get(symbol) as PerpetualMarket | undefined) ?? null;
  }

  /** Null until the market has been measured, or when there is no such market. */
  markOf(symbol: string): Mark | null {
    return this.market(symbol)?.price.mark ?? null;
  }

  symbolMargin(account: Account, symbol: string, orders?: OrderExposure): SymbolMargin {
    const market = this.market(symbol);
    assert(market !== null, `${symbol} is a market of this venue`);
    const { instrument } = market.rules;
    const position = this.margin.position(account.name, symbol);
    const leverage = this.margin.leverage(account.name, symbol);
    const exposure = orders ?? exposureOf(instrument, account.open.values());
    // Before the first measure a position is worth what it cost.
    const markTicks = market.price.mark?.markTicks ?? entryTicks(market, position);
    return symbolMargin(instrument, position, { markTicks, leverage, orders: exposure });
  }

  /** @param changed what the open orders of one symbol are taken to be instead */
  accountMargin(
    account: Account,
    asset: string,
    changed?: { readonly symbol: string; readonly orders: OrderExposure },
  ): AccountMargin {
    const symbols = [...this.markets.values()]
      .map(({ rules }) => rules.instrument)
      .filter(({ quote }) => quote === asset)
      .map(({ symbol }) =>
        this.symbolMargin(account, symbol, changed?.symbol === symbol ? changed.orders : undefined),
      );
    return accountMargin(freeBalance(account, asset), symbols);
  }

  /** One asset is margin: what a position is settled in. Others are not taken in. */
  override transfer(account: string, asset: string, amount: Amount): Result<null, Refusal> {
    const isMargin = [...this.markets.values()].some(
      ({ rules }) => rules.instrument.quote === asset,
    );
    if (!isMargin) return err({ kind: 'unknown-symbol', symbol: asset });
    return super.transfer(account, asset, amount);
  }

  /** Contracts that are held, each counted once. */
  openLots(symbol: string): Lots {
    let open = 0;
    for (const name of this.#holders())
      open += Math.max(0, this.margin.position(name, symbol).lots);
    return open as Lots;
  }

  /** Fraction of the accounts with a position, the crowd as one of them, that are long. */
  longFraction(symbol: string): number {
    const held = this.#holders().map((name) => this.margin.position(name, symbol).lots);
    const holders = held.filter((each) => each !== 0);
    return holders.length === 0 ? 0.5 : held.filter((each) => each > 0).length / holders.length;
  }

  #holders(): (string | null)[] {
    return [...this.clearing.accounts.keys(), null];
  }

  /** @returns false when the leverage would leave too little for what is bound already */
  setLeverage(account: string, symbol: string, leverage: number): Result<boolean, Refusal> {
    return this.operate(() => {
      const known = this.account(account);
      const market = this.market(symbol);
      if (known === null) return err({ kind: 'unknown-account', account });
      if (market === null) return err({ kind: 'unknown-symbol', symbol });
      const before = this.margin.leverage(account, symbol);
      const { quote } = market.rules.instrument;
      this.log.record({ kind: 'leverage-set', account, symbol, leverage });
      if (leverage >= before || this.accountMargin(known, quote).available >= 0n) return ok(true);
      this.log.record({ kind: 'leverage-set', account, symbol, leverage: before });
      return ok(false);
    });
  }

  /** Pays funding on every position of a market, at the mark and rate of now. */
  payFunding(symbol: string): void {
    const market = this.market(symbol);
    const mark = market?.price.mark ?? null;
    if (market === null || mark === null) return;
    this.operate(() => {
      const { instrument } = market.rules;
      const venueMs = this.clock.now();
      let paid = 0n;
      for (const { name } of this.clearing.accounts.values()) {
        const { lots } = this.margin.position(name, symbol);
        if (lots === 0) continue;
        const worth = quoteAmount(instrument, mark.markTicks, Math.abs(lots) as Lots);
        const due = (worth * BigInt(mark.rate)) / BigInt(RATE_UNIT);
        const amount = amountOf(lots > 0 ? -due : due);
        if (amount === 0n) continue;
        paid += amount;
        this.log.record({ kind: 'funded', account: name, symbol, amount, venueMs });
        const { quote: asset } = instrument;
        this.matching.news.tell({ kind: 'funded', account: name, symbol, asset, amount, venueMs });
      }
      // The crowd holds the other side of all of them.
      const amount = amountOf(-paid);
      this.log.record({ kind: 'funded', account: null, symbol, amount, venueMs });
      market.price.beginPeriod();
      return ok(null);
    });
  }

  /** The mark of a market was measured; orders that wait for it may wake. */
  marked(symbol: string): void {
    const market = this.market(symbol);
    const markTicks = market?.priceOf('mark') ?? null;
    if (market === null || markTicks === null || market.waiting.size === 0) return;
    this.operate(() => {
      this.matching.waking.priced(market, 'mark', markTicks);
      return ok(null);
    });
  }

  /** Closes what accounts can no longer carry. What finds no market is tried again. */
  liquidate(): void {
    for (const account of this.clearing.accounts.values()) {
      const quotes = new Set([...this.markets.values()].map(({ rules }) => rules.instrument.quote));
      for (const asset of quotes) {
        if (isLiquidated(this.accountMargin(account, asset))) this.#close(account, asset);
      }
    }
  }

  #close(account: Account, asset: string): void {
    this.operate(() => {
      this.matching.cancelEach([...account.open.values()], 'canceled');
      for (const [symbol, { lots }] of this.margin.positions(account.name)) {
        const market = this.market(symbol);
        if (market === null || market.rules.instrument.quote !== asset || lots === 0) continue;
        const order = forcedOrder(symbol, lots, `${FORCED_PREFIX}${this.#forcedIds.take()}`);
        const plan = planOf(account.name, market, order);
        this.matching.accept(account.name, { order, held: NO_AMOUNT, plan });
      }
      return ok(null);
    });
  }

  protected override available(account: Account, asset: string): Amount {
    const { available } = this.accountMargin(account, asset);
    return available > 0n ? available : NO_AMOUNT;
  }

  protected override afford(
    account: Account,
    market: PerpetualMarket,
    order: NewOrder,
  ): Result<Checked, Refusal> {
    // A position may come and go before an order wakes: what it may do is found then.
    if (order.trigger !== undefined) return ok({ order, held: NO_AMOUNT, plan: NO_MATCH });
    const { instrument } = market.rules;
    const reducible = this.#reducible(account, order);
    if (order.isReduceOnly === true && reducible < 1) {
      return err({ kind: 'not-reducing', symbol: order.symbol });
    }
    const lots =
      order.isReduceOnly === true ? (Math.min(order.lots, reducible) as Lots) : order.lots;
    const sized = { ...order, lots };
    const plan = planOf(account.name, market, sized);
    if (order.type === 'market' && plan.filledLots < 1 && plan.endsAt === null) {
      return err({ kind: 'no-liquidity', symbol: order.symbol });
    }
    const worth =
      order.type === 'market'
        ? planQuote(instrument, plan)
        : quoteAmount(instrument, order.ticks, lots);
    const refusal = this.#shortOf(account, market, order, worth);
    if (refusal !== null) return err(refusal);
    return ok({ order: sized, held: NO_AMOUNT, plan: planOrKill(plan, sized) });
  }

  /** An order wakes with what it may reduce, and not at all where margin is missing. */
  protected override fitWoken(market: PerpetualMarket, woken: VenueOrder): Fit | null {
    const account = this.clearing.account(woken.account);
    const wanted = restLots(woken);
    const isReducing = woken.isReduceOnly === true;
    const left = (isReducing ? Math.min(wanted, this.#reducible(account, woken)) : wanted) as Lots;
    if (left < 1) return null;
    const sized = { ...woken, lots: left };
    const { instrument } = market.rules;
    const plan = planOf(woken.account, market, sized);
    const limit = limitOf(woken);
    const worth =
      limit === null ? planQuote(instrument, plan) : quoteAmount(instrument, limit, left);
    if (this.#shortOf(account, market, woken, worth, woken) !== null) return null;
    const lots = (woken.filledLots + left) as Lots;
    return { lots, held: NO_AMOUNT, plan: planOrKill(plan, sized) };
  }

  /** One that would take, or that has filled as far, is cancelled by its change. */
  protected override onUnfit(order: VenueOrder, refusal: Refusal): Result<Placed, Refusal> {
    const isOfSize = refusal.kind === 'filter' && refusal.filter === 'LOT_SIZE';
    const isFilledSoFar = isOfSize && Number(refusal.found) <= order.filledLots;
    const endsIt = refusal.kind === 'would-take' || (isFilledSoFar && order.filledLots > 0);
    if (!endsIt) return err(refusal);
    return ok({ order: this.matching.cancel(order), trades: [], prevented: [] });
  }

  protected override affordChange(
    account: Account,
    market: PerpetualMarket,
    amended: VenueOrder,
    before: VenueOrder,
  ): Result<Amount, Refusal> {
    const left = (amended.lots - amended.filledLots) as Lots;
    const worth = quoteAmount(market.rules.instrument, amended.ticks, left);
    const refusal = this.#shortOf(account, market, amended, worth, before);
    return refusal === null ? ok(NO_AMOUNT) : err(refusal);
  }

  /**
   * Whether an order binds more than the account has.
   *
   * @param instead the order whose place it takes
   */
  #shortOf(
    account: Account,
    market: PerpetualMarket,
    order: NewOrder,
    worth: Amount,
    instead?: VenueOrder,
  ): Refusal | null {
    if (order.isReduceOnly === true) return null;
    const { instrument } = market.rules;
    const { quote: asset, symbol } = instrument;
    const before = this.accountMargin(account, asset);
    const others = [...account.open.values()].filter(({ orderId }) => orderId !== instead?.orderId);
    const open = exposureOf(instrument, others);
    const orders =
      order.side === 'buy'
        ? { ...open, bought: amountOf(open.bought + worth) }
        : { ...open, sold: amountOf(open.sold + worth) };
    const after = this.accountMargin(account, asset, { symbol, orders });
    // What binds nothing more may always be sent, also by who has less than nothing left.
    if (after.available >= 0n || after.initial <= before.initial) return null;
    const wanted = amountOf(after.initial - before.initial);
    return { kind: 'insufficient-balance', asset, free: before.available, wanted };
  }

  /** Reduce-only orders that work never outlive what they may reduce. */
  protected override afterWork(): void {
    super.afterWork();
    if (this.margin.trades === this.#trimmedAt) return;
    this.#trimmedAt = this.margin.trades;
    for (const account of this.clearing.accounts.values()) {
      const left = new Map<string, number>();
      for (const order of [...account.open.values()]) {
        if (order.isReduceOnly !== true || order.isWaiting === true) continue;
        const key = `${order.symbol} ${order.side}`;
        const open = left.get(key) ?? this.#reducible(account, order);
        left.set(key, open - restLots(order));
        if (restLots(order) > open) this.matching.cancelEach([order], 'expired');
      }
    }
  }

  /** Lots that an order of this side could take off a position. */
  #reducible(account: Account, { symbol, side }: { symbol: string; side: Side }): number {
    const { lots } = this.margin.position(account.name, symbol);
    return side === 'sell' ? lots : -lots;
  }
}

function entryTicks(market: PerpetualMarket, { lots, cost }: { lots: Lots; cost: Amount }): Ticks {
  if (lots === 0) return 0 as Ticks;
  const { tickSize, lotSize } = market.rules.instrument;
  return Math.round(Number(cost) / 1e8 / (Math.abs(lots) * lotSize) / tickSize) as Ticks;
}

function forcedOrder(symbol: string, position: Lots, clientId: string): NewOrder {
  return {
    symbol,
    clientId,
    side: opposite(position > 0 ? 'buy' : 'sell'),
    type: 'market',
    timeInForce: 'ioc',
    ticks: 0 as Ticks,
    lots: Math.abs(position) as Lots,
    quote: NO_AMOUNT,
    selfTradePrevention: 'expire-maker',
  };
}

/** Moments at which funding is paid: whole multiples of the period since 1970. */
export function nextFundingMs(nowMs: number, periodMs: number) {
  return millisOf(nowMs - (nowMs % periodMs) + periodMs);
}
