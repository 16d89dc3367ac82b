import type { Clock } from '../../../../core/env.ts';
import { assert } from '../../../../core/result.ts';
import { isOpen } from '../../../exchange/orders.ts';
import type { ExchangeEvent } from '../../../exchange/port.ts';
import type { PerpetualExchange } from '../../../perpetuals/perpetual-exchange.ts';
import { wireOf } from '../../requests/order-json.ts';
import type { ListenKeys } from '../listen-keys.ts';
import {
  type AlgoOrder,
  type AlgoStatus,
  algoStatus,
  algoUpdate,
  isAlgo,
  rejectedIn,
} from './algo-json.ts';

/**
 * Tells accounts of their orders at the service for conditional orders. It and the matching engine
 * tell each in their own time: that an order has woken comes after its first fills.
 */
export class AlgoEvents {
  readonly #exchange: PerpetualExchange;
  readonly #keys: ListenKeys;
  readonly #clock: Clock;

  constructor(
    exchange: PerpetualExchange,
    { keys, clock }: { readonly keys: ListenKeys; readonly clock: Clock },
  ) {
    this.#exchange = exchange;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** What the service says before the matching engine says anything. */
  before(events: readonly ExchangeEvent[]): void {
    for (const event of events) {
      if (event.kind !== 'executed' || event.execution !== 'triggered') continue;
      if (isAlgo(event.order)) this.#send(event.order, 'TRIGGERING');
    }
  }

  /** What it says after it. */
  after(events: readonly ExchangeEvent[]): void {
    const rejected = rejectedIn(events);
    for (const event of events) {
      if (event.kind !== 'executed' || !isAlgo(event.order)) continue;
      const { order, execution } = event;
      if (execution === 'triggered' && rejected.has(order.orderId)) continue;
      const isNews = execution === 'new' || execution === 'triggered' || !isOpen(order);
      if (isNews) this.#send(order, algoStatus(order));
    }
  }

  #send(order: AlgoOrder, status: AlgoStatus): void {
    const rules = this.#exchange.market(order.symbol)?.rules;
    assert(rules !== undefined, 'an order belongs to a market of the venue');
    const o = algoUpdate(wireOf(rules.instrument), order, status);
    const event = { e: 'ALGO_UPDATE', T: order.updatedMs, E: this.#clock.now(), o };
    const text = JSON.stringify(event);
    for (const line of this.#keys.linesOf(order.account)) line.send(text);
  }
}
