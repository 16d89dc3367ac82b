import { parseDecimal } from '../../../core/decimal.ts';
import { type Instrument, parseTicks } from '../../../core/instrument.ts';
import type { Ticks } from '../../../core/units.ts';

/**
 * A price as a client words it: fixed, or so far from another one. `#` is on the side that the
 * kind of order and its direction mean.
 */
export interface PriceWish {
  readonly sign: '' | '+' | '-' | '#';
  /** A decimal without sign. */
  readonly amount: string;
  /** The amount is in per cent of that other price. */
  readonly isPercent: boolean;
}

const REST_PRICE = /^([+\-#]?)(\d{1,16}(?:\.\d{1,16})?)(%?)$/;
const SOCKET_PRICE = /^([+-]?)(\d{1,16}(?:\.\d{1,16})?)$/;
/** A percentage is read to this many decimals: one millionth of the price. */
const PERCENT_DECIMALS = 4;
const PERCENT_UNITS = 1_000_000n;

/** `59000.0`, `+100`, `#1.5%`; null for what is no price. */
export function restPrice(text: string): PriceWish | null {
  const [, sign = '', amount = '', percent = ''] = REST_PRICE.exec(text) ?? [];
  const isPercent = percent !== '';
  if (amount === '' || (isPercent && sign === '')) return null;
  return { sign: sign as PriceWish['sign'], amount, isPercent };
}

/**
 * The same where the unit stands beside the number: `static`, `pct` or `quote`.
 *
 * @param type '' is static
 */
export function socketPrice(text: string, type: string): PriceWish | null {
  const [, sign = '', amount = ''] = SOCKET_PRICE.exec(text) ?? [];
  if (amount === '') return null;
  if (type === '' || type === 'static') {
    return sign === '' ? { sign: '', amount, isPercent: false } : null;
  }
  if (type !== 'pct' && type !== 'quote') return null;
  return { sign: sign === '-' ? '-' : '+', amount, isPercent: type === 'pct' };
}

/**
 * The price that is meant, on the grid; a percentage goes to the nearest tick.
 *
 * @param from what a relative price is counted from; NaN where there is none
 * @param meant the side of it that `#` means
 * @returns NaN for what is off the grid or not above 0
 */
export function meantTicks(
  wish: PriceWish,
  instrument: Instrument,
  from: number,
  meant: '+' | '-',
): Ticks {
  if (wish.sign === '') return aboveZero(parseTicks(instrument, wish.amount));
  const distance = distanceOf(wish, instrument, from);
  const sign = wish.sign === '#' ? meant : wish.sign;
  return aboveZero(sign === '-' ? from - distance : from + distance);
}

/** How far a relative price is from the one that it is counted from, in ticks; NaN off the grid. */
export function distanceOf(wish: PriceWish, instrument: Instrument, from: number): number {
  if (!wish.isPercent) return parseTicks(instrument, wish.amount);
  const share = parseDecimal(wish.amount, PERCENT_DECIMALS);
  if (Number.isNaN(share) || Number.isNaN(from)) return Number.NaN;
  // Price times millionths passes what a double holds.
  return Number((BigInt(from) * BigInt(share) + PERCENT_UNITS / 2n) / PERCENT_UNITS);
}

function aboveZero(ticks: number): Ticks {
  return (ticks > 0 ? ticks : Number.NaN) as Ticks;
}
