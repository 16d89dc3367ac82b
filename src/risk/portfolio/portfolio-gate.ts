import type { Instrument } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import type { OrderIntent } from '../../execution/order.ts';
import type { Refusal } from '../approved-order.ts';
import type { RiskBudgets } from '../budgets/risk-budgets.ts';
import { valueAtRisk } from '../controls/portfolio.ts';
import type { CovarianceSource } from '../covariance/covariance-source.ts';
import type { PreTradeCheck } from '../pre-trade.ts';
import { largestLots } from '../size-hint.ts';
import type { WatchPort } from '../watch/watch-port.ts';
import { correlatedExposure, type Enlarging } from './correlation-exposure.ts';
import {
  type LossLimits,
  type LossMeasure,
  sdAllowed,
  shareOf,
  tightestLoss,
  type Usage,
} from './loss-limits.ts';
import type { PortfolioWords } from './portfolio-words.ts';

/** The oldest covariance, valuation and sample that orders are judged by. */
export const COVARIANCE_STALE_MS = 300_000;
export const EQUITY_STALE_MS = 30_000;
export const SAMPLE_STALE_MS = 30_000;

export interface PortfolioGateOptions {
  readonly port: WatchPort;
  readonly instruments: readonly Instrument[];
  readonly check: PreTradeCheck;
  readonly words: PortfolioWords;
  readonly source: CovarianceSource;
  readonly budgets: RiskBudgets;
  readonly nowMs: number;
}

type Stale = Extract<Refusal, { kind: 'stale-risk' }>;

/**
 * What the portfolio says of one order: the loss of a day at 95 and 99 %, its shortfall and the
 * heat, with every order that is open filled as badly as may be (C22), and what moves as one with
 * it (C04). It reads words that are computed beside the lane, and refuses when one of them is older
 * than its bound. An order that passes costs O(markets) and no allocation.
 */
export class PortfolioGate {
  /** What the desk is worth; NaN where nobody has known it yet, and then limits of it are blind. */
  equity = Number.NaN;
  /** When that was known last, and when the words were computed. */
  equityMs: number;
  sampledMs: number;
  readonly #options: PortfolioGateOptions;
  /** The other markets of the same asset, at whatever venue. */
  readonly #sameBase: readonly (readonly number[])[];
  readonly #wish: Enlarging = { asset: 0, after: 0, limit: 0, without: [] };
  readonly #limits = { valueAtRisk95Max: 0, valueAtRisk99Max: 0, shortfallMax: 0 };
  readonly #usage: Usage<LossMeasure> = {
    measure: 'value-at-risk-95',
    measured: 0,
    limit: 0,
    use: 0,
  };

  constructor(options: PortfolioGateOptions) {
    this.#options = options;
    const { instruments, nowMs } = options;
    this.equityMs = nowMs;
    this.sampledMs = nowMs;
    this.#sameBase = instruments.map(({ index, base }) =>
      instruments.filter((each) => each.base === base && each.index !== index).map(indexOf),
    );
  }

  /**
   * Null when the order passes. What lowers the risk, or leaves it as it is, always does.
   *
   * @param added lots that come to what is open: less than the order's where it is open already
   */
  refuse(order: OrderIntent, added: number, nowMs: number): Refusal | null {
    const stale = this.#stale(nowMs);
    if (stale !== null) return stale;
    const { equity } = this;
    if (Number.isNaN(equity)) return null;
    const { words, budgets, source } = this.#options;
    const unpriced = words.unpriced();
    if (unpriced !== null) return { kind: 'unpriced', instrument: unpriced };
    words.weigh(order.instrument);
    return (
      this.#refuseLoss(order, added) ??
      this.#refuseHeat(order, added) ??
      budgets.refuse(order, added, equity, source.tail.at99)
    );
  }

  /** The exposure of a market has changed: what the next order anywhere reads follows at once. */
  exposed(index: number): void {
    this.#options.words.weigh(index);
  }

  /**
   * Adds what is held of the same asset elsewhere to the notional of `target`, and puts in it what
   * is held beside and moves alike: the highest correlation above the limit, as the positions are
   * signed, and the notional of all that are above it; 0 and 0 where there is none.
   *
   * @param worst position of the market with everything open on the side of the order filled
   */
  beside(
    { instrument, side }: OrderIntent,
    worst: number,
    limit: number,
    target: { notional: number; correlation: number; otherNotional: number },
  ): void {
    const { words, source } = this.#options;
    const same = this.#sameBase[instrument] as readonly number[];
    target.notional = worst;
    for (let at = 0; at < same.length; at += 1) {
      target.notional += Math.abs(words.worst[same[at] as number] as number);
    }
    const wish = this.#wish;
    wish.asset = instrument;
    wish.after = side === 'buy' ? worst : -worst;
    wish.limit = limit;
    wish.without = same;
    correlatedExposure(source.correlations, words.worst, wish, target);
  }

  #refuseLoss(order: OrderIntent, added: number): Refusal | null {
    const { words, source, check } = this.#options;
    const { instrument, side, lots } = order;
    const limits = this.#numbers();
    const { buyLots, sellLots } = check.exposure(instrument);
    const beside = words.openBeside(instrument);
    const before = words.worstSdOf(instrument, buyLots, sellLots);
    const after =
      side === 'buy'
        ? words.worstSdOf(instrument, buyLots + added, sellLots)
        : words.worstSdOf(instrument, buyLots, sellLots + added);
    const allowed = sdAllowed(limits, source.tail, this.equity) - beside;
    const sdMax = Math.max(allowed, before);
    if (after <= sdMax) return null;
    const usage = this.#usage;
    tightestLoss(after + beside, this.equity, limits, source.tail, usage);
    const worth = words.worthOf(instrument, check.lastMidTicks(instrument));
    const ofSide = (side === 'buy' ? buyLots : sellLots) + added;
    const change = (side === 'buy' ? ofSide : -ofSide) * worth;
    const share = words.held.shareWithin(instrument, change, sdMax);
    const { measured, limit } = usage;
    const name = usage.measure === 'expected-shortfall' ? usage.measure : 'value-at-risk';
    const most = this.#largest(order, lots - (1 - share) * ofSide);
    return { kind: 'control', control: 'C22', name, measured, limit, largestLots: most };
  }

  #refuseHeat(order: OrderIntent, added: number): Refusal | null {
    const { words, check, port } = this.#options;
    const { instrument, side, lots } = order;
    const limit = port.limits().of(valueAtRisk).heatMax;
    const worth = words.worthOf(instrument, check.lastMidTicks(instrument));
    const ofMarket = (words.heats[instrument] as number) * worth;
    const before = Math.abs(words.worst[instrument] as number);
    const after = Math.max(before, check.exposure(instrument).worstWith(side, added) * worth);
    if (after <= before) return null;
    const heat = words.heat + (words.heats[instrument] as number) * (after - before);
    const money = limit * this.equity;
    if (heat <= money) return null;
    const measured = shareOf(heat, this.equity);
    const most = this.#largest(order, lots - (heat - money) / ofMarket);
    return { kind: 'control', control: 'C22', name: 'heat', measured, limit, largestLots: most };
  }

  #largest({ instrument, lots }: OrderIntent, most: number): number {
    return largestLots(this.#options.instruments[instrument] as Instrument, lots, most);
  }

  #stale(nowMs: number): Stale | null {
    const fault = this.#options.words.held.fault(nowMs, COVARIANCE_STALE_MS);
    if (fault !== null) {
      assert(fault.kind === 'stale', 'a covariance is assumed from the beginning');
      return stale('covariance', fault.ageMs, COVARIANCE_STALE_MS);
    }
    const equityAge = nowMs - this.equityMs;
    if (equityAge > EQUITY_STALE_MS) return stale('equity', equityAge, EQUITY_STALE_MS);
    const sampleAge = nowMs - this.sampledMs;
    if (sampleAge > SAMPLE_STALE_MS) return stale('portfolio', sampleAge, SAMPLE_STALE_MS);
    return null;
  }

  #numbers(): LossLimits {
    const { var95Fraction, varFraction, shortfallFraction } = this.#options.port
      .limits()
      .of(valueAtRisk);
    const limits = this.#limits;
    limits.valueAtRisk95Max = var95Fraction;
    limits.valueAtRisk99Max = varFraction;
    limits.shortfallMax = shortfallFraction;
    return limits;
  }
}

function stale(word: string, ageMs: number, limitMs: number): Stale {
  return { kind: 'stale-risk', word, ageMs, limitMs };
}

function indexOf({ index }: Instrument): number {
  return index;
}
