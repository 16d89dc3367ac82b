/**
 * What a position may lose over one period, as positive losses in the unit of the returns it was
 * estimated from; negative where even the tail gains.
 */
export interface TailRisk {
  /** The loss that is exceeded with the chance 1 − level. */
  readonly valueAtRisk: number;
  /**
   * The mean of the worst 1 − level (Acerbi and Tasche 2002); never less than the value at risk.
   */
  readonly expectedShortfall: number;
}

/** An argument outside what the function is defined for. */
export interface OutOfRange {
  readonly kind: 'out-of-range';
  readonly name: string;
  readonly found: number;
  readonly wanted: string;
}

/** Null for a level between 0 and 1, exclusive. */
export function levelFault(level: number): OutOfRange | null {
  if (level > 0 && level < 1) return null;
  return { kind: 'out-of-range', name: 'level', found: level, wanted: 'above 0 and below 1' };
}

/** The same loss on more money, or over a longer horizon by the square root of time. */
export function scaledRisk({ valueAtRisk, expectedShortfall }: TailRisk, by: number): TailRisk {
  return { valueAtRisk: valueAtRisk * by, expectedShortfall: expectedShortfall * by };
}
