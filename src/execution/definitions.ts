import type { Instrument } from '../core/instrument.ts';
import type { Lots } from '../core/units.ts';

/**
 * Says what an instrument's index means from here on. Journaled before the first order that uses
 * the index, and again when the venue's rules or the desk's list have changed, so that a journal
 * can be read without the configuration of its time.
 */
export interface InstrumentDefined {
  readonly kind: 'instrument-defined';
  readonly instrument: Instrument;
}

/** Whether two definitions agree in everything, so that the later one need not be journaled. */
export function isSameDefinition(left: Instrument, right: Instrument): boolean {
  const names = Object.keys(left) as (keyof Instrument)[];
  return names.every((name) => left[name] === right[name]);
}

/**
 * The same quantity on another grid of the same symbol.
 *
 * @returns null when it is not a whole number of the new lots, or beyond the safe integers
 */
export function regriddedLots(lots: Lots, from: Instrument, to: Instrument): Lots | null {
  const dividend = BigInt(lots) * BigInt(from.lotSteps) * 10n ** BigInt(to.quantityDecimals);
  const divisor = BigInt(to.lotSteps) * 10n ** BigInt(from.quantityDecimals);
  if (dividend % divisor !== 0n) return null;
  const whole = Number(dividend / divisor);
  return Number.isSafeInteger(whole) ? (whole as Lots) : null;
}
