import type { Clock, Timer, Timers } from '../../core/env.ts';
import type { Millis } from '../../core/units.ts';
import { nextFundingMs, type PerpetualExchange } from './perpetual-exchange.ts';

/** Funding is paid each eight hours, at 00:00, 08:00 and 16:00 UTC. */
export const FUNDING_PERIOD_MS = 8 * 3_600_000;
/** How often marks are measured, and accounts with them. */
export const MARK_EVERY_MS = 1_000;

/** A rate that was paid. */
export interface Funding {
  readonly symbol: string;
  /** In 10^-8. */
  readonly rate: number;
  readonly markPrice: number;
  readonly venueMs: Millis;
}

const FUNDINGS_KEPT = 1_000;

/** Does what is due by the clock: marks each second, liquidations with them, funding in time. */
export class PerpetualClock {
  readonly #exchange: PerpetualExchange;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #periodMs: number;
  readonly #told: (() => void)[] = [];
  #timer: Timer | null = null;
  readonly #fundings: Funding[] = [];
  #fundingMs: number;

  constructor(
    exchange: PerpetualExchange,
    { clock, timers, periodMs }: { clock: Clock; timers: Timers; periodMs: number },
  ) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#timers = timers;
    this.#periodMs = periodMs;
    this.#fundingMs = nextFundingMs(clock.now(), periodMs);
  }

  /** When funding is paid next. */
  get fundingMs(): number {
    return this.#fundingMs;
  }

  /** Oldest first. */
  get fundings(): readonly Funding[] {
    return this.#fundings;
  }

  /** Told after every measure. */
  listen(told: () => void): void {
    this.#told.push(told);
  }

  start(): void {
    this.measure();
    this.#timer = this.#timers.after(MARK_EVERY_MS - (this.#clock.now() % MARK_EVERY_MS), () =>
      this.start(),
    );
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Measures now, and does what is due. */
  measure(): void {
    const nowMs = this.#clock.now();
    for (const symbol of this.#exchange.markets.keys()) {
      this.#exchange.market(symbol)?.price.sample(nowMs);
      this.#exchange.marked(symbol);
    }
    if (nowMs >= this.#fundingMs) {
      for (const symbol of this.#exchange.markets.keys()) this.#pay(symbol, nowMs);
      this.#fundingMs = nextFundingMs(nowMs, this.#periodMs);
    }
    this.#exchange.liquidate();
    for (const told of this.#told) told();
  }

  #pay(symbol: string, venueMs: Millis): void {
    const market = this.#exchange.market(symbol);
    const mark = market?.price.mark ?? null;
    if (market === null || mark === null) return;
    const markPrice = mark.markTicks * market.rules.instrument.tickSize;
    this.#fundings.push({ symbol, rate: mark.rate, markPrice, venueMs });
    if (this.#fundings.length > FUNDINGS_KEPT) this.#fundings.shift();
    this.#exchange.payFunding(symbol);
  }
}
