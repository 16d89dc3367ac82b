import type { ExchangeEvent } from '../exchange/port.ts';

export interface LimitOptions {
  readonly weightPerMinute: number;
  readonly ordersPerTenSeconds: number;
  readonly ordersPerDay: number;
}

export const DEFAULT_LIMITS: LimitOptions = {
  weightPerMinute: 6_000,
  ordersPerTenSeconds: 100,
  ordersPerDay: 200_000,
};

const TEN_SECONDS_MS = 10_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Requests above the limit within a minute, after which the address is banned. */
const OFFENCES_MAX = 10;
const BAN_MIN_MS = 120_000;
const BAN_MAX_MS = 3 * DAY_MS;
/** Addresses that are counted apart; beyond that all share one count. */
const ADDRESSES_MAX = 10_000;
/** A first fill gives back this much of the count of unfilled orders. */
const TAKER_CREDIT = 1;
const MAKER_CREDIT = 5;

export type Charge =
  | { readonly kind: 'taken' }
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | { readonly kind: 'banned'; readonly untilMs: number };

/** One entry of the `rateLimits` that replies carry. */
export interface LimitUse {
  readonly rateLimitType: 'REQUEST_WEIGHT' | 'ORDERS';
  readonly interval: 'SECOND' | 'MINUTE' | 'DAY';
  readonly intervalNum: number;
  readonly limit: number;
  readonly count?: number;
}

/**
 * Binance's limits: weight per address and minute, unfilled orders per account. Intervals are those
 * of the clock: a minute's count begins at 0 when the minute does.
 */
export class RequestLimits {
  readonly #options: LimitOptions;
  readonly #weights = new WindowCount(MINUTE_MS);
  readonly #offences = new WindowCount(MINUTE_MS);
  readonly #tenSeconds = new WindowCount(TEN_SECONDS_MS);
  readonly #days = new WindowCount(DAY_MS);
  readonly #bans = new Map<string, { untilMs: number; lengthMs: number }>();
  /** Bans that have been imposed, ever. */
  bans = 0;

  constructor(options: LimitOptions) {
    this.#options = options;
  }

  /** Takes the weight of a request, or says how long there is none left. */
  charge(address: string, weight: number, nowMs: number): Charge {
    const ban = this.#bans.get(address);
    if (ban !== undefined && nowMs < ban.untilMs) return { kind: 'banned', untilMs: ban.untilMs };
    const used = this.#weights.add(address, weight, nowMs);
    if (used <= this.#options.weightPerMinute) return { kind: 'taken' };
    if (this.#offences.add(address, 1, nowMs) > OFFENCES_MAX) {
      const untilMs = this.#ban(address, ban?.lengthMs ?? 0, nowMs);
      return { kind: 'banned', untilMs };
    }
    return { kind: 'limited', retryAfterMs: MINUTE_MS - (nowMs % MINUTE_MS) };
  }

  /** Forgets weights and bans, as if everybody had been quiet for long. Orders stay counted. */
  forgive(): void {
    for (const counted of [this.#weights, this.#offences, this.#bans]) counted.clear();
  }

  /** When the last ban of any address ends, on the venue's clock; 0 when there has been none. */
  get bannedUntilMs(): number {
    return Math.max(0, ...[...this.#bans.values()].map(({ untilMs }) => untilMs));
  }

  usedWeight(address: string, nowMs: number): number {
    return this.#weights.count(address, nowMs);
  }

  /** Whether an account may place so many more orders now. */
  mayOrder(account: string, nowMs: number, orders = 1): boolean {
    const { ordersPerTenSeconds, ordersPerDay } = this.#options;
    return (
      this.#tenSeconds.count(account, nowMs) + orders <= ordersPerTenSeconds &&
      this.#days.count(account, nowMs) + orders <= ordersPerDay
    );
  }

  /** Counts an order that was asked for and never placed. */
  count(account: string, nowMs: number): void {
    this.#tenSeconds.add(account, 1, nowMs);
    this.#days.add(account, 1, nowMs);
  }

  orderCounts(account: string, nowMs: number): { tenSeconds: number; day: number } {
    const tenSeconds = this.#tenSeconds.count(account, nowMs);
    return { tenSeconds, day: this.#days.count(account, nowMs) };
  }

  /** Follows what happens: each order counts until it trades for the first time. */
  note(event: ExchangeEvent): void {
    if (event.kind !== 'executed') return;
    const { execution, order, trade, venueMs } = event;
    const isFirstFill = trade !== null && order.filledLots === trade.lots;
    const credit = trade?.isMaker ? MAKER_CREDIT : TAKER_CREDIT;
    const change = execution === 'new' ? 1 : isFirstFill ? -credit : 0;
    if (change === 0) return;
    this.#tenSeconds.add(order.account, change, venueMs);
    this.#days.add(order.account, change, venueMs);
  }

  /** The limits that concern an account's requests; without counts for `exchangeInfo`. */
  uses(address: string, account: string | null, nowMs: number): LimitUse[] {
    const { weightPerMinute, ordersPerTenSeconds, ordersPerDay } = this.#options;
    const weights: LimitUse = {
      rateLimitType: 'REQUEST_WEIGHT',
      interval: 'MINUTE',
      intervalNum: 1,
      limit: weightPerMinute,
      count: this.usedWeight(address, nowMs),
    };
    if (account === null) return [weights];
    const orders = this.orderCounts(account, nowMs);
    return [
      {
        rateLimitType: 'ORDERS',
        interval: 'SECOND',
        intervalNum: 10,
        limit: ordersPerTenSeconds,
        count: orders.tenSeconds,
      },
      {
        rateLimitType: 'ORDERS',
        interval: 'DAY',
        intervalNum: 1,
        limit: ordersPerDay,
        count: orders.day,
      },
      weights,
    ];
  }

  #ban(address: string, lastMs: number, nowMs: number): number {
    const lengthMs = Math.min(Math.max(2 * lastMs, BAN_MIN_MS), BAN_MAX_MS);
    const untilMs = nowMs + lengthMs;
    this.bans += 1;
    if (this.#bans.size < ADDRESSES_MAX) this.#bans.set(address, { untilMs, lengthMs });
    return untilMs;
  }
}

/** Counts by name that start anew with every window of the clock. */
class WindowCount {
  readonly #lengthMs: number;
  readonly #counts = new Map<string, number>();
  #window = -1;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** @returns the count after `change`, which never falls below 0 */
  add(name: string, change: number, nowMs: number): number {
    const count = Math.max(0, this.count(name, nowMs) + change);
    this.#counts.set(this.#keyOf(name), count);
    return count;
  }

  clear(): void {
    this.#counts.clear();
  }

  count(name: string, nowMs: number): number {
    const window = Math.floor(nowMs / this.#lengthMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#counts.clear();
    }
    return this.#counts.get(this.#keyOf(name)) ?? 0;
  }

  #keyOf(name: string): string {
    return this.#counts.has(name) || this.#counts.size < ADDRESSES_MAX ? name : '';
  }
}
