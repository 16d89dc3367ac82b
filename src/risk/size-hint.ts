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

/**
 * The largest size below one that does not pass, in at most some fifty steps of bisection; 0 when
 * the least that the venue takes is too much, too.
 */
export function largestPassing(
  { lotsMin }: Instrument,
  lots: number,
  passes: (size: number) => boolean,
): number {
  let largest = 0;
  let tooMany = lots;
  while (tooMany - largest > 1) {
    const middle = Math.floor((largest + tooMany) / 2);
    if (passes(middle)) largest = middle;
    else tooMany = middle;
  }
  return largest < lotsMin ? 0 : largest;
}
