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

const LOTS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * A quantity of one grid in lots of another of the same symbol; what the new grid cannot hold is
 * cut off, towards zero.
 */
export function regriddedLots(
  lots: Lots,
  from: Instrument,
  to: Instrument,
): { readonly lots: Lots; readonly isExact: boolean } {
  const dividend = BigInt(lots) * BigInt(from.lotSteps) * 10n ** BigInt(to.quantityDecimals);
  const divisor = BigInt(to.lotSteps) * 10n ** BigInt(from.quantityDecimals);
  const whole = dividend / divisor;
  const held = whole > LOTS_MAX ? LOTS_MAX : whole < -LOTS_MAX ? -LOTS_MAX : whole;
  return { lots: Number(held) as Lots, isExact: held * divisor === dividend };
}
