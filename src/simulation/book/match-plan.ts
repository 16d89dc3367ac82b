import { type Instrument, quoteAmount } from '../../core/instrument.ts';
import { type Amount, amountOf, type Lots, NO_AMOUNT, type Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { crosses, type Level, leftOf, opposite, type RestingOrder } from './order-book.ts';

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
 * follow. Costs a step per resting order met, and per part of an iceberg.
 */
export function planMatch(instrument: Instrument, book: BookSides, incoming: Incoming): MatchPlan {
  const walk = new Walk(instrument, incoming);
  const side = opposite(incoming.side);
  const { limitTicks } = incoming;
  let level = book.best(side);
  while (level !== null && walk.left > 0) {
    if (limitTicks !== null && !crosses(incoming.side, limitTicks, level)) break;
    walk.takeLevel(level);
    level = book.worse(side, level.ticks);
  }
  const { steps, filledLots, endsAt } = walk;
  return { steps, filledLots, endsAt };
}

/** What an incoming order has met so far, and what is left of it. */
class Walk {
  readonly steps: MatchStep[] = [];
  filledLots = 0 as Lots;
  endsAt: RestingOrder | null = null;
  /** 0 when it goes no further, whatever is left of it. */
  left: number;
  #quoteLeft: Amount | null;
  readonly #instrument: Instrument;
  readonly #incoming: Incoming;

  constructor(instrument: Instrument, incoming: Incoming) {
    this.#instrument = instrument;
    this.#incoming = incoming;
    this.left = incoming.lots;
    this.#quoteLeft = incoming.quoteMax;
  }

  takeLevel(level: Level): void {
    const { owner, selfTradePrevention: mode } = this.#incoming;
    let icebergs: Part[] | null = null;
    for (let maker: RestingOrder | null = level.first; maker !== null; maker = maker.next) {
      if (this.left <= 0) return;
      if (owner !== null && owner === maker.owner && mode !== 'none') {
        this.#prevent(maker, mode);
        continue;
      }
      this.#take(maker, maker.lots);
      if (maker.hidden === 0) continue;
      icebergs ??= [];
      icebergs.push({ maker, hidden: maker.hidden });
    }
    // What icebergs show next stands behind all others, and behind what others showed before it.
    for (let at = 0; icebergs !== null && at < icebergs.length && this.left > 0; at += 1) {
      const { maker, hidden } = icebergs[at] as Part;
      const shown = Math.min(maker.tip, hidden);
      this.#take(maker, shown);
      if (shown < hidden) icebergs.push({ maker, hidden: hidden - shown });
    }
  }

  #prevent(maker: RestingOrder, mode: Exclude<SelfTradePrevention, 'none'>): void {
    if (mode !== 'expire-taker') {
      this.steps.push({ kind: 'expire-maker', maker, lots: leftOf(maker) });
    }
    if (mode === 'expire-maker') return;
    this.endsAt = maker;
    this.left = 0;
  }

  /** Takes what an order shows, or as much of it as is wanted and paid for. */
  #take(maker: RestingOrder, shown: number): void {
    const instrument = this.#instrument;
    const affordableLots = affordable(instrument, maker.ticks, this.#quoteLeft);
    const lots = Math.min(this.left, shown, affordableLots) as Lots;
    this.left -= lots;
    if (this.#quoteLeft !== null) {
      const quote = quoteAmount(instrument, maker.ticks, lots);
      this.#quoteLeft = amountOf(this.#quoteLeft - quote);
      if (lots < shown) this.left = 0;
    }
    if (lots === 0) return;
    this.steps.push({ kind: 'trade', maker, lots });
    this.filledLots = (this.filledLots + lots) as Lots;
  }
}

/** What an iceberg has left behind the part that it shows. */
interface Part {
  readonly maker: RestingOrder;
  readonly hidden: number;
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
