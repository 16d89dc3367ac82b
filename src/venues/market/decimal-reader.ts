const DOT = 0x2e;
const ZERO = 0x30;
/** More places than these no instrument has. */
const TENS = Float64Array.from({ length: 23 }, (_, places) => 10 ** places);

/**
 * Reads plain decimals of a frame in one pass: finds their end and their value together. Anything
 * that is not in the usual form is NaN and is left to whoever reads with more care.
 */
export class DecimalReader {
  /** Behind the last decimal. */
  end = 0;

  /**
   * A decimal without sign in units of 10^-decimals; NaN when there is none, or it is finer or
   * beyond the safe integers.
   */
  read(bytes: Uint8Array, start: number, decimals: number): number {
    let at = start;
    let value = 0;
    let digit = (bytes[at] as number) - ZERO;
    for (; digit >= 0 && digit <= 9; digit = (bytes[at] as number) - ZERO) {
      value = value * 10 + digit;
      at += 1;
    }
    const whole = at - start;
    let places = 0;
    if (bytes[at] === DOT && whole > 0) {
      const first = at + 1;
      at = first;
      digit = (bytes[at] as number) - ZERO;
      for (; digit >= 0 && digit <= 9; digit = (bytes[at] as number) - ZERO) {
        value = value * 10 + digit;
        at += 1;
      }
      places = at - first;
      if (places === 0 || places > decimals) return Number.NaN;
    }
    this.end = at;
    if (whole === 0) return Number.NaN;
    if (places < decimals) value *= TENS[decimals - places] as number;
    return value > Number.MAX_SAFE_INTEGER ? Number.NaN : value;
  }
}
