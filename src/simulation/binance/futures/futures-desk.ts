import type { Timer, Timers } from '../../../core/env.ts';
import type { PerpetualClock } from '../../perpetuals/perpetual-clock.ts';
import type { PerpetualExchange } from '../../perpetuals/perpetual-exchange.ts';

/** Countdowns that run at once. */
const COUNTDOWNS_MAX = 10_000;

/** What the operations of the futures façade work on, besides what every operation has. */
export interface FuturesDesk {
  readonly exchange: PerpetualExchange;
  readonly due: PerpetualClock;
  readonly countdowns: Countdowns;
}

/** The venue's dead-man switches: at the end of one everything of an account in a market goes. */
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
      this.#exchange.cancelAll(account, symbol);
    });
    this.#running.set(key, timer);
    return true;
  }

  stop(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }
}
