import { PERMISSIONS, type Permissions } from '../control/gate.ts';
import { type Instrument, notionalAt } from '../core/instrument.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Ticks } from '../core/units.ts';
import type { AmendIntent } from '../execution/amend/amendment.ts';
import { isFlattening } from '../execution/flatten/intent.ts';
import { type NativeOrders, NO_NATIVES } from '../execution/native/native-orders.ts';
import type { OrderIntent } from '../execution/order.ts';
import { RISK_AT } from '../execution/proof/evidence.ts';
import type { ApprovedAmendment, ApprovedOrder, Refusal } from './approved-order.ts';
import { instrumentRule, reduceOnly, selfTrade } from './controls/order-shape.ts';
import { Exposure } from './exposure.ts';
import type { RiskLimits } from './limits.ts';
import { leastTicks, refuseNative, valuedTicks } from './native-rules.ts';
import { OrderRates } from './order-rates.ts';
import { Profit } from './profit.ts';
import { largestPassing } from './size-hint.ts';
import { SizeLimits, type SizeRefusal } from './size-limits.ts';
import type { SizeBoard } from './sizing/board.ts';
import type { OrderControls, OrderFacts } from './watch/order-controls.ts';

const MS = 1e6;
const NO_LIMITS = {};

/** What the check needs to know of the moment it is asked in. */
export interface Moment {
  /** Monotonic. */
  readonly nowNs: number;
  readonly mode: string;
  readonly permissions: Permissions;
  /** Scale of every size limit, 0 … 1: the least of the mode's and of what has been raised. */
  readonly riskScale: number;
  /** Whether the strategy of the order may not act. */
  readonly isStrategyPaused: boolean;
}

/**
 * The pre-trade check, always the last before a venue. It holds everything it needs as numbers
 * that were computed when they changed, so a check reads a few fields, allocates only its answer
 * and never looks at history. What it cannot know it refuses.
 */
export class PreTradeCheck {
  readonly profit: Profit;
  readonly #instruments: readonly Instrument[];
  readonly #exposures: readonly Exposure[];
  /** Best prices in ticks (0 = no market) and when they were heard. */
  readonly #bidTicks: Float64Array;
  readonly #askTicks: Float64Array;
  readonly #quotedNs: Float64Array;
  #limits: RiskLimits;
  readonly #sizes: SizeLimits;
  readonly #rates: OrderRates;
  /** The numbered controls of an order; null where only the limits of section `risk` count. */
  controls: OrderControls | null = null;
  /** What each venue keeps by itself: nothing where nobody says. */
  nativesOf: (venue: string) => NativeOrders = () => NO_NATIVES;
  /** The sizes that are worked out for each market; null where nobody does. */
  sizing: SizeBoard | null = null;
  readonly #right = { isReduceOnly: false, permissions: PERMISSIONS.emergency as Permissions };
  readonly #rule = { found: 0, min: 0, max: 0, isTrading: true };
  readonly #crossing = { ownCrossed: 0 };
  readonly #facts: OrderFacts = {
    midTicks: 0,
    notional: 0,
    worst: 0,
    added: 0,
    isReducing: false,
  };

  constructor(instruments: readonly Instrument[], limits: RiskLimits, nowNs: number) {
    this.#instruments = instruments;
    this.#exposures = instruments.map(() => new Exposure());
    this.#bidTicks = new Float64Array(instruments.length);
    this.#askTicks = new Float64Array(instruments.length);
    this.#quotedNs = new Float64Array(instruments.length);
    this.profit = new Profit(instruments.length);
    this.#limits = limits;
    this.#sizes = new SizeLimits(instruments, this.#exposures, limits);
    this.#rates = new OrderRates(limits, nowNs / MS);
  }

  /** New limits bind from the next check on. */
  adopt(limits: RiskLimits, nowNs: number): void {
    this.#limits = limits;
    this.#sizes.adopt(limits);
    this.#rates.adopt(limits, nowNs / MS);
  }

  /** @param equity what the desk is worth, in quote currency; NaN where nobody knows */
  setEquity(equity: number): void {
    this.#sizes.setEquity(equity);
  }

  /** The limits in force. */
  get limits(): RiskLimits {
    return this.#limits;
  }

  exposure(instrument: number): Exposure {
    return this.#exposures[instrument] as Exposure;
  }

  /** Takes a quote; a one-sided or lost book is told as 0, 0 and refuses orders until the next. */
  onQuote(instrument: number, bidTicks: number, askTicks: number, nowNs: number): void {
    const isMarket = bidTicks > 0 && askTicks > 0;
    this.#bidTicks[instrument] = isMarket ? bidTicks : 0;
    this.#askTicks[instrument] = isMarket ? askTicks : 0;
    this.#quotedNs[instrument] = nowNs;
    this.#sizes.onMid(instrument, this.midTicks(instrument));
  }

  /** Last best prices in whole ticks; null when there is no market. */
  touch(instrument: number): { bid: Ticks; ask: Ticks } | null {
    const bid = Math.floor(this.#bidTicks[instrument] ?? 0) as Ticks;
    const ask = Math.ceil(this.#askTicks[instrument] ?? 0) as Ticks;
    return bid > 0 && ask > 0 ? { bid, ask } : null;
  }

  /** Last best prices in ticks, 0 when there is no market, and when they were heard. */
  quote(instrument: number): { bidTicks: number; askTicks: number; quotedNs: number } {
    return {
      bidTicks: this.#bidTicks[instrument] as number,
      askTicks: this.#askTicks[instrument] as number,
      quotedNs: this.#quotedNs[instrument] as number,
    };
  }

  /** The mid that there was last, in ticks; NaN before there was one. */
  lastMidTicks(instrument: number): number {
    return this.#sizes.lastMid(instrument);
  }

  /** Last mid in ticks; 0 when there is no market. */
  midTicks(instrument: number): number {
    return ((this.#bidTicks[instrument] ?? 0) + (this.#askTicks[instrument] ?? 0)) / 2;
  }

  /** Notes what the next check of an order will look at, before it changes anything. */
  note(order: OrderIntent, moment: Moment, slot: Float64Array): void {
    const { instrument } = order;
    const exposure = this.#exposures[instrument];
    slot[RISK_AT.riskBidTicks] = this.#bidTicks[instrument] ?? 0;
    slot[RISK_AT.riskAskTicks] = this.#askTicks[instrument] ?? 0;
    slot[RISK_AT.riskQuotedNs] = this.#quotedNs[instrument] ?? 0;
    slot[RISK_AT.riskCheckedNs] = moment.nowNs;
    slot[RISK_AT.positionLots] = exposure?.position ?? 0;
    slot[RISK_AT.buyLots] = exposure?.buyLots ?? 0;
    slot[RISK_AT.sellLots] = exposure?.sellLots ?? 0;
    slot[RISK_AT.lossToday] = this.profit.lossToday();
    slot[RISK_AT.riskScale] = moment.riskScale;
    slot[RISK_AT.maxOrderNotional] = this.#sizes.orderMax(instrument);
    slot[RISK_AT.maxPositionNotional] = this.#sizes.positionMax(instrument);
    slot[RISK_AT.priceBandBps] = this.#limits.priceBandBps;
    slot[RISK_AT.staleBookMs] = this.#limits.staleBookMs;
    slot[RISK_AT.maxDailyLoss] = this.#limits.maxDailyLoss;
  }

  /**
   * Approves an order and reserves its exposure, or says why not. An approved order counts until
   * `exposure().setOpen` says otherwise.
   */
  check(order: OrderIntent, moment: Moment): Result<ApprovedOrder, Refusal> {
    const instrument = this.#instruments[order.instrument];
    if (instrument === undefined) {
      return err({ kind: 'unknown-instrument', instrument: order.instrument });
    }
    const refusal =
      this.#refuseMoment(order, instrument, moment) ??
      this.#refuseShape(order, instrument) ??
      this.#refuseKept(order, instrument) ??
      this.#refuseExposure(order, instrument, moment, 0) ??
      this.controls?.refuse(order, this.#facts, moment.nowNs / MS) ??
      this.#refuseRate(order, moment);
    if (refusal !== null) return err(refusal);
    this.exposure(order.instrument).reserve(order);
    this.controls?.approved(order, moment.nowNs / MS);
    return ok(order as ApprovedOrder);
  }

  /**
   * The same for other terms of an order that rests: it is looked at as the order that it would be,
   * while the position counts the larger of what is open and what would be. Approved, both count
   * until the venue has answered.
   */
  amend(intent: AmendIntent, moment: Moment): Result<ApprovedAmendment, Refusal> {
    const { wanted } = intent;
    const { clientId } = wanted;
    const instrument = this.#instruments[wanted.instrument];
    if (instrument === undefined) {
      return err({ kind: 'unknown-instrument', instrument: wanted.instrument });
    }
    const exposure = this.exposure(wanted.instrument);
    const counted = exposure.countedLots(clientId);
    if (counted === 0) return err({ kind: 'unknown-order', clientId });
    const refusal =
      this.#refuseMoment(wanted, instrument, moment) ??
      this.#refuseShape(wanted, instrument) ??
      this.#refuseExposure(wanted, instrument, moment, counted) ??
      this.controls?.refuseAmended(wanted, this.#facts, moment.nowNs / MS) ??
      this.#refuseRate(wanted, moment);
    if (refusal !== null) return err(refusal);
    exposure.reserveAmendment(wanted);
    this.controls?.amended(wanted, moment.nowNs / MS);
    return ok(intent as ApprovedAmendment);
  }

  #refuseMoment(order: OrderIntent, instrument: Instrument, moment: Moment): Refusal | null {
    if (moment.nowNs > order.deadlineNs) {
      return { kind: 'stale-intent', lateMs: (moment.nowNs - order.deadlineNs) / MS };
    }
    const right = this.#right;
    right.isReduceOnly = order.isReduceOnly;
    right.permissions = moment.permissions;
    if (reduceOnly.check(right, NO_LIMITS) !== null) return { kind: 'mode', mode: moment.mode };
    if (moment.isStrategyPaused) return { kind: 'strategy-paused', strategy: order.strategy };
    if (this.midTicks(order.instrument) === 0) {
      return { kind: 'no-market', instrument: instrument.symbol };
    }
    const ageMs = (moment.nowNs - (this.#quotedNs[order.instrument] as number)) / MS;
    const limitMs = this.#limits.staleBookMs;
    return ageMs > limitMs ? { kind: 'stale-book', ageMs, limitMs } : null;
  }

  #refuseShape(order: OrderIntent, instrument: Instrument): Refusal | null {
    const { lots, ticks } = order;
    const quantity = this.#ruleOf(lots, instrument.lotsMin, instrument.lotsMax);
    if (quantity !== null) {
      return { kind: 'instrument-rule', rule: 'quantity', found: lots, limit: quantity };
    }
    if (order.kind === 'market') {
      // A market order with a price would be valued at that price, which binds nobody.
      if (ticks === 0) return null;
      return { kind: 'instrument-rule', rule: 'price', found: ticks, limit: 0 };
    }
    const price = this.#ruleOf(ticks, instrument.ticksMin, instrument.ticksMax);
    if (price !== null) {
      return { kind: 'instrument-rule', rule: 'price', found: ticks, limit: price };
    }
    // What waits is priced against its trigger.
    if (order.trigger !== undefined) return null;
    const mid = this.midTicks(order.instrument);
    const offBps = (Math.abs(ticks - mid) / mid) * 10_000;
    const limitBps = this.#limits.priceBandBps;
    return offBps > limitBps ? { kind: 'price-band', offBps, limitBps } : null;
  }

  #refuseKept(order: OrderIntent, instrument: Instrument): Refusal | null {
    if (order.trigger === undefined && order.shownLots === undefined) return null;
    const mid = this.midTicks(order.instrument);
    return refuseNative(order, instrument, this.nativesOf(instrument.venue), mid, this.#limits);
  }

  /** @param counted lots that are open for this very order already */
  #refuseExposure(
    order: OrderIntent,
    instrument: Instrument,
    moment: Moment,
    counted: number,
  ): Refusal | null {
    const mid = this.midTicks(order.instrument);
    const { priceBandBps } = this.#limits;
    const ticks = valuedTicks(order, mid, priceBandBps);
    const notional = notionalAt(instrument, ticks, order.lots);
    const least =
      order.trigger === undefined
        ? notional
        : notionalAt(instrument, leastTicks(order, ticks), order.lots);
    const notionalMin = Number(instrument.notionalMin) / 1e8;
    if (least < notionalMin) {
      return { kind: 'instrument-rule', rule: 'notional', found: least, limit: notionalMin };
    }
    const exposure = this.exposure(order.instrument);
    const added = Math.max(0, order.lots - counted);
    const isReducing = exposure.isShrunkBy(order, added);
    const refusal =
      this.#refuseGrowing(order, exposure, isReducing) ?? this.#refuseSelf(order, exposure);
    if (refusal !== null) return refusal;
    const worst = notionalAt(instrument, mid, exposure.worstWith(order.side, added));
    this.#facts.added = added;
    this.#note(mid, notional, worst, isReducing);
    if (isReducing) {
      // What works already may fill first and what waits then open the other way.
      const isSurely = exposure.isReducing(order.side, added);
      return isSurely ? null : this.#sizes.refuse(order.instrument, 0, worst, moment.riskScale);
    }
    const board = this.sizing;
    if (board?.isStale(order.instrument, moment.nowNs)) {
      const ageMs = board.ageMs(order.instrument, moment.nowNs);
      return { kind: 'stale-risk', word: 'size', ageMs, limitMs: board.staleMs };
    }
    const tooLarge =
      this.#sizes.refuse(order.instrument, notional, worst, moment.riskScale) ??
      this.#refuseSized(order, order.lots, added, moment);
    if (tooLarge !== null) return this.#hinted(tooLarge, order, instrument, ticks, moment, counted);
    const loss = this.profit.lossToday();
    // Asked this way round, because a loss that is not a number is not known to be small.
    if (!(loss < this.#limits.maxDailyLoss)) {
      return { kind: 'daily-loss', loss, limit: this.#limits.maxDailyLoss };
    }
    return null;
  }

  /**
   * What waits at a venue may only shrink what is held, and says so, unless a setting lets it in:
   * when it wakes, nobody asks the gate.
   */
  #refuseGrowing(order: OrderIntent, exposure: Exposure, isReducing: boolean): Refusal | null {
    const { isReduceOnly, lots, trigger } = order;
    const { position } = exposure;
    if (isReduceOnly) return isReducing ? null : { kind: 'not-reducing', position, lots };
    if (trigger === undefined || this.#limits.entryTriggers === 'taken') return null;
    return { kind: 'entry-by-trigger', position, lots };
  }

  /** What waits meets nobody before it wakes; of a pair the target rests. */
  #refuseSelf({ side, ticks, trigger }: OrderIntent, exposure: Exposure): Refusal | null {
    const isWorking = trigger === undefined || trigger.kind === 'pair';
    const against = isWorking ? exposure.crosses(side, ticks) : null;
    this.#crossing.ownCrossed = against === null ? 0 : 1;
    if (selfTrade.check(this.#crossing, NO_LIMITS) === null) return null;
    return { kind: 'self-trade', against: against as string };
  }

  /**
   * Against what was worked out for the market, as the moment scales it.
   *
   * @param added what of the lots is not open already
   */
  #refuseSized(
    { instrument, side }: OrderIntent,
    lots: number,
    added: number,
    { nowNs, riskScale }: Moment,
  ): SizeRefusal | null {
    const board = this.sizing;
    if (board === null) return null;
    const orderLots = board.orderLots(instrument, nowNs) * riskScale;
    if (lots > orderLots) return sizeLimit('order', lots, orderLots);
    const worst = this.exposure(instrument).worstWith(side, added);
    const positionLots = board.positionLots(instrument, nowNs) * riskScale;
    return worst > positionLots ? sizeLimit('position', worst, positionLots) : null;
  }

  /** Adds the largest size that the limits of size would let pass, found by the same check. */
  #hinted(
    refusal: SizeRefusal,
    order: OrderIntent,
    instrument: Instrument,
    ticks: number,
    moment: Moment,
    counted: number,
  ): SizeRefusal {
    const { instrument: index, side, lots } = order;
    const { riskScale } = moment;
    const mid = this.midTicks(index);
    const exposure = this.exposure(index);
    const passes = (size: number): boolean => {
      const added = Math.max(0, size - counted);
      if (exposure.isReducing(side, added)) return true;
      const worst = notionalAt(instrument, mid, exposure.worstWith(side, added));
      const notional = notionalAt(instrument, ticks, size);
      if (this.#sizes.refuse(index, notional, worst, riskScale) !== null) return false;
      return this.#refuseSized(order, size, added, moment) === null;
    };
    return { ...refusal, largestLots: largestPassing(instrument, lots, passes) };
  }

  /** Last, so that a refused order uses up no budget. */
  #refuseRate(order: OrderIntent, moment: Moment): Refusal | null {
    // It keeps a pace of its own: quoting may have used up what there was.
    if (isFlattening(order)) return null;
    const nowMs = moment.nowNs / MS;
    const scope = this.#rates.take(order.strategy, nowMs);
    if (scope === null) return null;
    this.controls?.onThrottled(order, nowMs);
    return { kind: 'order-rate', scope };
  }

  /** What the controls look at; kept in one object, so that an order costs none. */
  #note(midTicks: number, notional: number, worst: number, isReducing: boolean): void {
    const facts = this.#facts;
    facts.midTicks = midTicks;
    facts.notional = notional;
    facts.worst = worst;
    facts.isReducing = isReducing;
  }

  /** @returns the bound that a number of whole units breaks, null when it keeps both */
  #ruleOf(found: number, min: number, max: number): number | null {
    const rule = this.#rule;
    rule.found = Number.isSafeInteger(found) || found > max ? found : Number.NaN;
    rule.min = min;
    rule.max = max;
    return instrumentRule.check(rule, NO_LIMITS)?.limit ?? null;
  }
}

function sizeLimit(of: 'order' | 'position', lots: number, limitLots: number): SizeRefusal {
  return { kind: 'size-limit', of, lots, limitLots, largestLots: 0 };
}
