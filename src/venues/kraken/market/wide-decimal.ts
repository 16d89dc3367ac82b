const PLAIN = /^(\d+)(?:\.(\d+))?$/;

/**
 * A plain decimal as a double in units of 10^-decimals, beyond 2^53 too: of coins worth next to
 * nothing 10^8 rest at one price, and sellers hide at prices of 10^8, which with eight decimals is
 * no safe integer any more. Such numbers end in zeros, so the nearest double has their digits all
 * the same; where it has not, the checksum of the book tells.
 *
 * @returns NaN when malformed or finer than `decimals`
 */
export function wideDecimal(text: string, decimals: number): number {
  const parts = PLAIN.exec(text);
  if (parts === null) return Number.NaN;
  const fraction = (parts[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return Number.NaN;
  return Number(`${parts[1]}${fraction.padEnd(decimals, '0')}`);
}
