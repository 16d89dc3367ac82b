/**
 * Exact decimals: digits in, scaled safe integers out. A price is never divided by a tick in
 * floating point: `Math.floor(price / 0.01)` is wrong for one price in eight.
 */

const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;
const MINUS = 0x2d;

/**
 * Reads a plain decimal (`-12.3400`, no exponent) from ASCII bytes as an integer scaled by
 * 10^decimals.
 *
 * @returns NaN for an empty or malformed text, for non-zero digits beyond `decimals`, and beyond
 *   the safe integers; never a rounded value
 */
export function parseDecimalBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  decimals: number,
): number {
  let at = start;
  const isNegative = at < end && bytes[at] === MINUS;
  if (isNegative) at += 1;
  let value = 0;
  let digits = 0;
  let fraction = -1;
  for (; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= ZERO && byte <= NINE) {
      digits += 1;
      if (fraction >= 0) {
        fraction += 1;
        if (fraction > decimals) {
          if (byte !== ZERO) return Number.NaN;
          continue;
        }
      }
      value = value * 10 + (byte - ZERO);
      if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
    } else if (byte === DOT && fraction < 0 && digits > 0) {
      fraction = 0;
    } else {
      return Number.NaN;
    }
  }
  if (digits === 0 || fraction === 0) return Number.NaN;
  for (let filled = Math.max(fraction, 0); filled < decimals; filled += 1) value *= 10;
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return isNegative && value !== 0 ? -value : value;
}

/**
 * Reads a plain decimal without sign as a double in units of 10^-decimals: exact on the grid, and
 * with a fraction where the text is finer. For sizes and prices of a venue's book, where orders
 * from a time of finer ticks or lots may still rest.
 *
 * @returns NaN when malformed or beyond the safe integers
 */
export function parseFineDecimalBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  decimals: number,
): number {
  let value = 0;
  let fraction = -1;
  let finer = 0;
  let weight = 1;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= ZERO && byte <= NINE) {
      if (fraction >= 0) fraction += 1;
      if (fraction > decimals) {
        weight /= 10;
        finer += (byte - ZERO) * weight;
      } else {
        value = value * 10 + (byte - ZERO);
      }
    } else if (byte === DOT && fraction < 0 && at > start) {
      fraction = 0;
    } else {
      return Number.NaN;
    }
  }
  if (end === start || fraction === 0) return Number.NaN;
  for (let filled = Math.max(fraction, 0); filled < decimals; filled += 1) value *= 10;
  return value > Number.MAX_SAFE_INTEGER ? Number.NaN : value + finer;
}

const encoder = new TextEncoder();

/** The same as `parseDecimalBytes` for a string; for cold paths. */
export function parseDecimal(text: string, decimals: number): number {
  const bytes = encoder.encode(text);
  return parseDecimalBytes(bytes, 0, bytes.length, decimals);
}

/**
 * Reads a plain decimal as a bigint scaled by 10^decimals.
 *
 * @returns null for a malformed text or for non-zero digits beyond `decimals`
 */
export function parseBigDecimal(text: string, decimals: number): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return null;
  const fraction = match[3] ?? '';
  if (/[1-9]/.test(fraction.slice(decimals))) return null;
  const units = BigInt(`${match[2]}${fraction.slice(0, decimals).padEnd(decimals, '0')}`);
  return match[1] === '-' ? -units : units;
}

/** Writes an integer scaled by 10^decimals with exactly `decimals` digits behind the dot. */
export function formatDecimal(scaled: number | bigint, decimals: number): string {
  const isNegative = scaled < 0;
  const digits = String(isNegative ? -scaled : scaled).padStart(decimals + 1, '0');
  const sign = isNegative ? '-' : '';
  if (decimals === 0) return sign + digits;
  const cut = digits.length - decimals;
  return `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}

/** How many decimals a text carries once trailing zeros are dropped: 2 for `61737.63000000`. */
export function significantDecimals(text: string): number {
  const dot = text.indexOf('.');
  if (dot < 0) return 0;
  let end = text.length;
  while (end > dot + 1 && text.charCodeAt(end - 1) === ZERO) end -= 1;
  return end - dot - 1;
}
