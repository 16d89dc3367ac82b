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
