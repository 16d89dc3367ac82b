/** How figures of risk are written for people: never a NaN, a dash where nothing is known. */

/** A fraction as per cent; small ones keep their digits. */
export function percent(fraction: number | null, decimals = 2): string | null {
  return fraction === null ? null : `${(fraction * 100).toFixed(decimals)} %`;
}

/** Of quote currency, to the cent. */
export function money(amount: number | null): string | null {
  return amount === null ? null : amount.toFixed(2);
}

/** The chance of a test. */
export function chance(p: number): string {
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 19);
}
