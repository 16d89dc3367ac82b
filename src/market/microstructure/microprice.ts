/**
 * Weighted mid, the first-order microprice: the mid pulled towards the side with less size,
 * because that side is the next to give way.
 *
 * wmid = (bid × askSize + ask × bidSize) / (bidSize + askSize)
 *
 * @returns a price in the unit of the arguments; NaN when both sizes are 0
 * @see Stoikov, The micro-price: a high-frequency estimator of future prices, 2018, section 1
 */
export function weightedMid(bid: number, bidSize: number, ask: number, askSize: number): number {
  return (bid * askSize + ask * bidSize) / (bidSize + askSize);
}
