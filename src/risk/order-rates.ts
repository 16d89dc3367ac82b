import { RateBudget } from '../core/rate-budget.ts';
import type { RiskLimits } from './limits.ts';

/** How many orders the desk and each of its strategies may send a second. */
export class OrderRates {
  #limits: RiskLimits;
  #desk: RateBudget;
  readonly #strategies = new Map<string, RateBudget>();

  constructor(limits: RiskLimits, nowMs: number) {
    this.#limits = limits;
    this.#desk = deskRate(limits, nowMs);
  }

  /** A budget that did not change keeps what has been used of it. */
  adopt(limits: RiskLimits, nowMs: number): void {
    const before = this.#limits;
    this.#limits = limits;
    const { ordersPerSecond, ordersBurst, strategyOrdersPerSecond } = limits;
    if (ordersPerSecond !== before.ordersPerSecond || ordersBurst !== before.ordersBurst) {
      this.#desk = deskRate(limits, nowMs);
    }
    if (strategyOrdersPerSecond !== before.strategyOrdersPerSecond) this.#strategies.clear();
  }

  /** Takes one order out of both budgets, or none. @returns whose is used up; null: neither's */
  take(strategy: string, nowMs: number): 'desk' | 'strategy' | null {
    let own = this.#strategies.get(strategy);
    if (own === undefined) {
      const ratePerSecond = this.#limits.strategyOrdersPerSecond;
      own = new RateBudget({ ratePerSecond, burst: Math.max(1, ratePerSecond) }, nowMs);
      this.#strategies.set(strategy, own);
    }
    if (own.available(nowMs) < 1) return 'strategy';
    if (!this.#desk.take(nowMs)) return 'desk';
    own.take(nowMs);
    return null;
  }
}

function deskRate(limits: RiskLimits, nowMs: number): RateBudget {
  const { ordersPerSecond, ordersBurst } = limits;
  return new RateBudget({ ratePerSecond: ordersPerSecond, burst: ordersBurst }, nowMs);
}
