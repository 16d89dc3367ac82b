import type { Instrument } from '../../core/instrument.ts';
import type { OrderIntent } from '../../execution/order.ts';
import type { Refusal } from '../approved-order.ts';
import { marketKey } from '../limits.ts';
import { lossFraction, shareOf } from '../portfolio/loss-limits.ts';
import type { PortfolioWords } from '../portfolio/portfolio-words.ts';
import type { PortfolioSettings, RiskBudget } from '../portfolio/settings.ts';
import type { PreTradeCheck } from '../pre-trade.ts';
import type { MarketDay } from './market-day.ts';

export interface BudgetOptions {
  readonly instruments: readonly Instrument[];
  readonly check: PreTradeCheck;
  readonly words: PortfolioWords;
  readonly day: MarketDay;
  /** Label of the strategy that trades a market; null where none does. */
  readonly strategyOf: (instrument: number) => string | null;
}

/** What is used of one budget, as fractions of equity; null where there is none of it. */
export interface BudgetRow {
  readonly scope: string;
  readonly valueAtRisk: number;
  readonly valueAtRiskMax: number | null;
  readonly lossToday: number;
  readonly lossTodayMax: number | null;
}

/** A budget and the markets that share it. */
interface Group {
  readonly scope: string;
  readonly markets: readonly number[];
  /** Infinity where there is none. */
  readonly valueAtRiskMax: number;
  readonly lossTodayMax: number;
}

/**
 * Budgets of strategies, markets and venues: the part of the desk's value at risk that is theirs
 * (component value at risk, which adds up), and what they may lose in a day. An order that takes
 * more than what is left is refused; one that leaves them less of it passes. O(markets of the
 * group) an order, no allocation.
 */
export class RiskBudgets {
  readonly #options: BudgetOptions;
  #groups: readonly Group[] = [];
  #ofMarket: readonly (readonly Group[])[] = [];

  constructor(options: BudgetOptions, settings: PortfolioSettings) {
    this.#options = options;
    this.adopt(settings);
  }

  /** Budgets that are in force from the next order on. */
  adopt({ budgets }: PortfolioSettings): void {
    const { instruments, strategyOf } = this.#options;
    const groupsOf = (
      kind: string,
      table: Readonly<Record<string, RiskBudget>>,
      nameOf: (instrument: Instrument) => string | null,
    ): Group[] =>
      Object.entries(table).map(([name, budget]) => ({
        scope: `${kind}:${name}`,
        markets: instruments.filter((each) => nameOf(each) === name).map(({ index }) => index),
        valueAtRiskMax: budget.valueAtRiskFraction ?? Number.POSITIVE_INFINITY,
        lossTodayMax: budget.dailyLossFraction ?? Number.POSITIVE_INFINITY,
      }));
    this.#groups = [
      ...groupsOf('strategy', budgets.strategies, ({ index }) => strategyOf(index)),
      ...groupsOf('symbol', budgets.symbols, ({ venue, symbol }) => marketKey(venue, symbol)),
      ...groupsOf('venue', budgets.venues, ({ venue }) => venue),
    ];
    this.#ofMarket = instruments.map(({ index }) =>
      this.#groups.filter(({ markets }) => markets.includes(index)),
    );
  }

  /**
   * @param added lots that the order adds to what is open
   * @param at99 deviations that the value at risk at 99 % is
   */
  refuse(order: OrderIntent, added: number, equity: number, at99: number): Refusal | null {
    const groups = this.#ofMarket[order.instrument] as readonly Group[];
    if (groups.length === 0) return null;
    const change = this.#change(order, added);
    for (let at = 0; at < groups.length; at += 1) {
      const group = groups[at] as Group;
      const refusal =
        this.#refuseLoss(group, equity) ??
        this.#refuseRisk(group, order.instrument, change, equity, at99);
      if (refusal !== null) return refusal;
    }
    return null;
  }

  rows(equity: number, at99: number): readonly BudgetRow[] {
    const { held } = this.#options.words;
    const known = (most: number): number | null => (Number.isFinite(most) ? most : null);
    return this.#groups.map((group) => ({
      scope: group.scope,
      valueAtRisk: shareOf(held.componentWith(group.markets, 0, 0) * at99, equity),
      valueAtRiskMax: known(group.valueAtRiskMax),
      lossToday: this.#lossToday(group, equity),
      lossTodayMax: known(group.lossTodayMax),
    }));
  }

  #refuseLoss(group: Group, equity: number): Refusal | null {
    const limit = group.lossTodayMax;
    if (limit === Number.POSITIVE_INFINITY) return null;
    const measured = this.#lossToday(group, equity);
    if (measured < limit) return null;
    return { kind: 'risk-budget', scope: group.scope, what: 'daily-loss', measured, limit };
  }

  #refuseRisk(
    group: Group,
    instrument: number,
    change: number,
    equity: number,
    at99: number,
  ): Refusal | null {
    const limit = group.valueAtRiskMax;
    if (limit === Number.POSITIVE_INFINITY) return null;
    const { held } = this.#options.words;
    const before = held.componentWith(group.markets, instrument, 0);
    const after = held.componentWith(group.markets, instrument, change);
    if (after <= before) return null;
    const measured = shareOf((after + this.#openBeside(group, instrument)) * at99, equity);
    if (measured <= limit) return null;
    return { kind: 'risk-budget', scope: group.scope, what: 'value-at-risk', measured, limit };
  }

  /** Money that the position changes by when everything open on the side of the order fills. */
  #change({ instrument, side }: OrderIntent, added: number): number {
    const { words, check } = this.#options;
    const { buyLots, sellLots } = check.exposure(instrument);
    const worth = words.worthOf(instrument, check.lastMidTicks(instrument));
    return (side === 'buy' ? buyLots + added : -sellLots - added) * worth;
  }

  /** What the orders that are open in its other markets can add, whichever of them fill. */
  #openBeside({ markets }: Group, instrument: number): number {
    let sum = 0;
    for (let at = 0; at < markets.length; at += 1) {
      const other = markets[at] as number;
      if (other !== instrument) sum += this.#options.words.openOf(other);
    }
    return sum;
  }

  #lossToday({ markets }: Group, equity: number): number {
    let loss = 0;
    for (let at = 0; at < markets.length; at += 1) {
      loss += this.#options.day.lossOf(markets[at] as number);
    }
    return lossFraction(loss, equity);
  }
}
