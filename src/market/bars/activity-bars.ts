import { assert } from '../../core/result.ts';
import type { TradePrinted } from '../trade.ts';
import { type Bar, OpenBar } from './bar.ts';

/** What fills a bar. */
export type BarRule =
  | { readonly kind: 'trades'; readonly count: number }
  | { readonly kind: 'volume'; readonly lots: number }
  /** Ticks × lots. */
  | { readonly kind: 'notional'; readonly notional: number }
  /**
   * The signed lots stray as far from 0 as is expected of a bar: the mean trades of a bar × the
   * mean |imbalance| of its trades, both exponentially averaged over `bars`. The first bar closes
   * after `firstTrades`; a bar never holds more than `tradesMax`, so that no runaway expectation
   * ends the series.
   */
  | {
      readonly kind: 'imbalance';
      readonly bars: number;
      readonly firstTrades: number;
      readonly tradesMax: number;
    };

/**
 * Bars by activity, in the order in which trades come: a bar closes with the trade that fills it,
 * whole, so bars partition the trades. There is no late trade here, for order of arrival is the
 * order of these bars; a trade of the past is one more.
 *
 * @see López de Prado 2018, "Advances in financial machine learning", section 2.3
 */
export class ActivityBars {
  readonly #rule: BarRule;
  readonly #bar = new OpenBar();
  #tradesExpected = 0;
  #imbalanceExpected = 0;

  constructor(rule: BarRule) {
    assert(isSound(rule), 'a bar is filled by something above 0');
    this.#rule = rule;
    if (rule.kind === 'imbalance') this.#tradesExpected = rule.firstTrades;
  }

  /** @returns the bar that this trade filled, or null */
  add(trade: TradePrinted): Bar | null {
    const bar = this.#bar;
    bar.add(trade);
    if (!this.#isFull()) return null;
    if (this.#rule.kind === 'imbalance') this.#learn(this.#rule.bars);
    return bar.take(bar.firstMs, bar.lastMs);
  }

  /** The bar that is not full yet, or null where there is no trade in it; it starts anew. */
  flush(): Bar | null {
    const bar = this.#bar;
    return bar.trades === 0 ? null : bar.take(bar.firstMs, bar.lastMs);
  }

  #isFull(): boolean {
    const rule = this.#rule;
    const { trades, lots, boughtLots, notional } = this.#bar;
    switch (rule.kind) {
      case 'trades':
        return trades >= rule.count;
      case 'volume':
        return lots >= rule.lots;
      case 'notional':
        return notional >= rule.notional;
      default: {
        if (trades >= rule.tradesMax) return true;
        if (this.#imbalanceExpected === 0) return trades >= rule.firstTrades;
        const strayed = Math.abs(2 * boughtLots - lots);
        return strayed >= this.#tradesExpected * this.#imbalanceExpected;
      }
    }
  }

  #learn(bars: number): void {
    const { trades, lots, boughtLots } = this.#bar;
    const weight = 2 / (bars + 1);
    const imbalance = Math.abs(2 * boughtLots - lots) / trades;
    const isFirst = this.#imbalanceExpected === 0;
    this.#tradesExpected += (isFirst ? 1 : weight) * (trades - this.#tradesExpected);
    this.#imbalanceExpected += (isFirst ? 1 : weight) * (imbalance - this.#imbalanceExpected);
  }
}

function isSound(rule: BarRule): boolean {
  switch (rule.kind) {
    case 'trades':
      return Number.isInteger(rule.count) && rule.count >= 1;
    case 'volume':
      return rule.lots > 0;
    case 'notional':
      return rule.notional > 0;
    default:
      return rule.bars >= 1 && rule.firstTrades >= 1 && rule.tradesMax >= rule.firstTrades;
  }
}
