import type { Clock } from '../../../core/env.ts';
import { assert } from '../../../core/result.ts';
import type { RestingOrder } from '../../book/order-book.ts';
import type { Clearing } from '../clearing.ts';
import type { FeeSchedule } from '../fees.ts';
import type { Market } from '../market-state.ts';
import type { VenueOrder } from '../orders.ts';
import type { VenueLog } from '../venue-log.ts';
import { News } from './news.ts';

/** What a matching is made of. */
export interface FloorParts<M extends Market> {
  readonly clearing: Clearing;
  readonly log: VenueLog;
  readonly fees: FeeSchedule;
  readonly clock: Clock;
  readonly markets: readonly M[];
}

/** What those share who work on orders: the markets, the accounts, the log and the news. */
export class Floor<M extends Market> {
  readonly markets: ReadonlyMap<string, M>;
  readonly clearing: Clearing;
  readonly log: VenueLog;
  readonly fees: FeeSchedule;
  readonly clock: Clock;
  readonly news: News<M>;

  constructor({ clearing, log, fees, clock, markets }: FloorParts<M>) {
    this.markets = new Map(markets.map((market) => [market.rules.instrument.symbol, market]));
    this.clearing = clearing;
    this.log = log;
    this.fees = fees;
    this.clock = clock;
    this.news = new News(this.markets, clock);
  }

  market(symbol: string): M {
    const market = this.markets.get(symbol);
    assert(market !== undefined, `${symbol} is a market of this venue`);
    return market;
  }

  /** An order as it is booked now. */
  orderOf({ account, orderId }: { account: string; orderId: number }): VenueOrder {
    const booked = this.clearing.account(account);
    const order = booked.open.get(orderId) ?? booked.ended.get(orderId);
    assert(order !== undefined, `order ${orderId} is booked`);
    return order;
  }

  /** Takes an order out of the book. */
  remove(market: M, order: RestingOrder): void {
    market.book.remove(order);
    this.news.levelChanged(market, order.side, order.ticks);
  }
}
