import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { Side } from '../../../src/execution/order.ts';
import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type {
  NewOrder,
  VenueOrder,
  VenueTrigger,
} from '../../../src/simulation/exchange/orders.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange/port.ts';
import { anOrder, byClientId, ticks } from './fixtures.ts';

/** Lets one lot change hands between members of the crowd at a price. */
export function tradeAt(exchange: Exchange, market: MarketState, at: Ticks): void {
  const bid = market.best('buy');
  // Whoever rests must not meet anybody at once.
  const side: Side = bid !== null && bid.ticks >= at ? 'buy' : 'sell';
  const rests = exchange.crowdRest(market, side, at, 1 as Lots);
  if (rests === 0) throw new Error(`nobody rests at ${at}`);
  exchange.crowdTake(market, side === 'buy' ? 'sell' : 'buy', 1 as Lots, at);
}

/** Lets the market trade at prices, one after the other. */
export function walk(exchange: Exchange, market: MarketState, ...prices: string[]): void {
  for (const price of prices) tradeAt(exchange, market, ticks(price));
}

/** A trigger at a price; '0' for a trail that follows at once. */
export function when(
  direction: VenueTrigger['direction'],
  price: string,
  over: Partial<VenueTrigger> = {},
): VenueTrigger {
  const at = price === '0' ? (0 as Ticks) : ticks(price);
  return { direction, ticks: at, reference: 'last', trail: null, ...over };
}

/** Sells 0.01 BTC at any price once it has fallen to 59,000, unless told otherwise. */
export function aStop(
  over: Partial<NewOrder> & { price?: string; quantity?: string } = {},
): NewOrder {
  return anOrder({
    side: 'sell',
    type: 'market',
    timeInForce: 'ioc',
    trigger: when('falls-to', '59000.00'),
    ...over,
  });
}

/** An order as it stands; it must be known. */
export function standing(exchange: Exchange, account: string, order: NewOrder): VenueOrder {
  const found = exchange.find(account, byClientId(order));
  if (found === null) throw new Error(`${order.clientId} is not known`);
  return found;
}

/** What was told of one order: its executions, in their order. */
export function executions(events: readonly ExchangeEvent[], { clientId }: NewOrder): string[] {
  return events.flatMap((event) =>
    event.kind === 'executed' && event.order.clientId === clientId ? [event.execution] : [],
  );
}
