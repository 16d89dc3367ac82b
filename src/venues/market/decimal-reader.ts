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
   * A decimal without sign in units of 10^-decimals; zeros behind them are passed. NaN when there
   * is none, or it is finer or beyond the safe integers.
   */
  read(bytes: Uint8Array, start: number, decimals: number): number {
    let at = start;
    let value = 0;
    let digit = (bytes[at] as number) - ZERO;
    for (; digit >= 0 && digit <= 9; digit = (bytes[at] as number) - ZERO) {
      value = value * 10 + digit;
      at += 1;
    }
    if (at === start) return this.#nothing(at);
    let places = 0;
    if (bytes[at] === DOT) {
      at += 1;
      const last = at + decimals;
      const first = at;
      digit = (bytes[at] as number) - ZERO;
      for (; digit >= 0 && digit <= 9 && at < last; digit = (bytes[at] as number) - ZERO) {
        value = value * 10 + digit;
        at += 1;
      }
      places = at - first;
      while (bytes[at] === ZERO) at += 1;
      digit = (bytes[at] as number) - ZERO;
      if (at === first || (digit >= 0 && digit <= 9)) return this.#nothing(at);
    }
    this.end = at;
    if (places < decimals) value *= TENS[decimals - places] as number;
    return value > Number.MAX_SAFE_INTEGER ? Number.NaN : value;
  }

  #nothing(at: number): number {
    this.end = at;
    return Number.NaN;
  }
}
