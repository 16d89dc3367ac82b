import type { Amount, Lots } from '../../../core/units.ts';
import { type MatchPlan, planMatch } from '../../book/match-plan.ts';
import { crosses, opposite } from '../../book/order-book.ts';
import { type Account, clientKey } from '../clearing.ts';
import { OPEN_ORDERS_MAX } from '../market-rules.ts';
import type { Market } from '../market-state.ts';
import { limitOf, type NewOrder, type Refusal, type VenueOrder } from '../orders.ts';

/** An order that was found good, with its size, what it holds, and what it does to the book. */
export interface Checked {
  readonly order: NewOrder;
  readonly held: Amount;
  readonly plan: MatchPlan;
}

export const NO_MATCH: MatchPlan = { steps: [], filledLots: 0 as Lots, endsAt: null };

/**
 * What an order does to the book: all of its lots, or nothing when it is to fill or be killed.
 *
 * @param quoteMax what its trades may come to beside its own bound; null for anything
 */
export function planOf(
  account: string,
  market: Market,
  order: NewOrder & Pick<VenueOrder, 'wokenMs'>,
  quoteMax: Amount | null = null,
): MatchPlan {
  return planMatch(market.rules.instrument, market.book, {
    side: order.side,
    owner: account,
    limitTicks: limitOf(order),
    lots: order.quote > 0n ? Number.POSITIVE_INFINITY : order.lots,
    quoteMax: order.quote > 0n ? order.quote : quoteMax,
    selfTradePrevention: order.selfTradePrevention,
  });
}

/** The plan, or none where it does not fill an order that is to fill or be killed. */
export function planOrKill(plan: MatchPlan, { timeInForce, lots }: NewOrder): MatchPlan {
  return timeInForce === 'fok' && plan.filledLots < lots ? NO_MATCH : plan;
}

/**
 * Rules about the orders that the account has already, and about the book.
 *
 * @param beside orders that are to be placed with it
 */
export function openOrderRefusal(
  account: Account,
  market: Market,
  order: NewOrder,
  beside = 0,
): Refusal | null {
  const { symbol, clientId } = order;
  const found = (account.openCounts.get(symbol) ?? 0) + beside;
  if (found >= OPEN_ORDERS_MAX) return { kind: 'filter', filter: 'MAX_NUM_ORDERS', found };
  const sameId = account.byClientId.get(clientKey(symbol, clientId)) ?? -1;
  if (account.open.has(sameId)) return { kind: 'duplicate-client-id', clientId };
  if (order.type === 'market') return null;
  if (market.book.isFull) {
    return { kind: 'filter', filter: 'EXCHANGE_MAX_NUM_ORDERS', found: market.book.size };
  }
  return order.type === 'limit-maker' ? takerRefusal(market, order) : null;
}

/** Refuses what would take from anybody: what everybody sees, or an order of an account. */
export function takerRefusal(market: Market, { side, ticks }: NewOrder): Refusal | null {
  const others = opposite(side);
  for (const best of [market.best(others), market.book.best(others)]) {
    if (best === null || !crosses(side, ticks, best)) continue;
    return { kind: 'would-take', ticks, opposite: best.ticks };
  }
  return null;
}
