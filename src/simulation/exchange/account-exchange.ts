import type { Clock } from '../../core/env.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import { type Amount, amountOf } from '../../core/units.ts';
import { type MatchPlan, planQuote } from '../book/match-plan.ts';
import { type Account, type Clearing, clientKey, freeBalance } from './clearing.ts';
import { type FeeSchedule, feeOnTop, mostBeforeFee } from './fees.ts';
import { AVERAGE_MINUTES, ruleRefusal } from './market-rules.ts';
import type { Market } from './market-state.ts';
import { Floor } from './matching/floor.ts';
import { neededFor } from './matching/holds.ts';
import { Matching } from './matching/matching.ts';
import { nativeRefusal, pairRefusal } from './matching/native-rules.ts';
import {
  type Checked,
  NO_MATCH,
  openOrderRefusal,
  planOf,
  planOrKill,
  takerRefusal,
} from './matching/order-checks.ts';
import type { Fit } from './matching/waking.ts';
import {
  heldAsset,
  isNative,
  isOpen,
  limitOf,
  type NewOrder,
  type OrderReference,
  type Refusal,
  referenceText,
  restLots,
  type VenueOrder,
} from './orders.ts';
import type {
  Change,
  ExchangeEvent,
  ExchangePort,
  ListReference,
  NewPair,
  Pair,
  Placed,
  PlacedPair,
} from './port.ts';
import { MINUTE_MS } from './tape.ts';
import { RecordLost, type VenueLog } from './venue-log.ts';

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
    const floor = new Floor({ clearing, log, ...venue });
    this.matching = new Matching(floor, { fit: (market, order) => this.fitWoken(market, order) });
    this.markets = floor.markets;
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
      if (checked.ok) return ok(this.matching.accept(account, checked.value));
      this.#tellRejected(account, order, checked.error);
      return checked;
    });
  }

  placePair(account: string, pair: NewPair): Result<PlacedPair, Refusal> {
    return this.operate(() => {
      const checked = this.#checkPair(account, pair);
      if (checked.ok) {
        const { target, stop } = checked.value;
        return ok(this.matching.acceptPair(account, target, stop, pair.clientId));
      }
      for (const order of [pair.target, pair.stop]) {
        this.#tellRejected(account, order, checked.error);
      }
      return checked;
    });
  }

  findPair(name: string, list: ListReference): Pair | null {
    const account = this.account(name);
    if (account === null) return null;
    const isOf = (order: VenueOrder): boolean =>
      'listId' in list ? order.listId === list.listId : order.listClientId === list.listClientId;
    // The target has the lower number. A client's name may have been used again: the last counts.
    const orders = [...account.ended.values(), ...account.open.values()].filter(isOf);
    const listId = Math.max(...orders.map((order) => order.listId ?? 0));
    const [target, stop] = orders
      .filter((order) => order.listId === listId)
      .sort((one, other) => one.orderId - other.orderId);
    return target === undefined || stop === undefined ? null : { listId, target, stop };
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
      return ok(this.matching.cancelEach(orders, 'canceled'));
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
      if (isNative(order)) {
        return err({ kind: 'not-amendable', reference: referenceText(reference) });
      }
      const { ticks, lots } = change;
      const amended = { ...order, ticks, lots };
      const refusal = this.#refuseChange(market, amended, change);
      if (refusal !== null) return this.onUnfit(order, refusal);
      const held = this.affordChange(account, market, amended, order);
      if (!held.ok) return held;
      const left = restLots(amended);
      const plan = (): MatchPlan => planOf(name, market, { ...amended, lots: left });
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
      this.afterWork();
      this.log.settle();
      const events = this.matching.news.take();
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

  /** What an operation brings with it, before it is over. */
  protected afterWork(): void {
    this.matching.waking.wakeDue();
  }

  #tellRejected(account: string, { symbol, clientId }: NewOrder, refusal: Refusal): void {
    this.matching.news.tell({ kind: 'rejected', account, symbol, clientId, refusal });
  }

  /** @param beside orders that are to be placed with it */
  #check(name: string, order: NewOrder, beside = 0): Result<Checked, Refusal> {
    const market = this.markets.get(order.symbol);
    if (market === undefined) return err({ kind: 'unknown-symbol', symbol: order.symbol });
    if (!market.isOpen) return err({ kind: 'market-closed', symbol: order.symbol });
    const account = this.account(name);
    if (account === null) return err({ kind: 'unknown-account', account: name });
    const averageMs = this.clock.now() - AVERAGE_MINUTES * MINUTE_MS;
    const refusal =
      ruleRefusal(market.rules, order, market.tape.averageTicks(averageMs)) ??
      openOrderRefusal(account, market, order, beside) ??
      nativeRefusal(market, account, order);
    if (refusal !== null) return err(refusal);
    return this.afford(account, market, order);
  }

  #checkPair(name: string, { target, stop, clientId }: NewPair) {
    const market = this.markets.get(target.symbol);
    const unfit = market === undefined ? null : pairRefusal(market, target, stop);
    if (unfit !== null) return err(unfit);
    const known = this.findPair(name, { listClientId: clientId });
    const isKnown = known !== null && (isOpen(known.target) || isOpen(known.stop));
    if (isKnown || target.clientId === stop.clientId) {
      const twice = isKnown ? clientId : target.clientId;
      return err({ kind: 'duplicate-client-id' as const, clientId: twice });
    }
    const first = this.#check(name, target);
    if (!first.ok) return first;
    const second = this.#check(name, stop, 1);
    return second.ok ? ok({ target: first.value, stop: second.value }) : second;
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
    const { side } = amended;
    const wanted = neededFor(instrument, this.fees, { ...amended, lots: restLots(amended) }, null);
    assert(wanted !== null, 'an order that rests has a price');
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
    const waits = order.trigger !== undefined;
    const plan = waits ? NO_MATCH : planOf(account.name, market, order);
    const lots = order.quote > 0n ? plan.filledLots : order.lots;
    if (lots < instrument.lotsMin) return err({ kind: 'no-liquidity', symbol: order.symbol });
    const sized = { ...order, lots };
    const fits = ok({ order: sized, plan: planOrKill(plan, sized) });
    const asset = heldAsset(instrument, order.side);
    const free = freeBalance(account, asset);
    const short = (wanted: Amount): Refusal => ({
      kind: 'insufficient-balance',
      asset,
      free,
      wanted,
    });
    if (order.side === 'buy' && order.type === 'market' && !waits) {
      // What fills at once pays its fee from what is free; what may rest has it locked.
      const held = planQuote(instrument, plan);
      const wanted = amountOf(held + feeOnTop(this.fees, held));
      return free < wanted ? err(short(wanted)) : ok({ ...fits.value, held });
    }
    const last = market.priceOf(order.trigger?.reference ?? 'last');
    const held = neededFor(instrument, this.fees, sized, last);
    if (held === null) return err({ kind: 'no-liquidity', symbol: order.symbol });
    return free < held ? err(short(held)) : ok({ ...fits.value, held });
  }

  /** What an order that wakes may do: what its account can pay for, at most. */
  protected fitWoken(market: M, woken: VenueOrder): Fit | null {
    const { account, lots, side } = woken;
    const { instrument } = market.rules;
    const left = { ...woken, lots: restLots(woken) };
    if (side === 'sell' || limitOf(woken) !== null) {
      return { lots, held: woken.held, plan: planOrKill(planOf(account, market, left), left) };
    }
    // The hold was an estimate: the price at which it was to wake is not the one that it gets.
    const free = freeBalance(this.clearing.account(account), instrument.quote);
    const most = mostBeforeFee(this.fees, amountOf(woken.held + free));
    const plan = planOrKill(planOf(account, market, left, most), left);
    return { lots, held: planQuote(instrument, plan), plan };
  }
}
