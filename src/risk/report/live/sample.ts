import { type Instrument, priceAt } from '../../../core/instrument.ts';
import type { Situation } from '../../../execution/flatten/flattening.ts';
import { equityOf, type Funds } from '../../watch/valuation.ts';
import type { MarketPosition } from '../book.ts';

/** What the desk holds and is worth at one moment. */
export interface DeskSample {
  /** One for each market. */
  readonly positions: readonly MarketPosition[];
  /** In quote currency; NaN where nobody knows it. */
  readonly equity: number;
  /** Since the desk began, in quote currency; null where nobody knows it. */
  readonly profit: number | null;
}

/** A quote that is older says nothing of the price now. */
const QUOTE_MS_MAX = 60_000;

/** Where the risk of a desk is looked at from. */
export interface SampledDesk {
  readonly instruments: readonly Instrument[];
  readonly venues: readonly string[];
  /** Label of the strategy of a market; empty where none trades it. */
  readonly strategyOf: (instrument: number) => string;
}

/**
 * @param situation what the pre-trade check knows of each market
 * @param funds what the accounts hold; null before the portfolio has said
 */
export function sampleOf(
  { instruments, venues, strategyOf }: SampledDesk,
  situation: Situation,
  told: { readonly funds: Funds | null; readonly profit: number | null },
  nowNs: number,
): DeskSample {
  const mids = instruments.map(({ index }) => midOf(situation.exposed[index], nowNs));
  const positions = instruments.map((instrument, place): MarketPosition => {
    const { index, venue, symbol, base, lotSize } = instrument;
    const mid = mids[place] as number;
    return {
      market: `${venue} ${symbol}`,
      ...{ venue, symbol, base },
      strategy: strategyOf(index),
      quantity: (situation.exposed[index]?.position ?? 0) * lotSize,
      price: mid > 0 ? priceAt(instrument, mid) : Number.NaN,
    };
  });
  const { funds, profit } = told;
  const worth =
    funds === null
      ? [Number.NaN]
      : equityOf(funds, instruments, venues, (instrument) => mids[instrument] as number);
  return { positions, equity: worth.reduce((sum, each) => sum + each, 0), profit };
}

/** Half of the sum of bid and ask in ticks; 0 without a market, or with an old one. */
function midOf(exposed: Situation['exposed'][number] | undefined, nowNs: number): number {
  if (exposed === undefined) return 0;
  const { bidTicks, askTicks, quotedNs } = exposed;
  const isThere = bidTicks > 0 && askTicks > 0 && nowNs - quotedNs <= QUOTE_MS_MAX * 1e6;
  return isThere ? (bidTicks + askTicks) / 2 : 0;
}
