import { type Amount, amountOf, type Millis, NO_AMOUNT } from '../../core/units.ts';
import type { AccountTrade } from '../exchange/orders.ts';
import type { ExchangePort } from '../exchange/port.ts';

/** Orders of which the fees are remembered. */
const ORDERS_MAX = 100_000;

export interface Totals {
  readonly fills: number;
  /** In 10^-8 of quote. */
  readonly fees: Amount;
  readonly lastFillMs: Millis;
}

const NOTHING: Totals = { fills: 0, fees: NO_AMOUNT, lastFillMs: 0 as Millis };

/** What the trades of each order came to; the exchange keeps trades by account only. */
export class OrderTotals {
  readonly #byOrder = new Map<number, Totals>();

  constructor(exchange: ExchangePort, accounts: readonly string[]) {
    for (const name of accounts) {
      for (const trade of exchange.account(name)?.trades.values() ?? []) this.#add(trade);
    }
    exchange.listen((events) => {
      for (const event of events) {
        if (event.kind === 'executed' && event.trade !== null) this.#add(event.trade);
      }
    });
  }

  of(orderId: number): Totals {
    return this.#byOrder.get(orderId) ?? NOTHING;
  }

  #add({ orderId, fee, venueMs }: AccountTrade): void {
    const before = this.of(orderId);
    const fees = amountOf(before.fees + fee);
    this.#byOrder.set(orderId, { fills: before.fills + 1, fees, lastFillMs: venueMs });
    if (this.#byOrder.size > ORDERS_MAX) {
      this.#byOrder.delete(this.#byOrder.keys().next().value as number);
    }
  }
}
