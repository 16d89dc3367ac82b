import { keptAfter } from '../../math/statistics/fading.ts';
import type { MarketTold } from './book-told.ts';
import { EdgeEstimate } from './edge.ts';
import { VolumeMeter } from './liquidity.ts';

/** A period that took longer, in minutes, has a hole, and its gain is of no known time. */
const WHOLE_MAX = 2;

/** What the strategy of one market earned on what it was given, and what the market trades. */
export class Earnings {
  readonly edge = new EdgeEstimate();
  readonly volume = new VolumeMeter();
  /** The notional that was given first in this period; 0 for none. */
  #given = 0;
  #profit = Number.NaN;
  #wasHeld = false;

  /** Begins the first period. */
  begin({ profit, positionLots, tradedLots }: MarketTold): void {
    this.volume.take(tradedLots, 1);
    this.#next(profit, positionLots !== 0);
  }

  /**
   * Ends a period and begins the next. One in which nothing was held or earned says nothing of the
   * strategy, and neither does one that was given nothing.
   */
  end(told: MarketTold, minutes: number, halfLifeMinutes: number): void {
    const { profit, positionLots, tradedLots } = told;
    this.volume.take(tradedLots, minutes);
    this.edge.fade(keptAfter(minutes, halfLifeMinutes));
    const isHeld = positionLots !== 0;
    const gain = (profit - this.#profit) / this.#given;
    const isStaked = gain !== 0 || isHeld || this.#wasHeld;
    if (minutes <= WHOLE_MAX && isStaked && Number.isFinite(gain)) this.edge.take(gain);
    this.#next(profit, isHeld);
  }

  /** What the strategy may hold now, in quote currency; the first of a period counts. */
  give(notional: number): void {
    if (this.#given === 0) this.#given = notional;
  }

  #next(profit: number, isHeld: boolean): void {
    this.#profit = profit;
    this.#wasHeld = isHeld;
    this.#given = 0;
  }
}
