import type { Clock } from '../../core/env.ts';
import { baseAmount, type Instrument, quoteAmount } from '../../core/instrument.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import { type Amount, amountOf, type Lots } from '../../core/units.ts';
import { type MatchPlan, planMatch, planQuote } from '../book/match-plan.ts';
import { crosses, opposite } from '../book/order-book.ts';
import { type Account, Clearing, clientKey, freeBalance, type Retention } from './clearing.ts';
import { type FeeSchedule, feeOnTop } from './fees.ts';
import { AVERAGE_MINUTES, type MarketRules, OPEN_ORDERS_MAX, ruleRefusal } from './market-rules.ts';
import type { Market } from './market-state.ts';
import { Matching } from './matching.ts';
import {
  heldAsset,
  isOpen,
  type NewOrder,
  type OrderReference,
  type Refusal,
  referenceText,
  type VenueOrder,
} from './orders.ts';
import type { Change, ExchangeEvent, ExchangePort, Pair, Placed, PlacedPair } from './port.ts';
import type { RecordFault, RecordStore } from './records.ts';
import { MINUTE_MS } from './tape.ts';
import { RecordLost, VenueLog } from './venue-log.ts';

/** Records between two snapshots. */
export const SNAPSHOT_EVERY = 50_000;

export interface RestoreOptions {
  readonly markets: readonly MarketRules[];
  readonly retention: Retention;
  /** Null keeps nothing beyond this process. */
  readonly records: RecordStore | null;
}

/** Makes an exchange over what an earlier process left; its open orders rest again. */
export function restored<E extends AccountExchange<Market>, C extends Clearing = Clearing>(
  { markets, retention, records }: RestoreOptions,
  make: (clearing: C, log: VenueLog) => E,
  Books: new (
    instrumentOf: (symbol: string) => Instrument,
    retention: Retention,
  ) => Clearing = Clearing,
): Result<E, RecordFault> {
  const instruments = new Map(markets.map(({ instrument }) => [instrument.symbol, instrument]));
  const instrumentOf = (symbol: string): Instrument => {
    const instrument = instruments.get(symbol);
    assert(instrument !== undefined, `records name markets of this venue, not ${symbol}`);
    return instrument;
  };
  const clearing = new Books(instrumentOf, retention) as C;
  const log = new VenueLog(records, clearing, SNAPSHOT_EVERY);
  const recovered = log.recover();
  if (!recovered.ok) return recovered;
  const exchange = make(clearing, log);
  const resumed = exchange.resume();
  if (resumed.ok) return ok(exchange);
  const wanted = 'a log that takes records';
  return err({ kind: 'venue-record', sequence: -1, found: resumed.error, wanted });
}

/** A plan that was found good, and the order it belongs to, completed. */
export interface Checked {
  readonly plan: MatchPlan;
  readonly lots: Lots;
  readonly held: Amount;
}

/**
 * What every spot exchange does for its accounts, whoever else makes the market: checks orders by
 * Binance's rules, holds what they may cost, matches and books them, and tells of it.
 */
export class AccountExchange<M extends Market> implements ExchangePort {
  readonly markets: ReadonlyMap<string, M>;
  readonly fees: FeeSchedule;
  readonly clearing: Clearing;
  protected readonly log: VenueLog;
  protected readonly matching: Matching<M>;
  protected readonly clock: Clock;
  readonly #listeners: ((events: readonly ExchangeEvent[]) => void)[] = [];
  #haltedBy: string | null = null;
  #isBusy = false;

  /** @param log what the clearing is booked from; it has been recovered */
  constructor(
    clearing: Clearing,
    log: VenueLog,
    venue: {
      readonly fees: FeeSchedule;
      readonly clock: Clock;
      readonly markets: readonly M[];
    },
  ) {
    this.fees = venue.fees;
    this.clearing = clearing;
    this.log = log;
    this.clock = venue.clock;
    this.matching = new Matching(clearing, log, venue);
    this.markets = this.matching.markets;
  }

  get haltedBy(): string | null {
    return this.#haltedBy;
  }

  listen(listener: (events: readonly ExchangeEvent[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Lets the open orders of an earlier process rest again. For `restored`. */
  resume(): Result<null, string> {
    const resumed = this.operate(() => {
      this.matching.reenter();
      return ok(null);
    });
    return resumed.ok ? resumed : err(this.#haltedBy ?? resumed.error.kind);
  }

  /** Makes sure that there is an account of this name. */
  openAccount(name: string): Account {
    return this.clearing.account(name);
  }

  account(name: string): Account | null {
    return this.clearing.accounts.get(name) ?? null;
  }

  place(account: string, order: NewOrder): Result<Placed, Refusal> {
    return this.operate(() => {
      const checked = this.#check(account, order);
      if (!checked.ok) {
        const { symbol, clientId } = order;
        this.matching.tell({
          kind: 'rejected',
          account,
          symbol,
          clientId,
          refusal: checked.error,
        });
        return checked;
      }
      const { plan, lots, held } = checked.value;
      return ok(this.matching.accept(account, { ...order, lots }, held, plan));
    });
  }

  placePair(): Result<PlacedPair, Refusal> {
    return err({ kind: 'not-offered', found: 'two linked orders' });
  }

  findPair(): Pair | null {
    return null;
  }

  wouldRefuse(account: string, order: NewOrder): Refusal | null {
    const checked = this.#check(account, order);
    return checked.ok ? null : checked.error;
  }

  cancel(account: string, reference: OrderReference): Result<VenueOrder, Refusal> {
    return this.operate(() => {
      const order = this.find(account, reference);
      if (order === null || !isOpen(order)) {
        return err({ kind: 'unknown-order', reference: referenceText(reference) });
      }
      return ok(this.matching.cancel(order));
    });
  }

  cancelAll(account: string, symbol: string): Result<readonly VenueOrder[], Refusal> {
    return this.operate(() => {
      const open = [...(this.account(account)?.open.values() ?? [])];
      const orders = open.filter((order) => order.symbol === symbol);
      if (orders.length === 0) return err({ kind: 'unknown-order', reference: symbol });
      return ok(orders.map((order) => this.matching.cancel(order)));
    });
  }

  amend(name: string, reference: OrderReference, change: Change): Result<Placed, Refusal> {
    return this.operate(() => {
      const order = this.find(name, reference);
      const account = this.account(name);
      const market = this.markets.get(reference.symbol);
      if (order === null || account === null || market === undefined || !isOpen(order)) {
        return err({ kind: 'unknown-order', reference: referenceText(reference) });
      }
      const { ticks, lots } = change;
      const amended = { ...order, ticks, lots };
      const refusal = this.#refuseChange(market, amended, change);
      if (refusal !== null) return this.onUnfit(order, refusal);
      const held = this.affordChange(account, market, amended, order);
      if (!held.ok) return held;
      const left = (lots - order.filledLots) as Lots;
      const plan = (): MatchPlan => planOf(account, market, { ...amended, lots: left });
      return ok(this.matching.amend(order, { ticks, lots, held: held.value }, plan));
    });
  }

  find(account: string, { symbol, orderId, clientId }: OrderReference): VenueOrder | null {
    const known = this.account(account);
    if (known === null) return null;
    const id = orderId ?? known.byClientId.get(clientKey(symbol, clientId ?? '')) ?? -1;
    const order = known.open.get(id) ?? known.ended.get(id) ?? null;
    if (order?.symbol !== symbol) return null;
    return clientId === null || order.clientId === clientId ? order : null;
  }

  transfer(account: string, asset: string, amount: Amount): Result<null, Refusal> {
    return this.operate(() => {
      const known = this.account(account);
      if (known === null) return err({ kind: 'unknown-account', account });
      const free = this.available(known, asset);
      if (free + amount < 0n) {
        const wanted = amountOf(-amount);
        return err({ kind: 'insufficient-balance', asset, free, wanted });
      }
      this.matching.transfer(account, asset, amount);
      return ok(null);
    });
  }

  /** Leaves the state behind as a snapshot, durable. The exchange is not used afterwards. */
  close(): void {
    this.operate(() => {
      this.log.snapshot();
      return ok(null);
    });
    this.#haltedBy ??= 'closed';
    this.log.close();
  }

  /** One operation, whole: its records are written, then everybody is told. */
  protected operate<T>(work: () => Result<T, Refusal>): Result<T, Refusal> {
    assert(!this.#isBusy, 'a listener does not operate the exchange it listens to');
    if (this.#haltedBy !== null) return err({ kind: 'halted', reason: this.#haltedBy });
    this.#isBusy = true;
    try {
      const result = work();
      this.log.settle();
      const events = this.matching.takeEvents();
      if (events.length > 0) for (const listener of this.#listeners) listener(events);
      return result;
    } catch (thrown) {
      if (!(thrown instanceof RecordLost)) throw thrown;
      // What was done in memory is not in the log, so nobody may hear of it.
      this.#haltedBy = `the venue's log is broken: ${thrown.message}`;
      return err({ kind: 'halted', reason: this.#haltedBy });
    } finally {
      this.#isBusy = false;
    }
  }

  #check(name: string, order: NewOrder): Result<Checked, Refusal> {
    const market = this.markets.get(order.symbol);
    if (market === undefined) return err({ kind: 'unknown-symbol', symbol: order.symbol });
    if (!market.isOpen) return err({ kind: 'market-closed', symbol: order.symbol });
    const account = this.account(name);
    if (account === null) return err({ kind: 'unknown-account', account: name });
    if (!worksAtOnce(order)) return err({ kind: 'not-offered', found: 'an order that waits' });
    const averageMs = this.clock.now() - AVERAGE_MINUTES * MINUTE_MS;
    const refusal =
      ruleRefusal(market.rules, order, market.tape.averageTicks(averageMs)) ??
      openOrderRefusal(account, market, order);
    if (refusal !== null) return err(refusal);
    return this.afford(account, market, order);
  }

  #refuseChange(market: M, amended: VenueOrder, { mayTake }: Change): Refusal | null {
    const { symbol, lots, filledLots } = amended;
    if (!market.isOpen) return { kind: 'market-closed', symbol };
    if (lots <= filledLots) return { kind: 'filter', filter: 'LOT_SIZE', found: lots };
    const averageMs = this.clock.now() - AVERAGE_MINUTES * MINUTE_MS;
    const refusal = ruleRefusal(market.rules, amended, market.tape.averageTicks(averageMs));
    if (refusal !== null || amended.type !== 'limit-maker' || mayTake) return refusal;
    return takerRefusal(market, amended);
  }

  /** What becomes of an order that cannot have the terms that were asked for: nothing. */
  protected onUnfit(_order: VenueOrder, refusal: Refusal): Result<Placed, Refusal> {
    return err(refusal);
  }

  /** What is to be held for an order under its new terms. */
  protected affordChange(
    account: Account,
    { rules: { instrument } }: M,
    amended: VenueOrder,
    before: VenueOrder,
  ): Result<Amount, Refusal> {
    const { side, ticks } = amended;
    const left = (amended.lots - amended.filledLots) as Lots;
    const paid = quoteAmount(instrument, ticks, left);
    const wanted =
      side === 'sell' ? baseAmount(instrument, left) : amountOf(paid + feeOnTop(this.fees, paid));
    const asset = heldAsset(instrument, side);
    const free = amountOf(freeBalance(account, asset) + before.held);
    return free < wanted ? err({ kind: 'insufficient-balance', asset, free, wanted }) : ok(wanted);
  }

  /** What of an asset an account may spend or take away. */
  protected available(account: Account, asset: string): Amount {
    return freeBalance(account, asset);
  }

  /** Plans an order, and finds out whether its account can pay for it. */
  protected afford(account: Account, market: M, order: NewOrder): Result<Checked, Refusal> {
    const { instrument } = market.rules;
    const plan = planOf(account, market, order);
    const lots = order.quote > 0n ? plan.filledLots : order.lots;
    if (lots < instrument.lotsMin) return err({ kind: 'no-liquidity', symbol: order.symbol });
    const isMarket = order.type === 'market';
    const paid =
      order.side === 'sell'
        ? baseAmount(instrument, lots)
        : isMarket
          ? planQuote(instrument, plan)
          : quoteAmount(instrument, order.ticks, lots);
    const wanted = order.side === 'sell' ? paid : amountOf(paid + feeOnTop(this.fees, paid));
    const asset = heldAsset(instrument, order.side);
    const free = freeBalance(account, asset);
    if (free < wanted) return err({ kind: 'insufficient-balance', asset, free, wanted });
    // What fills at once pays its fee from what is free; what may rest has it locked.
    const held = isMarket ? paid : wanted;
    if (order.timeInForce === 'fok' && plan.filledLots < lots) {
      return ok({ plan: NO_MATCH, lots, held });
    }
    return ok({ plan, lots, held });
  }
}

/** What an order would do to the book. */
export function planOf(account: Account, market: Market, order: NewOrder): MatchPlan {
  return planMatch(market.rules.instrument, market.book, {
    side: order.side,
    owner: account.name,
    limitTicks: order.type === 'market' ? null : order.ticks,
    lots: order.quote > 0n ? Number.POSITIVE_INFINITY : order.lots,
    quoteMax: order.quote > 0n ? order.quote : null,
    selfTradePrevention: order.selfTradePrevention,
  });
}

export const NO_MATCH: MatchPlan = { steps: [], filledLots: 0 as Lots, endsAt: null };

/** Whether all of an order meets the book at once, and rests there as it is. */
function worksAtOnce({ trigger, shownLots, bracket }: NewOrder): boolean {
  return trigger === undefined && shownLots === undefined && bracket === undefined;
}

/** Rules about the orders that the account has already, and about the book. */
function openOrderRefusal(account: Account, market: Market, order: NewOrder): Refusal | null {
  const { symbol, clientId } = order;
  const found = account.openCounts.get(symbol) ?? 0;
  if (found >= OPEN_ORDERS_MAX) return { kind: 'filter', filter: 'MAX_NUM_ORDERS', found };
  const sameId = account.byClientId.get(clientKey(symbol, clientId)) ?? -1;
  if (account.open.has(sameId)) return { kind: 'duplicate-client-id', clientId };
  if (order.type === 'market') return null;
  if (market.book.isFull) {
    return { kind: 'filter', filter: 'EXCHANGE_MAX_NUM_ORDERS', found: market.book.size };
  }
  return order.type === 'limit-maker' ? takerRefusal(market, order) : null;
}

/** Refuses what would take from anybody: what everybody sees, or an order of an account. */
function takerRefusal(market: Market, { side, ticks }: NewOrder): Refusal | null {
  const others = opposite(side);
  for (const best of [market.best(others), market.book.best(others)]) {
    if (best === null || !crosses(side, ticks, best)) continue;
    return { kind: 'would-take', ticks, opposite: best.ticks };
  }
  return null;
}
