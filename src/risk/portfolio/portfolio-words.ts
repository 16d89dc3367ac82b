import { type Instrument, notionalAt } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import type { Matrix } from '../../math/matrix.ts';
import type { PreTradeCheck } from '../pre-trade.ts';
import { LivePortfolio } from './live-portfolio.ts';

/**
 * What the portfolio comes to, in money, as an order reads it. Positions are a book of their own;
 * of open orders nobody knows which will fill, so that no hedge counts before it is held: what they
 * can add to the deviation is at most the sum of their own, whichever of them fill (triangle
 * inequality), and the larger side of each market is all that it can add.
 *
 * A change of one market costs O(markets) when its position is worth another sum, else O(1), and
 * allocates nothing.
 */
export class PortfolioWords {
  /** Positions alone. */
  readonly held: LivePortfolio;
  /** The larger of both sides of each market with everything open there filled; signed. */
  readonly worst: Float64Array;
  /** Daily deviation of a market, a fraction. */
  readonly deviations: Float64Array;
  /** What is lost of each unit of money in a market on its worst days, closing included. */
  readonly heats: Float64Array;
  readonly #instruments: readonly Instrument[];
  readonly #check: PreTradeCheck;
  /** What the orders of each market that are open can add to the deviation. */
  readonly #open: Float64Array;
  #openSum = 0;
  #heat = 0;
  /** Markets in which something is held or open and that never had a price. */
  readonly #isUnpriced: Uint8Array;
  #unpriced = 0;

  constructor(instruments: readonly Instrument[], check: PreTradeCheck) {
    const size = instruments.length;
    this.#instruments = instruments;
    this.#check = check;
    this.held = new LivePortfolio(size);
    this.worst = new Float64Array(size);
    this.deviations = new Float64Array(size);
    this.heats = new Float64Array(size);
    this.#open = new Float64Array(size);
    this.#isUnpriced = new Uint8Array(size);
  }

  /**
   * Takes a new covariance over.
   *
   * @param shortfall deviations that a market loses on its worst days
   * @param costFraction what closing costs, of the notional
   */
  accept(daily: Matrix, shortfall: number, costFraction: number, nowMs: number): void {
    this.held.accept(daily, nowMs);
    for (let at = 0; at < this.deviations.length; at += 1) {
      this.deviations[at] = Math.sqrt(daily.cells[at * (daily.rows + 1)] as number);
      this.heats[at] = (this.deviations[at] as number) * shortfall + costFraction;
    }
    this.weighAll();
  }

  /** Every market anew, and the sums with them, so that no rounding stays in them. */
  weighAll(): void {
    this.#openSum = 0;
    this.#heat = 0;
    this.#open.fill(0);
    this.worst.fill(0);
    for (let at = 0; at < this.worst.length; at += 1) this.weigh(at);
  }

  /** One market, whose position, orders or price are others now. */
  weigh(index: number): void {
    const { position, buyLots, sellLots } = this.#check.exposure(index);
    const mid = this.#check.lastMidTicks(index);
    const isFlat = position === 0 && buyLots === 0 && sellLots === 0;
    this.#notePrice(index, !isFlat && !(mid > 0));
    const worth = isFlat || !(mid > 0) ? 0 : this.worthOf(index, mid);
    const change = position * worth - this.held.weight(index);
    if (change !== 0) this.held.fill(index, change);
    const [long, short] = [position + buyLots, position - sellLots];
    const worst = (Math.abs(long) >= Math.abs(short) ? long : short) * worth;
    const heat = this.heats[index] as number;
    this.#heat += heat * (Math.abs(worst) - Math.abs(this.worst[index] as number));
    this.worst[index] = worst;
    const open = (this.deviations[index] as number) * Math.max(buyLots, sellLots) * worth;
    this.#openSum += open - (this.#open[index] as number);
    this.#open[index] = open;
  }

  /** Quote currency for one lot of a market at a price. */
  worthOf(index: number, ticks: number): number {
    return notionalAt(this.#instruments[index] as Instrument, ticks, 1);
  }

  /** What everything that is open in a market can add to the deviation. */
  openOf(index: number): number {
    return this.#open[index] as number;
  }

  /** What everything that is open in the other markets can add to the deviation. */
  openBeside(index: number): number {
    return Math.max(0, this.#openSum - (this.#open[index] as number));
  }

  /** What is lost on the worst days of each market, all of them at once. */
  get heat(): number {
    return Math.max(0, this.#heat);
  }

  /**
   * The largest deviation that the book can have, whichever of its open orders fill: exact in one
   * market, and the least of what the bound comes to with each of them exact.
   */
  worstSd(): number {
    let least = this.held.sd + Math.max(0, this.#openSum);
    for (let at = 0; at < this.worst.length; at += 1) {
      if (this.#open[at] === 0) continue;
      const { buyLots, sellLots } = this.#check.exposure(at);
      least = Math.min(least, this.worstSdOf(at, buyLots, sellLots) + this.openBeside(at));
    }
    return least;
  }

  /**
   * The largest deviation if so many lots of one market are open and nothing else is. That of the
   * fills in between is no larger, because it is convex.
   */
  worstSdOf(index: number, buyLots: number, sellLots: number): number {
    const { held } = this;
    const worth = this.worthOf(index, this.#check.lastMidTicks(index));
    return Math.max(held.sdWith(index, buyLots * worth), held.sdWith(index, -sellLots * worth));
  }

  /** The first market whose price was never known although something is held there; or null. */
  unpriced(): string | null {
    if (this.#unpriced === 0) return null;
    const found = this.#instruments[this.#isUnpriced.indexOf(1)];
    assert(found !== undefined, 'a market that counts as one without a price');
    return found.symbol;
  }

  #notePrice(index: number, isUnpriced: boolean): void {
    this.#unpriced += Number(isUnpriced) - (this.#isUnpriced[index] as number);
    this.#isUnpriced[index] = Number(isUnpriced);
  }
}
