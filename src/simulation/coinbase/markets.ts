import { type MarketOptions, type NativeRules, OPEN_ORDERS_MAX } from '../exchange/market-rules.ts';
import type { FlowProfile } from '../flow/flow-profile.ts';

/** Stops count as orders like any other here, and there are no icebergs. */
const NATIVE: Partial<NativeRules> = { algoOrdersMax: OPEN_ORDERS_MAX, icebergPartsMax: 0 };

/** The markets of a Coinbase venue that is told nothing else. */
export const COINBASE_MARKETS: readonly MarketOptions[] = [
  {
    symbol: 'BTC-USD',
    base: 'BTC',
    quote: 'USD',
    tick: '0.01',
    lot: '0.00000001',
    priceMax: '1000000.00',
    quantityMax: '3400',
    marketQuantityMax: '120',
    notionalMin: '1',
    notionalMax: '9000000',
    native: NATIVE,
  },
  {
    symbol: 'ETH-USD',
    base: 'ETH',
    quote: 'USD',
    tick: '0.01',
    lot: '0.00000001',
    priceMax: '1000000.00',
    quantityMax: '42000',
    marketQuantityMax: '3000',
    notionalMin: '1',
    notionalMax: '9000000',
    native: NATIVE,
  },
];

export const COINBASE_FLOWS: Readonly<Record<string, FlowProfile>> = {
  'BTC-USD': {
    priceStart: '60000.00',
    eventsPerSecond: 60,
    halfSpreadBps: 1.8,
    volatilityAnnual: 0.5,
    quantityMedian: 0.02,
  },
  'ETH-USD': {
    priceStart: '2600.00',
    eventsPerSecond: 50,
    halfSpreadBps: 2.1,
    volatilityAnnual: 0.65,
    quantityMedian: 0.4,
  },
};
