const PLAIN = /^(\d+)(?:\.(\d+))?$/;
/** No coin is so plentiful, and a checksum takes no longer numbers. */
const BELOW = 1e25;

/**
 * A plain decimal as a double in units of 10^-decimals, beyond 2^53 too: of coins worth next to
 * nothing 10^8 rest at one price, and sellers hide at prices of 10^8, which with eight decimals is
 * no safe integer any more. Such numbers end in zeros, so the nearest double has their digits all
 * the same; where it has not, the checksum of the book tells.
 *
 * @returns NaN when malformed, finer than `decimals` or of more than 25 digits
 */
export function wideDecimal(text: string, decimals: number): number {
  const parts = PLAIN.exec(text);
  if (parts === null) return Number.NaN;
  const fraction = (parts[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return Number.NaN;
  const value = Number(`${parts[1]}${fraction.padEnd(decimals, '0')}`);
  return value < BELOW ? value : Number.NaN;
}
