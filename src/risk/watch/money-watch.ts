import { dailyLoss, drawdown, lossVelocity } from '../controls/money.ts';
import { DESK_SCOPE, type WatchPort } from './watch-port.ts';

/** Profits, one a second, of the longest window that C23 may have: a minute, and its begin. */
const PROFITS = 61;
/** The peak is journaled at most so often: what a crash forgives of a drawdown. */
const PEAK_EVERY_MS = 60_000;

/** All in quote currency. */
export interface Money {
  /** Since the desk began, positions at the mid. */
  readonly profit: number;
  readonly lossToday: number;
  /** What everything is worth now; NaN where nobody knows it. */
  readonly equity: number;
}

/**
 * C20, C21 and C23: losses as fractions of the equity that there was before them, so that money
 * paid in or out is no profit. Blind while the equity is not known.
 */
export class MoneyWatch {
  readonly #port: WatchPort;
  readonly #journalPeak: (profit: number) => void;
  readonly #profits = new Float64Array(PROFITS).fill(Number.NEGATIVE_INFINITY);
  readonly #profitsMs = new Float64Array(PROFITS).fill(Number.NEGATIVE_INFINITY);
  #next = 0;
  #peak: number;
  #journaledMs = Number.NEGATIVE_INFINITY;
  #journaled: number;
  isBlind = true;

  /** @param peak the highest profit so far; -Infinity when none is known */
  constructor(port: WatchPort, peak: number, journalPeak: (profit: number) => void) {
    this.#port = port;
    this.#peak = peak;
    this.#journaled = peak;
    this.#journalPeak = journalPeak;
  }

  get peak(): number {
    return this.#peak;
  }

  /** Once a second. */
  sample({ profit, lossToday, equity }: Money, nowMs: number): void {
    this.#remember(profit, nowMs);
    this.isBlind = Number.isNaN(equity);
    if (this.isBlind) return;
    const limits = this.#port.limits();
    const report = this.#port.report.bind(this.#port);
    const day = { lossFraction: lossFraction(lossToday, equity) };
    report(dailyLoss, DESK_SCOPE, dailyLoss.check(day, limits.of(dailyLoss)), nowMs);
    const since = { drawdown: lossFraction(this.#peak - profit, equity) };
    report(drawdown, DESK_SCOPE, drawdown.check(since, limits.of(drawdown)), nowMs);
    const velocity = limits.of(lossVelocity);
    const lately = this.#highestSince(nowMs - velocity.windowMs) - profit;
    const fast = { lossFraction: lossFraction(lately, equity) };
    report(lossVelocity, DESK_SCOPE, lossVelocity.check(fast, velocity), nowMs);
  }

  #remember(profit: number, nowMs: number): void {
    this.#profits[this.#next] = profit;
    this.#profitsMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % PROFITS;
    this.#peak = Math.max(this.#peak, profit);
    if (this.#peak <= this.#journaled || nowMs - this.#journaledMs < PEAK_EVERY_MS) return;
    this.#journaled = this.#peak;
    this.#journaledMs = nowMs;
    this.#journalPeak(this.#peak);
  }

  #highestSince(fromMs: number): number {
    let highest = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < PROFITS; at += 1) {
      if ((this.#profitsMs[at] as number) < fromMs) continue;
      highest = Math.max(highest, this.#profits[at] as number);
    }
    return highest;
  }
}

/** Of what there was before the loss. Equity that is used up has lost everything. */
function lossFraction(loss: number, equity: number): number {
  if (loss <= 0) return 0;
  const before = equity + loss;
  return before > 0 ? loss / before : 1;
}
