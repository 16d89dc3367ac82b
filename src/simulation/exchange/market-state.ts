import type { Side } from '../../execution/order.ts';
import { type Level, OrderBook } from '../book/order-book.ts';
import type { MarketRules } from './market-rules.ts';
import type { MarketView } from './port.ts';
import { Tape } from './tape.ts';
import type { Numbers, VenueLog } from './venue-log.ts';

/** One market while it trades. */
export class MarketState implements MarketView {
  readonly rules: MarketRules;
  readonly book: OrderBook;
  readonly tape: Tape;
  readonly updates: Numbers;
  readonly tradeIds: Numbers;
  anchoredMs = 0;

  constructor(rules: MarketRules, log: VenueLog) {
    const { symbol, ticksMax } = rules.instrument;
    this.rules = rules;
    this.book = new OrderBook(ticksMax);
    this.tape = new Tape(rules.instrument);
    this.updates = log.numbers(`update ${symbol}`);
    this.tradeIds = log.numbers(`trade ${symbol}`);
  }

  get updateId(): number {
    return this.updates.last;
  }

  depth(side: Side, limit: number): Level[] {
    return this.book.depth(side, limit);
  }
}
