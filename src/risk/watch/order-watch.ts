import type { SafetyScope } from '../../control/safety-cause.ts';
import type { Instrument } from '../../core/instrument.ts';
import { worstLots, worstTicks } from '../../execution/amend/amendment.ts';
import { isMarketNow } from '../../execution/native/waking.ts';
import type { Fill, OrderIntent, OrderRecord } from '../../execution/order.ts';
import type { OrderUpdated } from '../../execution/order-manager.ts';
import { repeatedExecution } from '../controls/order-size.ts';
import {
  ackLatency,
  rejectRatio,
  strangeFill,
  unknownOrder,
} from '../controls/orders-and-venue.ts';
import { DESK_SCOPE, type WatchPort } from './watch-port.ts';

/** Orders that may be without an answer at once; far more than a venue lets rest. */
const WAITING_MAX = 4_096;
/** Answers of a venue whose latency is looked at, and those needed to judge. */
const LATENCIES = 200;
const LATENCIES_MIN = 20;
const ANSWERS_MAX = 1_000;
/** How a venue words that a post-only order came too late: what post-only is for, no failure. */
const WOULD_TAKE = /immediately match/i;
/** How venues word that the price had come to a trigger before the order did. */
const WOULD_WAKE = /trigger|stop.?price/i;

interface Waiting {
  readonly instrument: number;
  readonly sinceMs: number;
}

/** C07, C24, C26, C27 and C31: what becomes of orders. */
export class OrderWatch {
  readonly #port: WatchPort;
  readonly #venueOf: readonly number[];
  readonly #symbols: readonly SafetyScope[];
  readonly #venues: readonly VenueAnswers[];
  readonly #midTicks: (instrument: number) => number;
  /** Orders that have left and were not answered, by client id, oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  /**
   * The price at which an amended order met most, ever, by client id: a fill from before a change
   * may be told after it. The latest few thousand are kept.
   */
  readonly #loosest = new Map<string, number>();

  constructor(
    port: WatchPort,
    instruments: readonly Pick<Instrument, 'venue'>[],
    venues: readonly string[],
    midTicks: (instrument: number) => number,
  ) {
    this.#port = port;
    this.#venueOf = instruments.map(({ venue }) => venues.indexOf(venue));
    this.#symbols = instruments.map((_, instrument) => ({ kind: 'instrument', instrument }));
    this.#venues = venues.map((_, venue) => new VenueAnswers(port, { kind: 'venue', venue }));
    this.#midTicks = midTicks;
  }

  /** An order that was open before a restart: what is not known of it is waited for from now on. */
  restore(record: OrderRecord, nowMs: number): void {
    this.#follow(record, nowMs);
  }

  onOrder({ record, event }: OrderUpdated, nowMs: number): void {
    this.#follow(record, nowMs);
    if (event.kind === 'amend-submitted') this.#loosen(record);
    const answers = this.#venues[this.#venueOf[record.order.instrument] as number];
    if (event.kind === 'order-filled') this.#onFill(record, event.fill, nowMs);
    else if (event.kind === 'order-accepted') answers?.onAnswer(false, nowMs);
    else if (event.kind === 'order-rejected') {
      answers?.onAnswer(!isTooLate(record.order, event.reason), nowMs);
    }
  }

  /** A fill of an order that is not ours. */
  onForeignFill(venue: number, nowMs: number): void {
    const measured = { isOurs: false, beyondLimitTicks: 0, beyondMidBps: 0 };
    this.#judgeFill(venue, measured, nowMs);
  }

  /** Several times a second. */
  tick(nowMs: number): void {
    const limits = this.#port.limits().of(unknownOrder);
    for (const { instrument, sinceMs } of this.#waiting.values()) {
      const found = unknownOrder.check({ unknownMs: nowMs - sinceMs }, limits);
      if (found === null) break;
      this.#port.report(unknownOrder, this.#symbols[instrument] as SafetyScope, found, nowMs);
    }
  }

  /** Once a second. */
  sample(nowMs: number): void {
    for (const answers of this.#venues) answers.judgeLatency(nowMs);
  }

  #follow({ order, status }: OrderRecord, nowMs: number): void {
    const { clientId, instrument } = order;
    const waiting = this.#waiting.get(clientId);
    const isOpen = status === 'submitted' || status === 'unknown';
    if (isOpen && waiting === undefined && this.#waiting.size < WAITING_MAX) {
      this.#waiting.set(clientId, { instrument, sinceMs: nowMs });
    } else if (!isOpen && waiting !== undefined) {
      this.#waiting.delete(clientId);
      this.#venues[this.#venueOf[instrument] as number]?.onLatency(nowMs - waiting.sinceMs);
    }
  }

  #loosen(record: OrderRecord): void {
    const { clientId, side } = record.order;
    const worst = side === 'buy' ? Math.max : Math.min;
    const ticks = worstTicks(record);
    this.#loosest.set(clientId, worst(this.#loosest.get(clientId) ?? ticks, ticks));
    if (this.#loosest.size <= WAITING_MAX) return;
    this.#loosest.delete(this.#loosest.keys().next().value as string);
  }

  #onFill(record: OrderRecord, fill: Fill, nowMs: number): void {
    const { order, filledLots } = record;
    const { clientId, instrument, side } = order;
    const ticks = this.#loosest.get(clientId) ?? order.ticks;
    const lots = worstLots(record);
    const children = { parentLots: lots, filledLots, childLots: lots };
    const limits = this.#port.limits().of(repeatedExecution);
    const repeated = repeatedExecution.check(children, limits);
    if (repeated !== null) this.#port.report(repeatedExecution, DESK_SCOPE, repeated, nowMs);
    const isMarket = isMarketNow(record);
    const beyondLimit = side === 'buy' ? fill.ticks - ticks : ticks - fill.ticks;
    const measured = {
      isOurs: true,
      beyondLimitTicks: isMarket ? 0 : beyondLimit,
      beyondMidBps: isMarket ? this.#beyondMidBps(order, fill) : 0,
    };
    this.#judgeFill(this.#venueOf[instrument] as number, measured, nowMs);
  }

  /**
   * How much worse than the market a fill without a limit was. The price that has woken an order
   * may have gone on before we heard of it, so of one with a trigger the nearer of the two counts.
   */
  #beyondMidBps({ instrument, side, trigger }: OrderIntent, fill: Fill): number {
    const worse = side === 'buy' ? 1 : -1;
    const beyond = (ticks: number): number => (worse * (fill.ticks - ticks) * 10_000) / ticks;
    const mid = this.#midTicks(instrument);
    const beyondMid = mid > 0 ? beyond(mid) : 0;
    const wokeAt = trigger?.ticks ?? 0;
    return wokeAt > 0 ? Math.min(beyondMid, beyond(wokeAt)) : beyondMid;
  }

  #judgeFill(
    venue: number,
    measured: Parameters<typeof strangeFill.check>[0],
    nowMs: number,
  ): void {
    const found = strangeFill.check(measured, this.#port.limits().of(strangeFill));
    if (found !== null) this.#port.report(strangeFill, { kind: 'venue', venue }, found, nowMs);
  }
}

/** The market was quicker than the order: no failure of anybody. */
function isTooLate({ isPostOnly, trigger }: OrderIntent, reason: string): boolean {
  if (trigger !== undefined && WOULD_WAKE.test(reason)) return true;
  return isPostOnly && WOULD_TAKE.test(reason);
}

/** How one venue answers orders: rejects of the last, and how long the answers take. */
class VenueAnswers {
  readonly #port: WatchPort;
  readonly #scope: SafetyScope;
  readonly #isReject = new Uint8Array(ANSWERS_MAX);
  #answers = 0;
  readonly #latenciesMs = new Float64Array(LATENCIES);
  #latencies = 0;
  #judged = 0;

  constructor(port: WatchPort, scope: SafetyScope) {
    this.#port = port;
    this.#scope = scope;
  }

  onAnswer(isReject: boolean, nowMs: number): void {
    this.#isReject[this.#answers % ANSWERS_MAX] = isReject ? 1 : 0;
    this.#answers += 1;
    const limits = this.#port.limits().of(rejectRatio);
    const answers = Math.min(this.#answers, limits.window);
    let rejects = 0;
    for (let back = 1; back <= answers; back += 1) {
      rejects += this.#isReject[(this.#answers - back) % ANSWERS_MAX] as number;
    }
    const found = rejectRatio.check({ rejects, answers }, limits);
    if (found === null) return;
    this.#port.report(rejectRatio, this.#scope, found, nowMs);
    // What it answers while it probes is what counts next.
    this.#answers = 0;
  }

  onLatency(ms: number): void {
    this.#latenciesMs[this.#latencies % LATENCIES] = ms;
    this.#latencies += 1;
  }

  /** Nothing new says nothing new. */
  judgeLatency(nowMs: number): void {
    const count = Math.min(this.#latencies, LATENCIES);
    if (count < LATENCIES_MIN || this.#latencies === this.#judged) return;
    this.#judged = this.#latencies;
    const sorted = this.#latenciesMs.slice(0, count).sort();
    const p99Ms = sorted[Math.ceil(count * 0.99) - 1] as number;
    const baselineMs = sorted[count >> 1] as number;
    const found = ackLatency.check({ p99Ms, baselineMs }, this.#port.limits().of(ackLatency));
    this.#port.report(ackLatency, this.#scope, found, nowMs);
  }
}
