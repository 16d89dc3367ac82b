/** What strikes a market from outside, whatever its crowd thinks. */
export interface MarketShock {
  /** What the price is multiplied by in the end: 0.7 is a fall of 30 %. */
  readonly priceFactor: number;
  /** How long the price takes for it. */
  readonly seconds: number;
  /** Share of the usual depth that stays from the first moment; 1 for all of it. */
  readonly depthShare: number;
}

/** The way of a price under a shock: as steep in every second as in every other. */
export class Shock {
  readonly #perSecond: number;
  #left: number;

  constructor({ priceFactor, seconds }: MarketShock) {
    this.#perSecond = Math.log(priceFactor) / seconds;
    this.#left = seconds;
  }

  /** @returns the change of the logarithm of the price in the next so many seconds */
  advance(seconds: number): number {
    const taken = Math.min(seconds, this.#left);
    this.#left -= taken;
    return this.#perSecond * taken;
  }
}
