import { type Instrument, notionalAt } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import type { OrderIntent } from '../../execution/order.ts';
import { at as entry } from '../../math/matrix.ts';
import type { Refusal } from '../approved-order.ts';
import { valueAtRisk } from '../controls/order-size.ts';
import {
  type CovarianceSource,
  type CovarianceSummary,
  PERIOD_MS,
} from '../covariance/covariance-source.ts';
import type { PreTradeCheck } from '../pre-trade.ts';
import { DESK_SCOPE, type WatchPort } from '../watch/watch-port.ts';
import { correlatedPair } from './correlation-exposure.ts';
import { LivePortfolio, sdAllowed, valueAtRiskWithin } from './live-portfolio.ts';

/** The oldest covariance that orders are judged by. */
const STALE_MS = 300_000;
export interface PortfolioSummary extends CovarianceSummary {
  /** Of equity, one day; null while the equity is not known. */
  readonly valueAtRisk95: number | null;
  readonly valueAtRisk99: number | null;
  readonly shortfall: number | null;
  readonly heat: number | null;
}

/**
 * The desk's value at risk, expected shortfall and heat (C22), and the correlation of what it holds
 * (C04). Everything is computed once a second; an order reads a few numbers.
 */
export class PortfolioWatch {
  readonly #port: WatchPort;
  readonly #instruments: readonly Instrument[];
  readonly #check: PreTradeCheck;
  readonly #covariance: CovarianceSource;
  readonly #book: LivePortfolio;
  /** Money in each market, its open orders at their worst; signed. */
  readonly #weights: Float64Array;
  readonly #mids: Float64Array;
  readonly #returns: Float64Array;
  readonly #measured = { valueAtRisk: 0, shortfall: 0, heat: 0 };
  #equity = Number.NaN;
  #sampledMs = Number.NEGATIVE_INFINITY;

  constructor(
    port: WatchPort,
    instruments: readonly Instrument[],
    check: PreTradeCheck,
    covariance: CovarianceSource,
    nowMs: number,
  ) {
    const size = instruments.length;
    this.#port = port;
    this.#instruments = instruments;
    this.#check = check;
    this.#covariance = covariance;
    this.#book = new LivePortfolio(size);
    this.#weights = new Float64Array(size);
    this.#mids = new Float64Array(size).fill(Number.NaN);
    this.#returns = new Float64Array(size);
    this.#book.accept(covariance.daily, nowMs);
  }

  /** Once a second. @param equity of the desk, in quote currency; NaN where nobody knows it */
  sample(equity: number, nowMs: number): void {
    this.#equity = equity;
    if (nowMs - this.#sampledMs >= PERIOD_MS) this.#takeReturns(nowMs);
    for (const { index } of this.#instruments) this.#weigh(index);
    if (Number.isNaN(equity)) return;
    const measured = this.#measure();
    const limits = this.#port.limits().of(valueAtRisk);
    this.#port.report(valueAtRisk, DESK_SCOPE, valueAtRisk.check(measured, limits), nowMs);
  }

  /**
   * Whether the desk with this order, and everything open in its market filled, may lose too much
   * in a day. Blind while the equity is not known; an order that lowers the risk always passes.
   *
   * @param worst position of the market with everything open on the side of the order filled
   */
  refuse({ instrument, side }: OrderIntent, worst: number, nowMs: number): Refusal | null {
    const equity = this.#equity;
    if (Number.isNaN(equity)) return null;
    const stale = this.#book.fault(nowMs, STALE_MS);
    if (stale !== null) {
      assert(stale.kind === 'stale', 'a covariance is assumed from the beginning');
      return { kind: 'stale-risk', ageMs: stale.ageMs, limitMs: stale.limitMs };
    }
    const change = (side === 'buy' ? worst : -worst) - (this.#weights[instrument] as number);
    const { var95Fraction, varFraction } = this.#port.limits().of(valueAtRisk);
    const limits = { valueAtRisk95Max: var95Fraction, valueAtRisk99Max: varFraction };
    const { tail } = this.#covariance;
    const sd = this.#book.sdWith(instrument, change);
    if (sd <= Math.max(sdAllowed(limits, tail, equity), this.#book.sd)) return null;
    const within = valueAtRiskWithin(sd, equity, limits, tail);
    assert(!within.ok, 'what is above what both limits allow breaks one of them');
    const { measured, limit } = within.error;
    return { kind: 'control', control: 'C22', name: 'value-at-risk', measured, limit };
  }

  /**
   * Puts into `target` the highest correlation above a limit with what else is held, as the
   * positions are signed, and the notional of that; 0 and 0 where there is none.
   */
  correlated(
    { instrument, side }: OrderIntent,
    worst: number,
    limit: number,
    target: { correlation: number; otherNotional: number },
  ): void {
    const change = (side === 'buy' ? worst : -worst) - (this.#weights[instrument] as number);
    const order = { asset: instrument, change, limit };
    const pair = correlatedPair(this.#covariance.correlations, this.#weights, order);
    target.correlation = pair?.correlation ?? 0;
    target.otherNotional = pair === null ? 0 : Math.abs(this.#weights[pair.other] as number);
  }

  summary(): PortfolioSummary {
    const equity = this.#equity;
    const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
    const { shortfall, heat, valueAtRisk: at99 } = this.#measured;
    return {
      valueAtRisk95: known((this.#book.sd * this.#covariance.tail.at95) / equity),
      valueAtRisk99: Number.isNaN(equity) ? null : at99,
      shortfall: Number.isNaN(equity) ? null : shortfall,
      heat: Number.isNaN(equity) ? null : heat,
      ...this.#covariance.summary(),
    };
  }

  #measure() {
    const equity = this.#equity;
    const { sd } = this.#book;
    const { tail, daily } = this.#covariance;
    const measured = this.#measured;
    measured.valueAtRisk = (sd * tail.at99) / equity;
    measured.shortfall = (sd * tail.shortfall) / equity;
    // Nothing has a stop of its own: what the worst days take of each position counts.
    let heat = 0;
    for (let at = 0; at < this.#weights.length; at += 1) {
      const own = Math.sqrt(entry(daily, at, at));
      heat += Math.abs(this.#weights[at] as number) * own * tail.shortfall;
    }
    measured.heat = heat / equity;
    return measured;
  }

  /** A market that has none now moves by nothing, and by all of it when it is back. */
  #takeReturns(nowMs: number): void {
    const isFirst = this.#sampledMs === Number.NEGATIVE_INFINITY;
    this.#sampledMs = nowMs;
    for (let at = 0; at < this.#mids.length; at += 1) {
      const mid = this.#check.midTicks(at);
      const before = this.#mids[at] as number;
      this.#returns[at] = mid > 0 && before > 0 ? Math.log(mid / before) : 0;
      if (mid > 0) this.#mids[at] = mid;
    }
    if (isFirst) return;
    // A row that is refused leaves the covariance to grow old: then orders are refused, too.
    if (this.#covariance.take(this.#returns, nowMs).ok) {
      this.#book.accept(this.#covariance.daily, nowMs);
    }
  }

  /** The position that is the larger of both sides, at the last mid that there was. */
  #weigh(index: number): void {
    const { position, buyLots, sellLots } = this.#check.exposure(index);
    const [long, short] = [position + buyLots, position - sellLots];
    const lots = Math.abs(long) >= Math.abs(short) ? long : short;
    const mid = this.#check.lastMidTicks(index);
    if (lots !== 0 && !(mid > 0)) return;
    const money = lots === 0 ? 0 : notionalAt(this.#instruments[index] as Instrument, mid, lots);
    this.#book.fill(index, money - this.#book.weight(index));
    this.#weights[index] = money;
  }
}
