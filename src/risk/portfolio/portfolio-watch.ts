import type { Instrument } from '../../core/instrument.ts';
import type { MarketDay } from '../budgets/market-day.ts';
import { type BudgetRow, RiskBudgets } from '../budgets/risk-budgets.ts';
import type { PortfolioMeasures } from '../controls/portfolio.ts';
import {
  type CovarianceSource,
  type CovarianceSummary,
  PERIOD_MS,
} from '../covariance/covariance-source.ts';
import type { Rung } from '../ladders/de-risking.ts';
import { DeRisking } from '../ladders/de-risking-watch.ts';
import type { RungChanged } from '../ladders/rung-changed.ts';
import type { PreTradeCheck } from '../pre-trade.ts';
import type { WatchPort } from '../watch/watch-port.ts';
import { shareOf } from './loss-limits.ts';
import { PortfolioGate } from './portfolio-gate.ts';
import { PortfolioWords } from './portfolio-words.ts';
import { closingCostOf, type PortfolioSettings } from './settings.ts';

export interface PortfolioOptions {
  readonly port: WatchPort;
  readonly instruments: readonly Instrument[];
  readonly check: PreTradeCheck;
  /** Covariance and law. */
  readonly source: CovarianceSource;
  readonly settings: PortfolioSettings;
  readonly strategyOf: (instrument: number) => string | null;
  readonly day: MarketDay;
  /** Where the ladder of C22 stood before a restart. */
  readonly rung: Rung;
  readonly journal: (event: RungChanged) => void;
}

export interface PortfolioSummary extends CovarianceSummary {
  /** Of equity, one day, open orders at their worst; null while the equity is not known. */
  readonly valueAtRisk95: number | null;
  readonly valueAtRisk99: number | null;
  readonly shortfall: number | null;
  readonly heat: number | null;
  /** A market in which something is held and that never had a price; null when there is none. */
  readonly unpriced: string | null;
  /** Where the ladder of C22 stands, and the limit that is used most. */
  readonly rung: Rung;
  readonly tightest: string | null;
  readonly use: number | null;
  readonly budgets: readonly BudgetRow[];
}

/**
 * Measures the desk's value at risk, expected shortfall and heat once a second (C22), puts what an
 * order reads into words, and drives the ladder of de-risking.
 */
export class PortfolioWatch {
  readonly gate: PortfolioGate;
  readonly #options: PortfolioOptions;
  readonly #words: PortfolioWords;
  readonly #budgets: RiskBudgets;
  #settings: PortfolioSettings;
  readonly #ladder: DeRisking;
  readonly #mids: Float64Array;
  readonly #returns: Float64Array;
  #worst: PortfolioMeasures = NOTHING;
  #returnsMs = Number.NEGATIVE_INFINITY;

  constructor(options: PortfolioOptions, nowMs: number) {
    const { instruments, check, port, source } = options;
    this.#options = options;
    const words = new PortfolioWords(instruments, check);
    this.#words = words;
    this.#settings = options.settings;
    const { day, strategyOf } = options;
    const shelf = { instruments, check, words };
    this.#budgets = new RiskBudgets({ ...shelf, day, strategyOf }, options.settings);
    this.gate = new PortfolioGate({ ...shelf, port, source, budgets: this.#budgets, nowMs });
    this.#ladder = new DeRisking(port, options.rung, options.journal);
    this.#mids = new Float64Array(instruments.length).fill(Number.NaN);
    this.#returns = new Float64Array(instruments.length);
    this.#accept(nowMs);
  }

  /**
   * Once a second.
   *
   * @param equity of the desk, in quote currency; NaN where nobody knows it
   * @param equityMs when that was told
   */
  sample(equity: number, equityMs: number, nowMs: number): void {
    const { gate } = this;
    if (!Number.isNaN(equity)) {
      gate.equity = equity;
      gate.equityMs = equityMs;
    }
    if (nowMs - this.#returnsMs >= PERIOD_MS) this.#takeReturns(nowMs);
    this.#words.weighAll();
    gate.sampledMs = nowMs;
    if (Number.isNaN(gate.equity)) return;
    const words = this.#words;
    this.#worst = this.#measuresOf(words.worstSd());
    const held = this.#measuresOf(words.held.sd);
    const { isSeeded: isMeasured } = this.#options.source.summary();
    this.#ladder.sample({ worst: this.#worst, held, isMeasured }, nowMs);
  }

  /** Budgets bind from the next order on, a cost of closing from the next covariance. */
  adopt(settings: PortfolioSettings): void {
    this.#settings = settings;
    this.#budgets.adopt(settings);
  }

  summary(): PortfolioSummary {
    const isKnown = !Number.isNaN(this.gate.equity);
    const known = (value: number): number | null => (isKnown ? value : null);
    const { valueAtRisk95, valueAtRisk, shortfall, heat } = this.#worst;
    const { rung, tightest } = this.#ladder;
    return {
      valueAtRisk95: known(valueAtRisk95),
      valueAtRisk99: known(valueAtRisk),
      shortfall: known(shortfall),
      heat: known(heat),
      ...this.#options.source.summary(),
      unpriced: this.#words.unpriced(),
      rung,
      tightest: tightest?.measure ?? null,
      use: tightest?.use ?? null,
      budgets: isKnown ? this.#budgets.rows(this.gate.equity, this.#options.source.tail.at99) : [],
    };
  }

  #measuresOf(sd: number): PortfolioMeasures {
    const { tail } = this.#options.source;
    const { equity } = this.gate;
    return {
      valueAtRisk95: shareOf(sd * tail.at95, equity),
      valueAtRisk: shareOf(sd * tail.at99, equity),
      shortfall: shareOf(sd * tail.shortfall, equity),
      // Nothing has a stop of its own: what the worst days take of each position counts.
      heat: shareOf(this.#words.heat, equity),
    };
  }

  /** A market that has none now moves by nothing, and by all of it when it is back. */
  #takeReturns(nowMs: number): void {
    const isFirst = this.#returnsMs === Number.NEGATIVE_INFINITY;
    this.#returnsMs = nowMs;
    for (let at = 0; at < this.#mids.length; at += 1) {
      const mid = this.#options.check.midTicks(at);
      const before = this.#mids[at] as number;
      this.#returns[at] = mid > 0 && before > 0 ? Math.log(mid / before) : 0;
      if (mid > 0) this.#mids[at] = mid;
    }
    if (isFirst) return;
    // A row that is refused leaves the covariance to grow old: then orders are refused, too.
    if (this.#options.source.take(this.#returns, nowMs).ok) this.#accept(nowMs);
  }

  #accept(nowMs: number): void {
    const { daily, tail } = this.#options.source;
    this.#words.accept(daily, tail.shortfall, closingCostOf(this.#settings), nowMs);
  }
}

const NOTHING: PortfolioMeasures = { valueAtRisk95: 0, valueAtRisk: 0, shortfall: 0, heat: 0 };
