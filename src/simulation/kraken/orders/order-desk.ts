import { parseBigDecimal } from '../../../core/decimal.ts';
import type { Clock, Timer, Timers } from '../../../core/env.ts';
import { parseLots, parseTicks } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { AMOUNT_DECIMALS, amountOf, type Lots } from '../../../core/units.ts';
import type { Side, TimeInForce } from '../../../execution/order.ts';
import type { SelfTradePrevention } from '../../book/match-plan.ts';
import { isNative, type NewOrder, type VenueOrder } from '../../exchange/orders.ts';
import type { ExchangePort } from '../../exchange/port.ts';
import {
  DEADLINE,
  INVALID_ARGUMENTS,
  INVALID_PRICE,
  type KrakenError,
  ORDER_RATE,
  refusalError,
  UNKNOWN_ORDER,
  UNKNOWN_PAIR,
} from '../errors.ts';
import { orderIdOf, orderIdText } from '../names.ts';
import type { TradingState } from '../trading-state.ts';
import { Closes } from './closes.ts';
import type { KindWish } from './kind-wish.ts';
import { termsOf } from './new-order.ts';
import { RateCounters, type Tier } from './rate-counter.ts';

/** An order as a client asks for it, whichever way it came. Numbers are decimal texts. */
export interface OrderWish {
  readonly symbol: string;
  readonly side: Side;
  readonly kind: KindWish;
  readonly quantity: string;
  /** The quantity is what a market order spends, in quote currency. */
  readonly isCost: boolean;
  /** What the book shows of an iceberg at a time; '' for any other order. */
  readonly shown: string;
  /** What follows on the other side once it trades; null when nothing does. */
  readonly close: KindWish | null;
  /** '' when the client names none. */
  readonly clientId: string;
  readonly timeInForce: TimeInForce;
  readonly isPostOnly: boolean;
  readonly prevention: SelfTradePrevention;
  /** NaN when there is none. */
  readonly deadlineMs: number;
}

/** Other terms for an order; '' leaves one as it is. */
export interface AmendWish {
  readonly price: string;
  /** In all. */
  readonly quantity: string;
  /** Refused instead of taking at the new price, where the order was not to take. */
  readonly isPostOnly: boolean;
  /** NaN when there is none. */
  readonly deadlineMs: number;
}

/** An order is named by the venue's id or by the client's. */
export interface OrderName {
  readonly orderId: string;
  readonly clientId: string;
}

/** Ids that the venue makes for orders without one; they are shown to nobody. */
const HIDDEN = 'unnamed:';
const CLIENT_ID =
  /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}|[\x21-\x7e]{1,18})$/;
const TIMEOUT_SECONDS_MAX = 86_400;

/** Carries orders to the exchange: the same rules for REST and sockets. */
export class OrderDesk {
  readonly exchange: ExchangePort;
  readonly closes: Closes;
  readonly #state: TradingState;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #tier: Tier;
  readonly #counters = new Map<string, RateCounters>();
  readonly #switches = new Map<string, Timer>();
  #unnamed = 0;

  constructor(
    exchange: ExchangePort,
    state: TradingState,
    edges: { readonly clock: Clock; readonly timers: Timers; readonly tier: Tier },
  ) {
    this.exchange = exchange;
    this.#state = state;
    this.#clock = edges.clock;
    this.#timers = edges.timers;
    this.#tier = edges.tier;
    this.closes = new Closes(exchange, edges.timers, () => this.#nextId());
  }

  place(account: string, wish: OrderWish): Result<VenueOrder, KrakenError> {
    const order = this.#orderOf(wish);
    if (!order.ok) return order;
    const nowMs = this.#clock.now();
    if (nowMs > wish.deadlineMs) return err(DEADLINE);
    const closed = this.#state.refusal(wish.symbol, {
      isMarket: wish.kind.isMarket,
      isPostOnly: wish.isPostOnly,
    });
    if (closed !== null) return err(closed);
    if (!this.#countersOf(account).take(wish.symbol, { kind: 'add' }, nowMs)) {
      return err(ORDER_RATE);
    }
    const placed = this.exchange.place(account, order.value);
    if (!placed.ok) return err(refusalError(placed.error));
    // An order that has woken at once is not any more what it was when it was accepted.
    const orderId = orderIdText(placed.value.order.orderId);
    const now = this.find(account, { orderId, clientId: '' }) ?? placed.value.order;
    if (wish.close !== null) this.closes.add(now, wish.close);
    return ok(now);
  }

  /** What `place` would refuse, without placing. */
  wouldRefuse(account: string, wish: OrderWish): KrakenError | null {
    const order = this.#orderOf(wish);
    if (!order.ok) return order.error;
    const refusal = this.exchange.wouldRefuse(account, order.value);
    return refusal === null ? null : refusalError(refusal);
  }

  cancel(account: string, name: OrderName): Result<VenueOrder, KrakenError> {
    const order = this.find(account, name);
    if (order === null) return err(UNKNOWN_ORDER);
    this.#countCancel(account, order);
    const { symbol, orderId } = order;
    const canceled = this.exchange.cancel(account, { symbol, orderId, clientId: null });
    return canceled.ok ? canceled : err(refusalError(canceled.error));
  }

  /** @returns how many orders were cancelled, in all markets */
  cancelAll(account: string): number {
    let count = 0;
    for (const symbol of this.exchange.markets.keys()) {
      const canceled = this.exchange.cancelAll(account, symbol);
      if (!canceled.ok) continue;
      for (const order of canceled.value) this.#countCancel(account, order);
      count += canceled.value.length;
    }
    return count;
  }

  /**
   * The account's dead-man switch. @returns when it goes off, null when it is off
   */
  cancelAllAfter(account: string, seconds: number): Result<number | null, KrakenError> {
    if (!(Number.isInteger(seconds) && seconds >= 0 && seconds <= TIMEOUT_SECONDS_MAX)) {
      return err(`${INVALID_ARGUMENTS}:timeout`);
    }
    this.#switches.get(account)?.cancel();
    this.#switches.delete(account);
    if (seconds === 0) return ok(null);
    const timer = this.#timers.after(seconds * 1_000, () => {
      this.#switches.delete(account);
      this.cancelAll(account);
    });
    this.#switches.set(account, timer);
    return ok(this.#clock.now() + seconds * 1_000);
  }

  /** Another price or size for an order that rests; it keeps its ids. */
  amend(account: string, name: OrderName, wish: AmendWish): Result<VenueOrder, KrakenError> {
    const order = this.find(account, name);
    if (order === null || !this.#isOpen(account, order)) return err(UNKNOWN_ORDER);
    const market = this.exchange.markets.get(order.symbol);
    if (market === undefined) return err(UNKNOWN_PAIR);
    // The venue gives these other terms too; the exchange behind this one does not.
    if (isNative(order)) return err(INVALID_ARGUMENTS);
    const nowMs = this.#clock.now();
    if (nowMs > wish.deadlineMs) return err(DEADLINE);
    const { instrument } = market.rules;
    const ticks = wish.price === '' ? order.ticks : parseTicks(instrument, wish.price);
    const lots = wish.quantity === '' ? order.lots : parseLots(instrument, wish.quantity);
    if (!(ticks > 0)) return err(INVALID_PRICE);
    if (!(lots > order.filledLots)) return err(`${INVALID_ARGUMENTS}:order_qty`);
    const ageMs = nowMs - order.createdMs;
    if (!this.#countersOf(account).take(order.symbol, { kind: 'amend', ageMs }, nowMs)) {
      return err(ORDER_RATE);
    }
    const { symbol, orderId } = order;
    const change = wish.isPostOnly ? { ticks, lots } : { ticks, lots, mayTake: true as const };
    const amended = this.exchange.amend(account, { symbol, orderId, clientId: null }, change);
    return amended.ok ? ok(amended.value.order) : err(refusalError(amended.error));
  }

  /** An order by either name, open or ended; the latest of a client's name. */
  find(account: string, { orderId, clientId }: OrderName): VenueOrder | null {
    const known = this.exchange.account(account);
    if (known === null) return null;
    if (orderId !== '') {
      const number = orderIdOf(orderId);
      return known.open.get(number) ?? known.ended.get(number) ?? null;
    }
    let found: VenueOrder | null = null;
    for (const symbol of this.exchange.markets.keys()) {
      found ??= this.exchange.find(account, { symbol, orderId: null, clientId });
    }
    return found;
  }

  /** Lets everybody order again who has ordered too much. */
  forgive(): void {
    this.#counters.clear();
  }

  close(): void {
    for (const timer of this.#switches.values()) timer.cancel();
    this.#switches.clear();
  }

  #isOpen(account: string, { orderId }: VenueOrder): boolean {
    return this.exchange.account(account)?.open.has(orderId) ?? false;
  }

  #orderOf(wish: OrderWish): Result<NewOrder, KrakenError> {
    const market = this.exchange.markets.get(wish.symbol);
    if (market === undefined) return err(UNKNOWN_PAIR);
    const { instrument } = market.rules;
    if (wish.clientId !== '' && !CLIENT_ID.test(wish.clientId)) {
      return err(`${INVALID_ARGUMENTS}:cl_ord_id`);
    }
    const { kind, side } = wish;
    const last = market.tape.last?.ticks ?? Number.NaN;
    const terms = termsOf(kind, side, instrument, last);
    if (!terms.ok) return terms;
    const cost = wish.isCost ? parseBigDecimal(wish.quantity, AMOUNT_DECIMALS) : 0n;
    const lots = wish.isCost ? (0 as Lots) : parseLots(instrument, wish.quantity);
    if (Number.isNaN(lots) || cost === null || cost < 0n) {
      return err(`${INVALID_ARGUMENTS}:volume`);
    }
    const shownLots = parseLots(instrument, wish.shown);
    if (kind.isIceberg && Number.isNaN(shownLots)) {
      return err(`${INVALID_ARGUMENTS}:displayvol`);
    }
    return ok({
      symbol: wish.symbol,
      clientId: wish.clientId === '' ? this.#nextId() : wish.clientId,
      side,
      ...terms.value,
      ...(wish.isPostOnly && !kind.isMarket && { type: 'limit-maker' as const }),
      ...(kind.isIceberg && { shownLots }),
      timeInForce: kind.isMarket ? 'gtc' : wish.timeInForce,
      lots,
      quote: amountOf(cost),
      selfTradePrevention: wish.prevention,
    });
  }

  #nextId(): string {
    this.#unnamed += 1;
    return `${HIDDEN}${this.#unnamed}`;
  }

  #countCancel(account: string, order: VenueOrder): void {
    const nowMs = this.#clock.now();
    const ageMs = nowMs - order.createdMs;
    this.#countersOf(account).take(order.symbol, { kind: 'cancel', ageMs }, nowMs);
  }

  #countersOf(account: string): RateCounters {
    const known = this.#counters.get(account) ?? new RateCounters(this.#tier);
    this.#counters.set(account, known);
    return known;
  }
}

/** The id that the client gave; '' when it gave none. */
export function shownClientId(order: Pick<NewOrder, 'clientId'>): string {
  return order.clientId.startsWith(HIDDEN) ? '' : order.clientId;
}
