import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import { ticks } from './fixtures.ts';

/**
 * Members of the crowd trade the smallest lot at each price in turn, between whatever rests on
 * either side.
 */
export function printsAt(
  { exchange, market }: { readonly exchange: Exchange; readonly market: MarketState },
  ...prices: readonly string[]
): void {
  for (const price of prices) {
    const lot = market.rules.instrument.lotsMin;
    const rested = exchange.crowdRest(market, 'sell', ticks(price), lot);
    if (rested === 0) throw new Error(`nobody can offer at ${price}`);
    exchange.crowdTake(market, 'buy', lot, ticks(price));
  }
}
