import type { MarketPort, MarketReport } from '../../../src/commands/market-data/market-port.ts';
import { err, ok } from '../../../src/core/result.ts';
import type { ExecutionQuote } from '../../../src/market/aggregation/pair-market.ts';

/** A report of one venue that is well and one that was never heard of. */
export const A_REPORT: MarketReport = {
  venues: [
    {
      ...{ venue: 'kraken', health: 'up', reasons: [], silentMs: 12, roundTripMs: 10 },
      ...{ markets: 1, liveMarkets: 1, clockAheadMs: -3, clockErrorMs: 5 },
    },
    {
      ...{ venue: 'coinbase', health: 'down', reasons: ['silent'], silentMs: null },
      ...{ roundTripMs: null, markets: 1, liveMarkets: 0 },
      ...{ clockAheadMs: null, clockErrorMs: null },
    },
  ],
  markets: [
    {
      ...{ venue: 'kraken', symbol: 'BTC/USD', pair: 'BTC/USD', state: 'sound', ageMs: 12 },
      ...{ takerFeeBps: 4, lateTrades: 0, lateEvents: 0, bucketUs: 5_000 },
      ...{ score: 99.94, missing: 1, latency: { medianMs: 7, p99Ms: 9, errorMs: 5 } },
    },
    {
      ...{ venue: 'coinbase', symbol: 'BTC-USD', pair: 'BTC/USD', state: 'lost', ageMs: null },
      ...{ takerFeeBps: 6.5, lateTrades: 0, lateEvents: 0, bucketUs: 5_000 },
      ...{ score: null, missing: 0, latency: null },
    },
  ],
  pairs: [
    { pair: 'BTC/USD', bid: { market: 'kraken BTC/USD', price: 100 }, ask: null, crossedBps: null },
  ],
  failover: ['kraken'],
  crossings: 2,
  backfill: { waiting: 1, fetched: 20, givenUp: 2, tooLarge: 1, partly: 0 },
};

/** Of 1 base at 100. */
export const A_QUOTE: ExecutionQuote = {
  ...{ pair: 'BTC/USD', side: 'buy', currency: 'USD', asked: 1, filled: 1, unfilled: 0 },
  ...{ price: 100, netPrice: 100.04, worst: 100, net: 100.04, fees: 0.04 },
  legs: [
    {
      ...{ venue: 'kraken', symbol: 'BTC/USD', quantity: 1, lots: 100, price: 100 },
      ...{ net: 100.04, fees: 0.04 },
    },
  ],
  leftOut: [{ market: 'coinbase BTC-USD', why: 'its book is lost' }],
};

/** A market that has 2 base and no more, and one bar of each kind. */
export const A_MARKET: MarketPort = {
  report: async () => A_REPORT,
  async quote(symbol, { quantity }) {
    if (symbol !== 'BTC/USD') return err(`no market is called ${symbol}`);
    const filled = Math.min(quantity, 2);
    return ok({ ...A_QUOTE, asked: quantity, filled, unfilled: quantity - filled });
  },
  queues: async () => [
    {
      ...{ market: 'kraken BTC/USD', clientId: 'c-1', side: 'buy', price: '99.5', left: '0.4' },
      ...{ ahead: '1.2', ordersAhead: 3, level: '1.9' },
    },
    {
      ...{ market: 'binance BTCUSDT', clientId: 'c-2', side: 'sell', price: '101.0', left: '1' },
      ...{ ahead: null, ordersAhead: null, level: null },
    },
  ],
  async bars(symbol, series) {
    if (symbol !== 'BTC/USD') return err(`no market is called ${symbol}`);
    const market = 'kraken BTC/USD';
    if (series === 'buckets') {
      return ok([
        {
          ...{ market, startUs: 10_000, endUs: 15_000, events: 3 },
          ...{ firstMid: 100, lastMid: 100.5, highMid: 101, lowMid: 99.5 },
        },
      ]);
    }
    return ok([
      {
        ...{ market, openAt: '2023-11-14T22:13:00.000Z', closeAt: '2023-11-14T22:14:00.000Z' },
        ...{ open: '100.0', high: '101.0', low: '99.5', close: '100.5' },
        ...{ quantity: '1.50', bought: '1.00', notional: 150, trades: 3 },
      },
    ]);
  },
};
