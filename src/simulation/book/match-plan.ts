import { type Instrument, quoteAmount } from '../../core/instrument.ts';
import { type Amount, amountOf, type Lots, NO_AMOUNT, type Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { crosses, type Level, opposite, type RestingOrder } from './order-book.ts';

/** What happens when an order meets one of the same account; the taker's mode decides. */
export type SelfTradePrevention = 'none' | 'expire-taker' | 'expire-maker' | 'expire-both';

export type MatchStep =
  | { readonly kind: 'trade'; readonly maker: RestingOrder; readonly lots: Lots }
  | { readonly kind: 'expire-maker'; readonly maker: RestingOrder; readonly lots: Lots };

/** What an incoming order would do to the book, step by step, before anything is done. */
export interface MatchPlan {
  readonly steps: readonly MatchStep[];
  readonly filledLots: Lots;
  /** Own resting order at which the incoming order ends; null when it meets none. */
  readonly endsAt: RestingOrder | null;
}

export interface Incoming {
  readonly side: Side;
  /** Null for the crowd, whose members are many, so that it may trade with itself. */
  readonly owner: string | null;
  /** Worst price; null for none. */
  readonly limitTicks: Ticks | null;
  /** Infinity when only `quoteMax` bounds it. */
  readonly lots: number;
  /** Quote amount that the trades may come to; null for no bound. */
  readonly quoteMax: Amount | null;
  readonly selfTradePrevention: SelfTradePrevention;
}

/** The two sides of a book: levels from the best on, in each the orders by time. */
export interface BookSides {
  best(side: Side): Level | null;
  /** The next level of a side behind a price. */
  worse(side: Side, ticks: number): Level | null;
}

/**
 * Walks the other side from its best price, each queue from its head. Planning first lets a
 * fill-or-kill order, a balance check and an order by quote amount see exactly the trades that
 * follow. Costs a step per resting order met.
 */
export function planMatch(instrument: Instrument, book: BookSides, incoming: Incoming): MatchPlan {
  const steps: MatchStep[] = [];
  const side = opposite(incoming.side);
  let left = incoming.lots;
  let quoteLeft = incoming.quoteMax;
  let filled = 0;
  let level = book.best(side);
  while (level !== null && left > 0) {
    if (incoming.limitTicks !== null && !crosses(incoming.side, incoming.limitTicks, level)) break;
    let maker: RestingOrder | null = level.first;
    while (maker !== null && left > 0) {
      if (incoming.owner !== null && incoming.owner === maker.owner) {
        const mode = incoming.selfTradePrevention;
        if (mode === 'expire-maker' || mode === 'expire-both') {
          steps.push({ kind: 'expire-maker', maker, lots: maker.lots });
        }
        if (mode === 'expire-taker' || mode === 'expire-both') {
          return { steps, filledLots: filled as Lots, endsAt: maker };
        }
        if (mode === 'expire-maker') {
          maker = maker.next;
          continue;
        }
      }
      const lots = Math.min(left, maker.lots, affordable(instrument, level.ticks, quoteLeft));
      if (lots === 0) return { steps, filledLots: filled as Lots, endsAt: null };
      steps.push({ kind: 'trade', maker, lots: lots as Lots });
      filled += lots;
      left -= lots;
      if (quoteLeft !== null) {
        quoteLeft = amountOf(quoteLeft - quoteAmount(instrument, level.ticks, lots as Lots));
        if (lots < maker.lots) left = 0;
      }
      maker = maker.next;
    }
    level = book.worse(side, level.ticks);
  }
  return { steps, filledLots: filled as Lots, endsAt: null };
}

/** Exact quote amount of the trades of a plan. */
export function planQuote(instrument: Instrument, plan: MatchPlan): Amount {
  let quote = NO_AMOUNT;
  for (const step of plan.steps) {
    if (step.kind !== 'trade') continue;
    quote = amountOf(quote + quoteAmount(instrument, step.maker.ticks, step.lots));
  }
  return quote;
}

/** The most lots at a price whose quote amount does not exceed `quoteMax`. */
function affordable(instrument: Instrument, ticks: Ticks, quoteMax: Amount | null): number {
  if (quoteMax === null) return Number.POSITIVE_INFINITY;
  const perLot = BigInt(ticks) * BigInt(instrument.tickSteps) * BigInt(instrument.lotSteps);
  const decimals = instrument.priceDecimals + instrument.quantityDecimals;
  // Amounts are cut off at 10^-8, so one lot more may cost nothing more: take all below the next.
  const bound = (quoteMax + 1n) * 10n ** BigInt(decimals);
  const scaled = perLot * 100_000_000n;
  return Number((bound + scaled - 1n) / scaled - 1n);
}
