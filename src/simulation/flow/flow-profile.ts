import { type Instrument, parseTicks } from '../../core/instrument.ts';

/** What a generated market is like. The mechanism is one; these numbers tell markets apart. */
export interface FlowProfile {
  /** Price of the first start, a decimal text; a later start goes on from where it was. */
  readonly priceStart: string;
  /** Orders placed, canceled and taken per second, on average over hours. */
  readonly eventsPerSecond: number;
  /** Distance from the fair price at which quotes are made in quiet times. */
  readonly halfSpreadBps: number;
  /** Of the fair price, as a fraction: 0.5 is 50 % a year. */
  readonly volatilityAnnual: number;
  /** Median size of an order near the touch, in units of base. */
  readonly quantityMedian: number;
}

/** What each number may be, both ends included. */
const RANGES = {
  eventsPerSecond: [0.1, 1_000],
  halfSpreadBps: [0.01, 100],
  volatilityAnnual: [0.001, 10],
  quantityMedian: [1e-8, 1e8],
} as const;

export const DEFAULT_FLOWS: Readonly<Record<string, FlowProfile>> = {
  BTCUSDT: {
    priceStart: '60000.00',
    eventsPerSecond: 60,
    halfSpreadBps: 1.8,
    volatilityAnnual: 0.5,
    quantityMedian: 0.02,
  },
  ETHUSDT: {
    priceStart: '2600.00',
    eventsPerSecond: 50,
    halfSpreadBps: 2.1,
    volatilityAnnual: 0.65,
    quantityMedian: 0.4,
  },
};

/** What makes no sense in a profile; null when all of it does. */
export function profileFault(
  profile: FlowProfile,
  instrument: Instrument,
): { readonly field: string; readonly found: string; readonly wanted: string } | null {
  const { priceStart } = profile;
  if (!(parseTicks(instrument, priceStart) >= instrument.ticksMin)) {
    return { field: 'priceStart', found: priceStart, wanted: 'a price on the grid of the market' };
  }
  for (const [field, [least, most]] of Object.entries(RANGES)) {
    const found = profile[field as keyof typeof RANGES];
    if (!(found >= least && found <= most)) {
      return { field, found: String(found), wanted: `${least} … ${most}` };
    }
  }
  return null;
}
