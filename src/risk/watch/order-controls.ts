import type { SafetyScope } from '../../control/safety-cause.ts';
import { type Instrument, notionalAt } from '../../core/instrument.ts';
import { isFlattening } from '../../execution/flatten/intent.ts';
import type { OrderIntent } from '../../execution/order.ts';
import type { OrderUpdated } from '../../execution/order-manager.ts';
import type { Refusal } from '../approved-order.ts';
import type { Regime } from '../breakers/settings.ts';
import type { AnyControl, Verdict } from '../controls/control.ts';
import { priceCollar } from '../controls/order-shape.ts';
import {
  concentration,
  duplicateOrder,
  leverage,
  orderNotional,
  orderRate,
} from '../controls/order-size.ts';
import type { PortfolioGate } from '../portfolio/portfolio-gate.ts';
import { largestLots } from '../size-hint.ts';
import { Occurrences, SteadyRate } from './occurrences.ts';
import { RecentOrders } from './recent-orders.ts';
import type { WatchPort } from './watch-port.ts';

/** Refusals and duplicates that are remembered of one symbol or strategy: the most of a limit. */
const REFUSALS_MAX = 128;

/** What the pre-trade check has worked out of an order. In quote currency. */
export interface OrderFacts {
  midTicks: number;
  notional: number;
  /** The symbol's position, with everything open on the side of the order filled. */
  worst: number;
  /** Lots that it adds to what is open: all of an order, and what an amendment grows by. */
  added: number;
  isReducing: boolean;
}

export interface OrderControlsOptions {
  readonly port: WatchPort;
  readonly instruments: readonly Instrument[];
  readonly venues: readonly string[];
  readonly regimeOf: (instrument: number) => Regime;
  /** Mean of the mid over five minutes, in ticks; NaN before it is known. */
  readonly meanTicks: (instrument: number) => number;
  /** Every position of a venue at its worst without this order's symbol, in quote currency. */
  readonly grossWithout: (instrument: number) => number;
  /** Whether only orders that rest may go to the venue (C31). */
  readonly isTakingOff: (venue: number) => boolean;
  /** The desk's value at risk, heat and correlations. */
  readonly portfolio: PortfolioGate;
}

/**
 * The controls that look at every order, C01 to C06 and C31. One that passes costs no allocation.
 */
export class OrderControls {
  /** What the accounts are worth, in all and by venue; NaN where nobody knows it. */
  equity = Number.NaN;
  readonly venueEquity: Float64Array;
  readonly #options: OrderControlsOptions;
  readonly #venueOf: Int32Array;
  readonly #recent = new RecentOrders();
  readonly #collarRefusals: readonly Occurrences[];
  readonly #duplicates = new Map<string, Occurrences>();
  readonly #throttled = new Map<string, SteadyRate>();
  readonly #size = { notional: 0, equity: 0, dayVolume: Number.NaN };
  readonly #gross = { gross: 0, equity: 0 };
  readonly #share = { notional: 0, equity: 0, correlation: 0, otherNotional: 0 };
  readonly #collar = { beyondMidBps: 0, isTakingInCalm: false, meanFraction: 0, before: 0 };
  readonly #again = { isIdReused: false, sameAgoMs: 0, before: 0 };

  constructor(options: OrderControlsOptions) {
    this.#options = options;
    const { instruments, venues } = options;
    this.venueEquity = new Float64Array(venues.length).fill(Number.NaN);
    this.#venueOf = Int32Array.from(instruments, ({ venue }) => venues.indexOf(venue));
    this.#collarRefusals = instruments.map(() => new Occurrences(REFUSALS_MAX));
  }

  /** Null for an order that no control speaks against. The flattening has a permit of its own. */
  refuse(order: OrderIntent, facts: OrderFacts, nowMs: number): Refusal | null {
    if (isFlattening(order)) return null;
    return this.#refuse(order, facts, nowMs, this.#recent.has(order.clientId));
  }

  /** The same for the order that an amendment would make: its client id is the old one. */
  refuseAmended(wanted: OrderIntent, facts: OrderFacts, nowMs: number): Refusal | null {
    return this.#refuse(wanted, facts, nowMs, false);
  }

  #refuse(
    order: OrderIntent,
    facts: OrderFacts,
    nowMs: number,
    isIdReused: boolean,
  ): Refusal | null {
    const { isTakingOff } = this.#options;
    // What waits takes when the venue wakes it, however slow its answers to us are.
    const isTaking = !order.isPostOnly && order.trigger === undefined;
    if (isTaking && isTakingOff(this.#venueOf[order.instrument] as number)) {
      return { kind: 'control', control: 'C31', name: 'takers-off', measured: 1, limit: 0 };
    }
    return (
      this.#refuseAgain(order, nowMs, isIdReused) ??
      this.#refusePrice(order, facts, nowMs) ??
      (facts.isReducing ? null : this.#refuseSize(order, facts, nowMs))
    );
  }

  /** Its exposure is reserved already: what any next order reads of it follows at once. */
  approved(order: OrderIntent, nowMs: number): void {
    this.#recent.approved(order, nowMs);
    this.#options.portfolio.exposed(order.instrument);
  }

  /** From now on it is the order that was wanted. */
  amended(wanted: OrderIntent, nowMs: number): void {
    this.#recent.amended(wanted, nowMs);
    this.#options.portfolio.exposed(wanted.instrument);
  }

  onOrder({ record, event }: Pick<OrderUpdated, 'record' | 'event'>): void {
    this.#recent.onOrder(record);
    this.#options.portfolio.exposed(record.order.instrument);
    const isUndone = event.kind === 'amend-refused' || event.kind === 'amend-rejected';
    if (isUndone) this.#recent.asBefore(record.order);
  }

  /** An approved order never left. */
  onDropped(clientId: string): void {
    this.#recent.gone(clientId);
  }

  /** An order was refused because too many came. */
  onThrottled({ strategy }: OrderIntent, nowMs: number): void {
    const rate = kept(this.#throttled, strategy, () => new SteadyRate());
    rate.add(nowMs);
    const limits = this.#options.port.limits().of(orderRate);
    const measured = { ...NO_RATE, refusedPerSecond: rate.least };
    const found = orderRate.check(measured, limits);
    if (found !== null) this.#report(orderRate, { kind: 'strategy', strategy }, found, nowMs);
  }

  #refuseAgain(order: OrderIntent, nowMs: number, isIdReused: boolean): Refusal | null {
    const again = this.#again;
    again.isIdReused = isIdReused;
    again.sameAgoMs = this.#recent.sameAgoMs(order, nowMs);
    again.before = 0;
    const limits = this.#options.port.limits().of(duplicateOrder);
    if (duplicateOrder.check(again, limits) === null) return null;
    const { strategy } = order;
    const before = kept(this.#duplicates, strategy, () => new Occurrences(REFUSALS_MAX));
    again.before = before.within(limits.haltWithinMs, nowMs);
    const found = duplicateOrder.check(again, limits) as Verdict;
    before.add(nowMs);
    this.#report(duplicateOrder, { kind: 'strategy', strategy }, found, nowMs);
    return refusal(duplicateOrder, 'duplicate', found);
  }

  #refusePrice(order: OrderIntent, { midTicks }: OrderFacts, nowMs: number): Refusal | null {
    if (order.kind === 'market') return null;
    const { instrument, ticks, trigger } = order;
    const { port, regimeOf, meanTicks } = this.#options;
    const collar = this.#collar;
    const regime = regimeOf(instrument);
    const mean = meanTicks(instrument);
    const isPlain = trigger === undefined;
    // Where it wakes is where the market will be; how far that may be is a limit of its own.
    const from = isPlain || trigger.kind === 'pair' ? midTicks : trigger.ticks;
    const beyond = order.side === 'buy' ? ticks - from : from - ticks;
    collar.beyondMidBps = (beyond / from) * 10_000;
    collar.isTakingInCalm = isPlain && !order.isPostOnly && regime === 'calm';
    collar.meanFraction = Number.isNaN(mean) || !isPlain ? 0 : Math.abs(ticks - mean) / mean;
    collar.before = 0;
    const limits = port.limits().of(priceCollar, regime);
    if (priceCollar.check(collar, limits) === null) return null;
    const refusals = this.#collarRefusals[instrument] as Occurrences;
    collar.before = refusals.within(limits.pauseWithinMs, nowMs);
    const found = priceCollar.check(collar, limits) as Verdict;
    refusals.add(nowMs);
    this.#report(priceCollar, { kind: 'instrument', instrument }, found, nowMs);
    return refusal(priceCollar, 'price-collar', found);
  }

  #refuseSize(order: OrderIntent, facts: OrderFacts, nowMs: number): Refusal | null {
    const { notional, worst, added, midTicks } = facts;
    const { port, instruments, regimeOf, grossWithout, portfolio } = this.#options;
    const { instrument } = order;
    const regime = regimeOf(instrument);
    const limits = port.limits();
    const size = this.#size;
    size.notional = notional;
    size.equity = this.equity;
    const tooLarge = orderNotional.check(size, limits.of(orderNotional, regime));
    if (tooLarge !== null) {
      return this.#sized(orderNotional, 'equity-share', tooLarge, order, notional / order.lots);
    }
    const worth = notionalAt(instruments[instrument] as Instrument, midTicks, 1);
    const gross = this.#gross;
    gross.gross = grossWithout(instrument) + worst;
    gross.equity = this.venueEquity[this.#venueOf[instrument] as number] as number;
    const tooMuch = leverage.check(gross, limits.of(leverage, regime));
    if (tooMuch !== null) {
      return this.#sized(leverage, 'leverage', tooMuch, order, worth, gross.equity);
    }
    const share = this.#share;
    share.equity = this.equity;
    const dense = limits.of(concentration, regime);
    portfolio.beside(order, worst, dense.correlationMax, share);
    const tooDense = concentration.check(share, dense);
    if (tooDense !== null)
      return this.#sized(concentration, 'concentration', tooDense, order, worth);
    return portfolio.refuse(order, added, nowMs);
  }

  /**
   * @param worth of a lot, in quote currency
   * @param equity that the share is of
   */
  #sized(
    { id: control }: AnyControl,
    name: SizeRefusal['name'],
    { measured, limit }: Verdict,
    { instrument, lots }: OrderIntent,
    worth: number,
    equity = this.equity,
  ): Refusal {
    const market = this.#options.instruments[instrument] as Instrument;
    // Nothing at all is within a share of nothing.
    const most = equity > 0 ? lots - ((measured - limit) * equity) / worth : 0;
    const hint = largestLots(market, lots, most);
    return { kind: 'control', control, name, measured, limit, largestLots: hint };
  }

  #report(control: AnyControl, scope: SafetyScope, found: Verdict, nowMs: number): void {
    this.#options.port.report(control, scope, found, nowMs);
  }
}

const NO_RATE = { strategyPerSecond: 0, deskPerSecond: 0, weightFraction: 0 };

type SizeRefusal = Extract<Refusal, { kind: 'control'; largestLots: number }>;
type ControlRefusal = Exclude<Extract<Refusal, { kind: 'control' }>, SizeRefusal>;

function refusal(
  { id }: AnyControl,
  name: ControlRefusal['name'],
  { measured, limit }: Verdict,
): Refusal {
  return { kind: 'control', control: id, name, measured, limit };
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
