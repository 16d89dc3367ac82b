import { nodeTimers } from '../../../src/core/node-env.ts';
import { type Dictionary, dictionaryOf } from '../../../src/storage/columns/dictionary.ts';
import type {
  MarketStoreEvent,
  MarketStoreOptions,
} from '../../../src/storage/columns/threads/market-store.ts';

/** A market store with one market, small enough for a test. */
export function storeOptions(
  folder: string,
  changes: Partial<MarketStoreOptions> = {},
): MarketStoreOptions {
  return {
    folder,
    dictionary: ONE_MARKET,
    segmentBytes: 4_000_000,
    retention: { keepDays: 100_000, budgetBytes: 1e12 },
    isDryRun: false,
    sealsAtEnd: false,
    memoryMiB: 256,
    ringSlots: 65_536,
    timers: nodeTimers,
    lock: null,
    onEvent: () => {},
    ...changes,
  };
}

export const ONE_MARKET: Dictionary = dictionaryOf(
  ['binance'],
  [
    {
      instrument: 0,
      venue: 0,
      symbol: 'BTCUSDT',
      priceDecimals: 2,
      tickSteps: 1,
      quantityDecimals: 5,
      lotSteps: 1,
    },
  ],
);

export function gathered(): { events: MarketStoreEvent[]; onEvent: MarketStoreOptions['onEvent'] } {
  const events: MarketStoreEvent[] = [];
  return { events, onEvent: (event) => void events.push(event) };
}
