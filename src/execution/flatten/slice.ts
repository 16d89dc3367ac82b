import { type Instrument, notionalAt } from '../../core/instrument.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { Side } from '../order.ts';

/** What is known of one instrument at the moment in which a slice is cut. */
export interface Exposed {
  /** Signed lots against what was deposited. */
  readonly position: number;
  /** Lots of orders of ours that may still trade, on both sides together. */
  readonly openLots: number;
  /** Best prices in ticks; 0 where there is no market. */
  readonly bidTicks: number;
  readonly askTicks: number;
  /** Monotonic time at which they were heard. */
  readonly quotedNs: number;
}

/** What flattening keeps to: limits of the pre-trade check, which looks again. */
export interface FlattenTerms {
  /** Largest slice, in quote currency. */
  readonly sliceNotional: number;
  /** Farthest limit price from the mid, in basis points. */
  readonly bandBps: number;
  /** Oldest quote that a slice is priced from. */
  readonly staleMs: number;
}

export type WaitReason = 'open-orders' | 'no-market' | 'stale-book' | 'wide-spread';

/** What to do about one instrument now. */
export type Slice =
  | { readonly kind: 'order'; readonly side: Side; readonly ticks: Ticks; readonly lots: Lots }
  | { readonly kind: 'flat' }
  /** What is left is smaller than the smallest order that the venue takes. */
  | { readonly kind: 'dust' }
  | { readonly kind: 'wait'; readonly why: WaitReason };

/** The edge of the band itself would be refused whenever rounding puts it beyond. */
const BAND_SHARE = 0.95;

/**
 * Cuts the next order that brings a position nearer to flat: a limit through the touch that is
 * never a market order, because those know no band. One order at a time, so that nothing that
 * is on its way can carry the position through zero.
 *
 * @param push how much of the band the limit may use up, 0 … 1
 */
export function nextSlice(
  instrument: Instrument,
  exposed: Exposed,
  terms: FlattenTerms,
  push: number,
  nowNs: number,
): Slice {
  const { position, bidTicks, askTicks } = exposed;
  if (exposed.openLots > 0) return { kind: 'wait', why: 'open-orders' };
  if (position === 0) return { kind: 'flat' };
  if (!(bidTicks > 0 && askTicks > 0)) return { kind: 'wait', why: 'no-market' };
  if ((nowNs - exposed.quotedNs) / 1e6 > terms.staleMs) return { kind: 'wait', why: 'stale-book' };
  const side = position > 0 ? 'sell' : 'buy';
  const all = Math.abs(position);
  const band = (terms.bandBps / 10_000) * BAND_SHARE;
  const ticks = limitTicks(instrument, exposed, side, all, { band, push });
  if (ticks === 0) return { kind: 'wait', why: 'wide-spread' };
  const least = leastLots(instrument, ticks);
  // A market whose smallest order by worth is above its largest takes none at all.
  if (all < least || least > instrument.lotsMax) return { kind: 'dust' };
  const lots = sliceLots(instrument, ticks, all, least, terms.sliceNotional) as Lots;
  return { kind: 'order', side, ticks: ticks as Ticks, lots };
}

/** A limit that meets the other side and stays in the band; 0 when there is none. */
function limitTicks(
  instrument: Instrument,
  { bidTicks, askTicks }: Exposed,
  side: Side,
  all: number,
  { band, push }: { readonly band: number; readonly push: number },
): number {
  const mid = (bidTicks + askTicks) / 2;
  if (side === 'buy') {
    const highest = Math.min(Math.floor(mid * (1 + band)), instrument.ticksMax);
    const ticks = Math.min(Math.ceil(askTicks * (1 + band * push)), highest);
    return ticks >= askTicks ? ticks : 0;
  }
  const lowest = Math.max(Math.ceil(mid * (1 - band)), instrument.ticksMin);
  // A little that is just worth an order at the bid is not worth one further down.
  const worthwhile = Math.ceil(notionalMinOf(instrument) / notionalAt(instrument, 1, all));
  const pushed = Math.floor(bidTicks * (1 - band * push));
  const ticks = Math.max(pushed, lowest, Math.min(worthwhile, Math.floor(bidTicks)));
  return ticks <= bidTicks ? ticks : 0;
}

/** The smallest order that the venue takes at a price. */
function leastLots(instrument: Instrument, ticks: number): number {
  const wanted = notionalMinOf(instrument);
  const worthwhile = Math.floor(wanted / notionalAt(instrument, ticks, 1));
  let lots: number = Math.max(instrument.lotsMin, worthwhile);
  // Exactly as it will be checked, so that rounding costs no order.
  while (notionalAt(instrument, ticks, lots) < wanted) lots += 1;
  return lots;
}

/** As much as one slice may be, but never so that too little for another order stays behind. */
function sliceLots(
  instrument: Instrument,
  ticks: number,
  all: number,
  least: number,
  sliceNotional: number,
): number {
  const affordable = Math.floor(sliceNotional / notionalAt(instrument, ticks, 1));
  const most = Math.max(least, Math.min(instrument.lotsMax, affordable));
  if (all <= most) return all;
  if (all - most >= least) return most;
  return all <= instrument.lotsMax ? all : Math.max(least, all - least);
}

function notionalMinOf(instrument: Instrument): number {
  return Number(instrument.notionalMin) / 1e8;
}
