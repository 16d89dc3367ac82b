import { type Instrument, quoteAmount } from '../../core/instrument.ts';
import type { Amount, Lots, Ticks } from '../../core/units.ts';

const BPS = 10_000n;
const AMOUNT_UNIT = 100_000_000n;

/** Lots that a stop for a position has: all of it, at most what one order may have, or none. */
export function stopLots({ lotsMin, lotsMax }: Instrument, position: number): Lots {
  const lots = Math.min(Math.abs(position), lotsMax);
  return (lots < lotsMin ? 0 : lots) as Lots;
}

/** Whether the venue would find an order of so many lots to be too small. */
export function isDust(instrument: Instrument, ticks: Ticks, lots: Lots): boolean {
  return quoteAmount(instrument, ticks, lots) < instrument.notionalMin;
}

/**
 * The trigger of a stop at a distance from the average entry, exact, and rounded so that it wakes
 * earlier: below a long position up, above a short one down.
 *
 * @param position signed lots, not 0
 * @param cost what they cost (long) or brought in (short)
 * @param stopBps 1 … 9,999
 */
export function stopTicks(
  instrument: Instrument,
  position: number,
  cost: Amount,
  stopBps: number,
): Ticks {
  const { priceDecimals, quantityDecimals, tickSteps, lotSteps, ticksMin, ticksMax } = instrument;
  const isLong = position > 0;
  const share = BPS + BigInt(isLong ? -stopBps : stopBps);
  const scale = 10n ** BigInt(priceDecimals + quantityDecimals);
  const whole = cost * scale * share;
  const unit = BigInt(tickSteps) * BigInt(lotSteps) * AMOUNT_UNIT * BPS;
  const each = unit * BigInt(Math.abs(position));
  const ticks = Number(isLong ? (whole + each - 1n) / each : whole / each);
  return Math.min(Math.max(ticks, ticksMin), ticksMax) as Ticks;
}
