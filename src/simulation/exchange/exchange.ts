import type { Clock } from '../../core/env.ts';
import { assert, ok, type Result } from '../../core/result.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { crosses, opposite } from '../book/order-book.ts';
import { AccountExchange } from './account-exchange.ts';
import type { FeeSchedule } from './fees.ts';
import { MarketState } from './market-state.ts';
import type { RecordFault } from './records.ts';
import { type RestoreOptions, restored } from './restored.ts';

export interface ExchangeOptions extends RestoreOptions {
  readonly fees: FeeSchedule;
  readonly clock: Clock;
}

/** Opens an exchange with what an earlier process left: open orders rest again, in their order. */
export function openExchange(options: ExchangeOptions): Result<Exchange, RecordFault> {
  return restored(options, (clearing, log) => {
    const markets = options.markets.map((rules) => new MarketState(rules, log));
    return new Exchange(clearing, log, { ...options, markets });
  });
}

/**
 * A spot exchange: price-time priority, exact accounts, Binance's rules. Members of the crowd have
 * no account; they make the market that accounts trade in.
 */
export class Exchange extends AccountExchange<MarketState> {
  /**
   * Lets a member of the crowd rest an order.
   *
   * @returns its id, or 0 when it would cross, or the book is full, or the exchange is halted
   */
  crowdRest(market: MarketState, side: Side, ticks: Ticks, lots: Lots): number {
    const { ticksMin, ticksMax } = market.rules.instrument;
    const isOff = ticks < ticksMin || ticks > ticksMax || lots < 1;
    if (isOff || market.book.isFull || crosses(side, ticks, market.book.best(opposite(side)))) {
      return 0;
    }
    const rested = this.operate(() => ok(this.matching.restCrowd(market, side, ticks, lots)));
    return rested.ok ? rested.value : 0;
  }

  /** Lets a member of the crowd take liquidity up to a worst price. @returns lots it got */
  crowdTake(market: MarketState, side: Side, lots: Lots, limitTicks: Ticks | null): Lots {
    const taken = this.operate(() => ok(this.matching.takeCrowd(market, side, lots, limitTicks)));
    return taken.ok ? taken.value : (0 as Lots);
  }

  /** Takes an order of the crowd away. @returns false when it is not there any more */
  crowdCancel(market: MarketState, orderId: number): boolean {
    const order = market.book.find(orderId);
    if (order === null) return false;
    assert(order.owner === null, 'the crowd cancels its own orders');
    return this.operate(() => {
      this.matching.removeCrowd(market, order);
      return ok(null);
    }).ok;
  }

  /** Where a market stood when it was last recorded; null in a new venue. */
  anchorOf(symbol: string): Ticks | null {
    return this.log.anchorOf(symbol);
  }
}
