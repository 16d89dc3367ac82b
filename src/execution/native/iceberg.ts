import type { Instrument } from '../../core/instrument.ts';
import type { Lots } from '../../core/units.ts';

/**
 * The least share of an order that a setting may have shown: every venue that keeps icebergs takes
 * ten parts.
 */
export const SHOWN_SHARE_MIN = 0.1;

/**
 * What the book shows at a time of an order of which a share is to show, in whole lots and never
 * less than the venue takes; null where that is all of it.
 *
 * @param share `SHOWN_SHARE_MIN` … 1
 */
export function shownLotsOf(lots: number, share: number, { lotsMin }: Instrument): Lots | null {
  if (share >= 1) return null;
  const shown = Math.max(lotsMin, Math.ceil(lots * share));
  return shown < lots ? (shown as Lots) : null;
}
