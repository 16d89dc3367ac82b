import { assert } from '../../../core/result.ts';
import type { Rng } from '../../../core/rng.ts';
import { normalQuantile } from '../../../math/normal.ts';

/** The way of an order to the venue: log-normal between its median and its 99th percentile. */
export interface LatencyModel {
  readonly p50Ms: number;
  /** At least `p50Ms`; the same makes every way the same. */
  readonly p99Ms: number;
}

/** A taker's fee from so much traded notional on, in quote currency. */
export interface FeeTier {
  readonly fromNotional: number;
  readonly takerBps: number;
}

const Z_99 = normalQuantile(0.99);
/** Uniform draws stay so far from 0 and 1, where the quantile has no end. */
const EDGE = 1e-9;

/** One way to the venue, in microseconds. */
export function drawLatencyUs({ p50Ms, p99Ms }: LatencyModel, random: Rng): number {
  assert(p50Ms >= 0 && p99Ms >= p50Ms, 'the 99th percentile is not below the median');
  if (p50Ms === 0) return 0;
  const sigma = Math.log(p99Ms / p50Ms) / Z_99;
  const uniform = Math.min(1 - EDGE, Math.max(EDGE, random.next()));
  return Math.round(p50Ms * Math.exp(sigma * normalQuantile(uniform)) * 1_000);
}

/** The fee of the highest tier that a notional has reached. @param tiers lowest first, from 0 */
export function takerBps(tiers: readonly FeeTier[], notional: number): number {
  let bps = 0;
  for (const tier of tiers) if (notional >= tier.fromNotional) bps = tier.takerBps;
  return bps;
}

/** More orders on their way at once than this are not sent. */
export const DELAYED_MAX = 1_024;

/** Orders on their way, next to arrive first. */
export class DelayedOrders<Order> {
  readonly #orders: { readonly dueUs: number; readonly order: Order }[] = [];

  /** When the next one arrives; infinite when there is none. */
  get dueUs(): number {
    return this.#orders[0]?.dueUs ?? Number.POSITIVE_INFINITY;
  }

  /** @returns whether there was room */
  send(order: Order, dueUs: number): boolean {
    if (this.#orders.length >= DELAYED_MAX) return false;
    let at = this.#orders.length;
    while (at > 0 && (this.#orders[at - 1]?.dueUs as number) > dueUs) at -= 1;
    this.#orders.splice(at, 0, { dueUs, order });
    return true;
  }

  /** @returns the one that arrives first */
  take(): Order | null {
    return this.#orders.shift()?.order ?? null;
  }
}
