import { dailyLoss, drawdown, lossVelocity } from '../controls/money.ts';
import type { Rung } from '../ladders/de-risking.ts';
import {
  DRAWDOWN_START,
  type DrawdownState,
  drawdownPolicy,
  drawdownRung,
  drawdownStep,
  lossAtRelease,
} from '../ladders/drawdown.ts';
import type { RungChanged } from '../ladders/rung-changed.ts';
import { lossFraction } from '../portfolio/loss-limits.ts';
import { DESK_SCOPE, type WatchPort } from './watch-port.ts';

/** Profits, one a second, of the longest window that C23 may have: a minute, and its begin. */
const PROFITS = 61;
/** The peak is journaled at most so often, unless it has risen by much. */
const PEAK_EVERY_MS = 60_000;
/** A rise by this share of the equity is journaled at once: what a crash forgives of a drawdown. */
const PEAK_STEP = 0.001;

/** All in quote currency. */
export interface Money {
  /** Since the desk began, positions at the mid. */
  readonly profit: number;
  readonly lossToday: number;
  /** What everything is worth now; NaN where nobody knows it. */
  readonly equity: number;
}

/** What a new watch takes over from before a restart. */
export interface MoneyState {
  /** The highest profit so far; -Infinity when none is known. */
  readonly peak: number;
  /** Where C21 stood. */
  readonly rung: Rung;
}

export interface MoneyJournal {
  readonly peaked: (profit: number) => void;
  readonly rung: (event: RungChanged) => void;
}

/**
 * C20, C21 and C23: losses as fractions of the equity that there was before them. The peak is one
 * of profit, so that money paid in or out is no profit and shifts the peak of the equity by as
 * much. Blind while the equity is not known.
 */
export class MoneyWatch {
  readonly #port: WatchPort;
  readonly #journal: MoneyJournal;
  readonly #profits = new Float64Array(PROFITS).fill(Number.NEGATIVE_INFINITY);
  readonly #profitsMs = new Float64Array(PROFITS).fill(Number.NEGATIVE_INFINITY);
  #next = 0;
  #peak: number;
  #journaledMs = Number.NEGATIVE_INFINITY;
  #journaled: number;
  #drawdown: DrawdownState;
  #rung: Rung;
  isBlind = true;

  constructor(port: WatchPort, { peak, rung }: MoneyState, journal: MoneyJournal) {
    this.#port = port;
    this.#peak = peak;
    this.#journaled = peak;
    this.#journal = journal;
    this.#rung = rung;
    this.#drawdown = { ...DRAWDOWN_START, stage: STAGES[rung] };
  }

  get peak(): number {
    return this.#peak;
  }

  get drawdown(): DrawdownState {
    return this.#drawdown;
  }

  /** Once a second. */
  sample({ profit, lossToday, equity }: Money, nowMs: number): void {
    this.#remember(profit, nowMs);
    this.isBlind = Number.isNaN(equity);
    if (this.isBlind) return;
    this.#release(profit, equity, nowMs);
    this.#keepPeak(equity, nowMs);
    const limits = this.#port.limits();
    const report = this.#port.report.bind(this.#port);
    const day = { lossFraction: lossFraction(lossToday, equity) };
    report(dailyLoss, DESK_SCOPE, dailyLoss.check(day, limits.of(dailyLoss)), nowMs);
    this.#measureDrawdown(lossFraction(this.#peak - profit, equity), nowMs);
    const velocity = limits.of(lossVelocity);
    const lately = this.#highestSince(nowMs - velocity.windowMs) - profit;
    const fast = { lossFraction: lossFraction(lately, equity) };
    report(lossVelocity, DESK_SCOPE, lossVelocity.check(fast, velocity), nowMs);
  }

  #measureDrawdown(fall: number, nowMs: number): void {
    const limits = this.#port.limits().of(drawdown);
    const policy = drawdownPolicy(limits);
    const before = this.#rung;
    this.#drawdown = drawdownStep(this.#drawdown, { kind: 'fall', fall, atMs: nowMs }, policy);
    this.#rung = drawdownRung(this.#drawdown, policy);
    const found = drawdown.check(this.#drawdown, limits);
    if (this.#rung !== before) {
      const limit = found?.limit ?? limits.targetFraction;
      this.#journal.rung({
        kind: 'rung-changed',
        control: drawdown.id,
        from: before,
        to: this.#rung,
        measure: 'drawdown',
        measured: String(fall),
        limit: String(limit),
        use: String(fall / limit),
      });
    }
    this.#port.report(drawdown, DESK_SCOPE, found, nowMs);
  }

  /** People have reset the emergency of the hard limit: the peak comes down to the soft one. */
  #release(profit: number, equity: number, nowMs: number): void {
    const isHard = this.#drawdown.stage === 'hard';
    if (!isHard || this.#port.stands(drawdown, DESK_SCOPE)) return;
    const policy = drawdownPolicy(this.#port.limits().of(drawdown));
    this.#drawdown = drawdownStep(this.#drawdown, { kind: 'released' }, policy);
    this.#setPeak(Math.min(this.#peak, profit + lossAtRelease(equity, policy)), nowMs);
  }

  #keepPeak(equity: number, nowMs: number): void {
    const risen = this.#peak - this.#journaled;
    if (risen <= 0) return;
    if (risen < PEAK_STEP * equity && nowMs - this.#journaledMs < PEAK_EVERY_MS) return;
    this.#setPeak(this.#peak, nowMs);
  }

  #setPeak(peak: number, nowMs: number): void {
    this.#peak = peak;
    this.#journaled = peak;
    this.#journaledMs = nowMs;
    this.#journal.peaked(peak);
  }

  #remember(profit: number, nowMs: number): void {
    this.#profits[this.#next] = profit;
    this.#profitsMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % PROFITS;
    this.#peak = Math.max(this.#peak, profit);
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

/** The stage of each rung that a restart may find. */
const STAGES: Readonly<Record<Rung, DrawdownState['stage']>> = {
  none: 'normal',
  warn: 'normal',
  scale: 'soft',
  'reduce-only': 'soft',
  flatten: 'hard',
  emergency: 'hard',
};
