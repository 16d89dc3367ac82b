import type { Instrument } from '../core/instrument.ts';

/** One that touches a limit is a rounding away from being beyond it. */
const HAIR = 1e-9;

/**
 * The hint of a refusal: the largest order that would pass, in whole lots; 0 when the least that
 * the venue takes would not, or nobody can tell.
 *
 * @param lots of the order that was refused
 * @param most that would pass, not whole; NaN where it is not known
 */
export function largestLots({ lotsMin }: Instrument, lots: number, most: number): number {
  const whole = Math.min(lots - 1, Math.floor(most * (1 - HAIR)));
  return whole >= lotsMin ? whole : 0;
}
