import type { Timer, Timers } from '../../../core/env.ts';
import type { PerpetualClock } from '../../perpetuals/perpetual-clock.ts';
import type { PerpetualExchange } from '../../perpetuals/perpetual-exchange.ts';
import { isMade } from './algo/algo-json.ts';

/** Countdowns that run at once. */
const COUNTDOWNS_MAX = 10_000;

/** What the operations of the futures façade work on, besides what every operation has. */
export interface FuturesDesk {
  readonly exchange: PerpetualExchange;
  readonly due: PerpetualClock;
  readonly countdowns: Countdowns;
}

/**
 * Cancels what an account has resting in a market. Orders that wait for their trigger stay: the
 * service that keeps them has a request of its own for that.
 */
export function cancelMade(exchange: PerpetualExchange, account: string, symbol: string): void {
  for (const order of [...(exchange.account(account)?.open.values() ?? [])]) {
    const { orderId } = order;
    if (order.symbol !== symbol || !isMade(order)) continue;
    exchange.cancel(account, { symbol, orderId, clientId: null });
  }
}

/**
 * The venue's dead-man switches: at the end of one everything goes that rests of an account in a
 * market. No document of the venue says that it reaches what waits, so it does not here.
 */
export class Countdowns {
  readonly #exchange: PerpetualExchange;
  readonly #timers: Timers;
  readonly #running = new Map<string, Timer>();

  constructor(exchange: PerpetualExchange, timers: Timers) {
    this.#exchange = exchange;
    this.#timers = timers;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Begins anew. @param ms 0 stops it. @returns false when too many run */
  set(account: string, symbol: string, ms: number): boolean {
    const key = `${account} ${symbol}`;
    this.#running.get(key)?.cancel();
    this.#running.delete(key);
    if (ms === 0) return true;
    if (this.#running.size >= COUNTDOWNS_MAX) return false;
    const timer = this.#timers.after(ms, () => {
      this.#running.delete(key);
      cancelMade(this.#exchange, account, symbol);
    });
    this.#running.set(key, timer);
    return true;
  }

  stop(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }
}
