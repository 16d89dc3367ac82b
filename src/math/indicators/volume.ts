import { type Bar, closeLocation, typicalPrice } from './bar.ts';
import { RollingSum } from './window.ts';

/** Volume of the rises less that of the falls, begun with that of the first bar. */
export class OnBalanceVolume {
  #close = Number.NaN;
  #sum = 0;

  next({ close, volume }: Bar): number {
    const change = close - this.#close;
    this.#close = close;
    this.#sum += Number.isNaN(change) ? volume : Math.sign(change) * volume;
    return this.#sum;
  }
}

/** Volume by where each close lies in its bar, summed up. */
export class AccumulationDistribution {
  #sum = 0;

  next(bar: Bar): number {
    this.#sum += closeLocation(bar) * bar.volume;
    return this.#sum;
  }
}

/** The same as a share of the volume of the last bars; null where none was traded. */
export class ChaikinMoneyFlow {
  readonly #flow: RollingSum;
  readonly #volume: RollingSum;

  constructor(periods: number) {
    this.#flow = new RollingSum(periods);
    this.#volume = new RollingSum(periods);
  }

  next(bar: Bar): number | null {
    const flow = this.#flow.next(closeLocation(bar) * bar.volume);
    const volume = this.#volume.next(bar.volume);
    return flow === null || volume === null || !(volume > 0) ? null : flow / volume;
  }
}

/**
 * 100 times the share of the money that flowed while the typical price rose; while it did not
 * change, money counts on neither side.
 */
export class MoneyFlowIndex {
  readonly #rising: RollingSum;
  readonly #falling: RollingSum;
  #price = Number.NaN;

  constructor(periods: number) {
    this.#rising = new RollingSum(periods);
    this.#falling = new RollingSum(periods);
  }

  next(bar: Bar): number | null {
    const price = typicalPrice(bar);
    const change = price - this.#price;
    this.#price = price;
    if (Number.isNaN(change)) return null;
    const rising = this.#rising.next(change > 0 ? price * bar.volume : 0);
    const falling = this.#falling.next(change < 0 ? price * bar.volume : 0);
    if (rising === null || falling === null) return null;
    const whole = rising + falling;
    // As TA-Lib has it: next to no money is none.
    return whole < 1 ? 0 : (100 * rising) / whole;
  }
}

/** Mean price of the last bars by their volume; null where none was traded. */
export class RollingVwap {
  readonly #money: RollingSum;
  readonly #volume: RollingSum;

  constructor(periods: number) {
    this.#money = new RollingSum(periods);
    this.#volume = new RollingSum(periods);
  }

  next(price: number, volume: number): number | null {
    const money = this.#money.next(price * volume);
    const whole = this.#volume.next(volume);
    return money === null || whole === null || !(whole > 0) ? null : money / whole;
  }
}
