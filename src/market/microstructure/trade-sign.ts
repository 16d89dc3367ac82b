/** 1 for a trade that its buyer took, −1 for one its seller took, 0 for what cannot be told. */
export type TradeSign = -1 | 0 | 1;

/**
 * The tick rule, for tapes that do not say who took: a trade above the last price was bought, one
 * below sold, and one at it is as the last one was. The first cannot be told.
 *
 * @see Lee, Ready 1991, "Inferring trade direction from intraday data"
 */
export class TickRule {
  #price = Number.NaN;
  #sign: TradeSign = 0;

  /** A price that is no number leaves everything as it is. */
  onTrade(price: number): TradeSign {
    if (price > this.#price) this.#sign = 1;
    else if (price < this.#price) this.#sign = -1;
    if (!Number.isNaN(price)) this.#price = price;
    return this.#sign;
  }
}

/**
 * The rule of Lee and Ready: a trade above the mid was bought, one below sold, and one at it is
 * what the tick rule says.
 *
 * @param bid, ask as they stood just before the trade
 */
export function leeReadySign(
  price: number,
  bid: number,
  ask: number,
  tickSign: TradeSign,
): TradeSign {
  const mid = (bid + ask) / 2;
  if (price > mid) return 1;
  return price < mid ? -1 : tickSign;
}
