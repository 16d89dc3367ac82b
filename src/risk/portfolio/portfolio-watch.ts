import { type Instrument, notionalAt } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import type { OrderIntent } from '../../execution/order.ts';
import type { Matrix } from '../../math/matrix.ts';
import type { Refusal } from '../approved-order.ts';
import { valueAtRisk } from '../controls/order-size.ts';
import { correlationOf, EwmaCovariance } from '../covariance/ewma-covariance.ts';
import type { PreTradeCheck } from '../pre-trade.ts';
import { normalRisk, studentRisk } from '../value-at-risk/parametric.ts';
import { DESK_SCOPE, type WatchPort } from '../watch/watch-port.ts';
import { correlatedPair } from './correlation-exposure.ts';
import { LivePortfolio, sdAllowed, valueAtRiskWithin } from './live-portfolio.ts';

/** Returns are over a minute; the desk's value at risk is over a day of them. */
const PERIOD_MS = 60_000;
const PERIODS_A_DAY = 86_400_000 / PERIOD_MS;
/** Memory of some six hours: (1 + λ)/(1 − λ) minutes. */
const LAMBDA = 0.995;
/** Minutes after which what was seen counts for more than what was assumed. */
const SEED_ROWS = 30;
/** A price that is off by more than half within a minute is broken. */
const RETURN_MAX = 0.5;
/** Daily deviation of a market of which nothing is known yet. */
const ASSUMED_SD = 0.04;
/** No market is quieter than this for long, whatever it showed of late. */
const SD_MIN = 0.01;
/** The oldest covariance that orders are judged by. */
const STALE_MS = 300_000;
/** Degrees of freedom of the stress law: fat tails, and a variance that is there. */
const STRESS_NU = 4;

const UNIT = { mean: 0, sd: 1 };

/** Deviations of a loss under a normal and under the stress law, the larger of both. */
const TAIL = {
  at95: larger(0.95, 'valueAtRisk'),
  at99: larger(0.99, 'valueAtRisk'),
  shortfall: larger(0.975, 'expectedShortfall'),
};

export interface PortfolioSummary {
  /** Of equity, one day; null while the equity is not known. */
  readonly valueAtRisk95: number | null;
  readonly valueAtRisk99: number | null;
  readonly shortfall: number | null;
  readonly heat: number | null;
  /** Minutes that the covariance has seen; before `seeded` it is assumed. */
  readonly minutes: number;
  readonly isSeeded: boolean;
}

/**
 * The desk's value at risk, expected shortfall and heat (C22), and the correlation of what it holds
 * (C04). Everything is computed once a second; an order reads a few numbers. Until half an hour of
 * returns is seen every market counts as a wild one, and they move together: n σ² on the diagonal
 * is no less than what any correlation makes of n positions (Cauchy and Schwarz).
 */
export class PortfolioWatch {
  readonly #port: WatchPort;
  readonly #instruments: readonly Instrument[];
  readonly #check: PreTradeCheck;
  readonly #covariance: EwmaCovariance;
  readonly #book: LivePortfolio;
  /** Money in each market, its open orders at their worst; signed. */
  readonly #weights: Float64Array;
  readonly #correlations: Float64Array;
  readonly #mids: Float64Array;
  readonly #returns: Float64Array;
  readonly #daily: Float64Array;
  readonly #measured = { valueAtRisk: 0, shortfall: 0, heat: 0 };
  #equity = Number.NaN;
  #sampledMs = Number.NEGATIVE_INFINITY;

  constructor(
    port: WatchPort,
    instruments: readonly Instrument[],
    check: PreTradeCheck,
    nowMs: number,
  ) {
    const size = instruments.length;
    this.#port = port;
    this.#instruments = instruments;
    this.#check = check;
    this.#covariance = new EwmaCovariance({
      assets: size,
      lambda: LAMBDA,
      seedRows: SEED_ROWS,
      returnMax: RETURN_MAX,
    });
    this.#book = new LivePortfolio(size);
    this.#weights = new Float64Array(size);
    this.#correlations = new Float64Array(size * size).fill(Number.NaN);
    this.#mids = new Float64Array(size).fill(Number.NaN);
    this.#returns = new Float64Array(size);
    this.#daily = new Float64Array(size * size);
    this.#accept(nowMs);
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
    const sd = this.#book.sdWith(instrument, change);
    if (sd <= Math.max(sdAllowed(limits, TAIL, equity), this.#book.sd)) return null;
    const within = valueAtRiskWithin(sd, equity, limits, TAIL);
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
    const pair = correlatedPair(this.#correlations, this.#weights, order);
    target.correlation = pair?.correlation ?? 0;
    target.otherNotional = pair === null ? 0 : Math.abs(this.#weights[pair.other] as number);
  }

  summary(): PortfolioSummary {
    const { rows, isSeeded } = this.#covariance;
    const equity = this.#equity;
    const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
    const { shortfall, heat, valueAtRisk: at99 } = this.#measured;
    return {
      valueAtRisk95: known((this.#book.sd * TAIL.at95) / equity),
      valueAtRisk99: Number.isNaN(equity) ? null : at99,
      shortfall: Number.isNaN(equity) ? null : shortfall,
      heat: Number.isNaN(equity) ? null : heat,
      minutes: rows,
      isSeeded,
    };
  }

  #measure() {
    const equity = this.#equity;
    const { sd } = this.#book;
    const measured = this.#measured;
    measured.valueAtRisk = (sd * TAIL.at99) / equity;
    measured.shortfall = (sd * TAIL.shortfall) / equity;
    // Nothing has a stop of its own: what the worst days take of each position counts.
    let heat = 0;
    for (let at = 0; at < this.#weights.length; at += 1) {
      const own = Math.sqrt(this.#daily[at * (this.#weights.length + 1)] as number);
      heat += Math.abs(this.#weights[at] as number) * own * TAIL.shortfall;
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
    if (this.#covariance.update(this.#returns).ok) this.#accept(nowMs);
  }

  #accept(nowMs: number): void {
    const size = this.#weights.length;
    const { isSeeded, matrix } = this.#covariance;
    const daily = this.#daily;
    for (let at = 0; at < daily.length; at += 1) {
      daily[at] = isSeeded ? (matrix.cells[at] as number) * PERIODS_A_DAY : 0;
    }
    for (let at = 0; at < size; at += 1) {
      const place = at * (size + 1);
      const least = isSeeded ? SD_MIN * SD_MIN : size * ASSUMED_SD * ASSUMED_SD;
      daily[place] = Math.max(daily[place] as number, least);
    }
    if (isSeeded) this.#takeCorrelations(matrix);
    this.#book.accept({ rows: size, columns: size, cells: daily }, nowMs);
  }

  #takeCorrelations(matrix: Matrix): void {
    const { rows } = matrix;
    for (let at = 0; at < this.#correlations.length; at += 1) {
      // What has not moved is not known to move on its own.
      const found = correlationOf(matrix, Math.floor(at / rows), at % rows);
      this.#correlations[at] = found ?? Number.NaN;
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

function larger(level: number, of: 'valueAtRisk' | 'expectedShortfall'): number {
  const [normal, stress] = [normalRisk(UNIT, level), studentRisk(UNIT, STRESS_NU, level)];
  assert(normal.ok && stress.ok, 'a level that there is');
  return Math.max(normal.value[of], stress.value[of]);
}
