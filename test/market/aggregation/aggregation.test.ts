import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf, lotsOf } from '../../../src/core/units.ts';
import { Aggregation } from '../../../src/market/aggregation/aggregation.ts';
import type { BarClosed, BucketClosed } from '../../../src/market/aggregation/market-series.ts';
import type { Contract } from '../../../src/market/aggregation/market-track.ts';
import { aggregationSection } from '../../../src/market/aggregation/settings.ts';
import { Book } from '../../../src/market/book.ts';
import { BookShelf } from '../../../src/market/consolidated/book-shelf.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

type Level = readonly [ticks: number, lots: number];

interface Given {
  readonly venue: number;
  readonly symbol: string;
  readonly quote?: string;
  readonly base?: string;
  readonly contract?: Contract;
  readonly fee?: number;
  readonly lotsMin?: number;
  /** Whole units of the quote currency. */
  readonly notionalMin?: bigint;
}

const VENUES = ['a', 'b', 'c'];

/** Markets of the grid of `anInstrument`, whose books a test sets level by level. */
function desk(given: readonly Given[]) {
  const shelf = new BookShelf();
  const unsound: string[] = [];
  const bars: BarClosed[] = [];
  const buckets: BucketClosed[] = [];
  const markets = given.map((each, index) => ({
    instrument: {
      ...anInstrument(),
      ...{ index, venue: VENUES[each.venue] as string, symbol: each.symbol },
      ...{ base: each.base ?? 'BTC', quote: each.quote ?? 'USD' },
      ...{ lotsMin: lotsOf(each.lotsMin ?? 1) },
      ...{ notionalMin: amountOf((each.notionalMin ?? 0n) * 100_000_000n) },
    },
    venue: each.venue,
    contract: each.contract ?? 'spot',
    takerFeeFraction: each.fee ?? 0,
  }));
  const views = markets.map(({ instrument }) => {
    return { instrument, book: new Book(), isLive: true, eventMs: 0, queueOf: () => null };
  });
  for (const view of views) shelf.follow(view);
  const aggregation = new Aggregation(
    {
      ...{ markets, venues: VENUES.slice(0, 1 + Math.max(...given.map(({ venue }) => venue))) },
      ...{ shelf, settings: aggregationSection.parse({ barTrades: 2, barNotional: 1e9 }) },
      staleMs: () => 2_000,
      onUnsound: ({ instrument }, state) => void unsound.push(`${instrument.symbol} ${state}`),
      onBar: (closed) => void bars.push(closed),
      wantsBuckets: (instrument) => instrument === 0,
      onBucket: (closed) => void buckets.push(closed),
    },
    0,
  );
  const quote = (at: number, nowMs: number, bids: readonly Level[], asks: readonly Level[]) => {
    const view = views[at] ?? { book: new Book() };
    view.book.clear();
    for (const [ticks, lots] of bids) view.book.bids.set(ticks, lots);
    for (const [ticks, lots] of asks) view.book.asks.set(ticks, lots);
    const [[bidTicks, bidLots], [askTicks, askLots]] = [bids[0] ?? [0, 0], asks[0] ?? [0, 0]];
    const sizes = { bidLots, askLots };
    aggregation.onQuote(
      {
        ...{ kind: 'quote-updated', instrument: at, bidTicks, askTicks, ...sizes },
        ...{ updateId: 1, receivedNs: nowMs * 1e6 },
      },
      nowMs,
    );
  };
  return { aggregation, quote, views, unsound, bars, buckets, markets };
}

const { tickSize, lotSize } = anInstrument();
const TWO: readonly Given[] = [
  { venue: 0, symbol: 'BTC-A' },
  { venue: 1, symbol: 'BTC-B', fee: 0.001 },
];

test('the best execution splits a size over venues in the order of their prices after fees', () => {
  const { aggregation, quote } = desk(TWO);
  quote(
    0,
    100,
    [[9_990, 10]],
    [
      [10_000, 10],
      [10_020, 10],
    ],
  );
  quote(1, 100, [[9_990, 10]], [[10_005, 10]]);
  const found = aggregation.execution('BTC/USD', { side: 'buy', quantity: 25 * lotSize }, 150);
  assert.ok(found.ok);
  const { legs, filled, unfilled, net, fees, netPrice, worst } = found.value;
  assert.equal(
    legs.map(({ venue, lots }) => [venue, lots]),
    [
      ['a', 15],
      ['b', 10],
    ],
  );
  assert.ok(Math.abs(filled - 25 * lotSize) < 1e-12);
  assert.ok(unfilled < 1e-12);
  const expected = (10 * 10_000 + 10 * 10_005 * 1.001 + 5 * 10_020) * lotSize * tickSize;
  assert.ok(Math.abs(net - expected) < 1e-6 * expected);
  assert.ok(Math.abs(fees - 10 * 10_005 * 0.001 * lotSize * tickSize) < 1e-9);
  assert.ok(Math.abs((netPrice ?? 0) - expected / filled) < 1e-6);
  // With its fee 10,005 at b is 10,015: behind the first level at a, before the second.
  assert.ok(Math.abs((worst ?? 0) - 10_020 * tickSize) < 1e-9);
});

test('a market in another currency takes part at the rate of a market between them', () => {
  const given: readonly Given[] = [
    { venue: 0, symbol: 'BTC-USD' },
    { venue: 1, symbol: 'BTCUSDT', quote: 'USDT' },
    { venue: 2, symbol: 'USDT-USD', base: 'USDT' },
  ];
  const { aggregation, quote } = desk(given);
  quote(0, 100, [[9_990, 10]], [[10_010, 10]]);
  quote(1, 100, [[9_990, 10]], [[10_000, 10]]);
  const wish = { side: 'buy', quantity: 5 * lotSize } as const;
  const without = aggregation.execution('BTC/USD', wish, 110);
  assert.ok(without.ok);
  assert.equal(
    without.value.legs.map(({ venue }) => venue),
    ['a'],
  );
  assert.equal(without.value.leftOut, [
    { market: 'b BTCUSDT', why: 'no market says what USDT is worth in USD' },
  ]);
  // One tether is worth 99 ticks of 100: the dearer looking market is the cheaper one.
  const one = Math.round(1 / tickSize);
  quote(2, 110, [[one - 2, 10]], [[one, 10]]);
  const withRate = aggregation.execution('BTC/USD', wish, 120);
  assert.ok(withRate.ok);
  assert.equal(
    withRate.value.legs.map(({ venue }) => venue),
    ['b'],
  );
});

test('a perpetual is another asset than the thing itself', () => {
  const { aggregation, quote } = desk([
    { venue: 0, symbol: 'BTCUSD' },
    { venue: 1, symbol: 'BTCUSD', contract: 'perpetual' },
  ]);
  quote(0, 100, [[9_990, 10]], [[10_010, 10]]);
  quote(1, 100, [[9_990, 10]], [[10_000, 10]]);
  const wish = { side: 'buy', quantity: lotSize } as const;
  const spot = aggregation.execution('BTC/USD', wish, 110);
  const perpetual = aggregation.execution('BTC/USD:USD', wish, 110);
  assert.ok(spot.ok && perpetual.ok);
  assert.equal(
    spot.value.legs.map(({ venue }) => venue),
    ['a'],
  );
  assert.equal(
    perpetual.value.legs.map(({ venue }) => venue),
    ['b'],
  );
  const both = aggregation.execution('BTCUSD', wish, 110);
  assert.is(both.ok && both.value.pair, 'BTC/USD', 'of one name, the first');
});

test('a venue whose quotes are stale is left out and the next one takes its part', () => {
  const { aggregation, quote } = desk(TWO);
  quote(0, 100, [[9_990, 10]], [[10_000, 10]]);
  quote(1, 100, [[9_990, 10]], [[10_005, 10]]);
  const wish = { side: 'buy', quantity: 5 * lotSize } as const;
  const venueAt = (nowMs: number) => {
    const found = aggregation.execution('BTC-A', wish, nowMs);
    assert.ok(found.ok);
    return found.value.legs.map(({ venue }) => venue).join();
  };
  assert.is(venueAt(200), 'a');
  quote(1, 2_050, [[9_990, 10]], [[10_005, 10]]);
  assert.is(venueAt(2_101), 'b');
  assert.equal(aggregation.report(2_101).failover, ['b', 'a'], 'the silent one is tried last');
  assert.equal(aggregation.report(11_000).failover, ['b'], 'and then not at all');
  quote(0, 11_010, [[9_990, 10]], [[10_000, 10]]);
  quote(1, 11_010, [[9_990, 10]], [[10_005, 10]]);
  assert.is(venueAt(11_020), 'a', 'it comes back by itself');
});

test('a degraded venue takes part only where the others have too little', () => {
  const { aggregation, quote } = desk(TWO);
  quote(0, 100, [[9_990, 10]], [[10_000, 10]]);
  quote(1, 100, [[9_990, 10]], [[10_005, 10]]);
  for (let times = 0; times < 10; times += 1) aggregation.onAnswer(0, times > 1, 100);
  const legsOf = (lots: number) => {
    const wish = { side: 'buy', quantity: lots * lotSize } as const;
    const found = aggregation.execution('BTC/USD', wish, 110);
    assert.ok(found.ok);
    return found.value.legs.map(({ venue, lots: taken }) => `${venue} ${taken}`).join();
  };
  assert.is(legsOf(10), 'b 10', 'though a is cheaper');
  assert.is(legsOf(12), 'a 10,b 2');
  assert.equal(aggregation.report(110).failover, ['b', 'a']);
  aggregation.onAnnounced('b', 'maintenance');
  assert.is(legsOf(10), 'a 10', 'a venue that is down never takes part');
  assert.match(aggregation.report(110).venues[1]?.reasons.join() ?? '', 'announced maintenance');
});

test('a part that is less than its venue takes goes to the others', () => {
  const { aggregation, quote } = desk([
    { venue: 0, symbol: 'BTC-A' },
    { venue: 1, symbol: 'BTC-B', lotsMin: 6 },
    { venue: 2, symbol: 'BTC-C' },
  ]);
  quote(0, 100, [[9_990, 10]], [[10_000, 10]]);
  quote(1, 100, [[9_990, 10]], [[10_001, 10]]);
  quote(2, 100, [[9_990, 10]], [[10_002, 10]]);
  const found = aggregation.execution('BTC/USD', { side: 'buy', quantity: 15 * lotSize }, 110);
  assert.ok(found.ok);
  assert.equal(
    found.value.legs.map(({ venue, lots }) => [venue, lots]),
    [
      ['a', 10],
      ['c', 5],
    ],
  );
  assert.equal(found.value.leftOut, [
    { market: 'b BTC-B', why: 'its part is less than the venue takes' },
  ]);
});

test('a size below the least notional of the only venue is not filled, and says why', () => {
  const { aggregation, quote } = desk([{ venue: 0, symbol: 'BTC-A', notionalMin: 1_000_000n }]);
  quote(0, 100, [[9_990, 10]], [[10_000, 10]]);
  const found = aggregation.execution('BTC-A', { side: 'sell', quantity: lotSize }, 110);
  assert.ok(found.ok);
  const { filled, price, worst, unfilled } = found.value;
  assert.equal([filled, price, worst, unfilled], [0, null, null, lotSize]);
});

test('a size that is none and a market that nobody follows are refused by name', () => {
  const { aggregation } = desk(TWO);
  for (const quantity of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const found = aggregation.execution('BTC/USD', { side: 'buy', quantity }, 0);
    assert.is(!found.ok && found.error.kind, 'bad-quantity');
  }
  const unknown = aggregation.execution('ETH/USD', { side: 'buy', quantity: 1 }, 0);
  const error = { kind: 'unknown-market', found: 'ETH/USD', known: ['BTC/USD'] };
  assert.equal(unknown, { ok: false, error });
  assert.equal(aggregation.series('ETH/USD', 'time', 1), { ok: false, error });
});

test('a crossed, locked or negative book is told once, priced from never, and heals itself', () => {
  const { aggregation, quote, unsound } = desk(TWO);
  const stateOf = () => aggregation.report(200).markets[0]?.state;
  quote(0, 100, [[10_001, 1]], [[10_000, 1]]);
  quote(0, 101, [[10_002, 1]], [[10_000, 1]]);
  assert.equal(unsound, ['BTC-A crossed']);
  assert.is(stateOf(), 'crossed');
  quote(0, 102, [[10_000, 1]], [[10_000, 1]]);
  assert.is(stateOf(), 'locked');
  quote(0, 103, [[10_000, -1]], [[10_001, 1]]);
  assert.is(stateOf(), 'negative');
  assert.equal(unsound, ['BTC-A crossed', 'BTC-A locked', 'BTC-A negative']);
  const found = aggregation.execution('BTC-A', { side: 'buy', quantity: lotSize }, 200);
  assert.ok(found.ok);
  assert.is(found.value.filled, 0);
  quote(0, 201, [[9_999, 1]], [[10_001, 1]]);
  assert.is(stateOf(), 'sound');
  assert.equal(unsound.length, 3);
});

test('a book with one side is no mistake of the feed, and has no price', () => {
  const { aggregation, quote, unsound } = desk(TWO);
  quote(0, 100, [[9_999, 1]], [[10_001, 1]]);
  quote(0, 101, [], [[10_001, 1]]);
  assert.is(aggregation.report(200).markets[0]?.state, 'one-sided');
  quote(0, 102, [[9_999, 1]], []);
  assert.is(aggregation.report(200).markets[0]?.state, 'one-sided');
  assert.equal(unsound, []);
  const found = aggregation.execution('BTC-A', { side: 'buy', quantity: lotSize }, 200);
  assert.ok(found.ok && found.value.filled === 0);
});

test('a feed that gave its book up, or has none yet, is lost and counts as a fault', () => {
  const { aggregation, quote, views } = desk(TWO);
  assert.is(aggregation.report(0).markets[0]?.state, 'lost');
  quote(0, 100, [[9_990, 1]], [[10_000, 1]]);
  for (let times = 0; times < 5; times += 1) {
    aggregation.onQuote({ kind: 'quote-lost', instrument: 0, reason: 'gap' }, 110);
  }
  quote(0, 120, [[9_990, 1]], [[10_000, 1]]);
  const [venue] = aggregation.report(130).venues;
  assert.is(venue?.health, 'degraded');
  assert.match(venue?.reasons.join() ?? '', '5 faults a minute');
  quote(0, 60_200, [[9_990, 1]], [[10_000, 1]]);
  assert.is(aggregation.report(60_200).venues[0]?.health, 'up', 'a minute later it is forgotten');
  (views[0] as { isLive: boolean }).isLive = false;
  assert.is(aggregation.report(60_201).markets[0]?.state, 'lost');
});

test('venues that cross by more than both fees are news, counted once each time', () => {
  const { aggregation, quote, unsound } = desk(TWO);
  quote(0, 100, [[9_990, 1]], [[10_000, 1]]);
  quote(1, 100, [[10_005, 1]], [[10_020, 1]]);
  aggregation.tick(110);
  const [pair] = aggregation.report(110).pairs;
  assert.ok((pair?.crossedBps ?? 0) < 0, 'the fee of ten basis points is more than the five');
  quote(1, 120, [[10_100, 1]], [[10_120, 1]]);
  aggregation.tick(130);
  aggregation.tick(140);
  const report = aggregation.report(140);
  assert.is(report.crossings, 1);
  assert.ok((report.pairs[0]?.crossedBps ?? 0) > 80);
  assert.equal(unsound, [], 'it is no fault of a book');
  assert.equal(
    report.venues.map(({ health }) => health),
    ['up', 'up'],
  );
});

test('failover prefers the venue with the shorter round trip among those that are well', () => {
  const { aggregation, quote } = desk(TWO);
  quote(0, 100, [[9_990, 1]], [[10_000, 1]]);
  quote(1, 100, [[9_990, 1]], [[10_000, 1]]);
  assert.equal(aggregation.report(110).failover, ['a', 'b']);
  aggregation.onRoundTrip(0, 80);
  aggregation.onRoundTrip(1, 20);
  assert.equal(aggregation.report(110).failover, ['b', 'a']);
  assert.is(aggregation.report(110).venues[1]?.roundTripMs, 20);
});

test('bars and buckets close on data and are told to whoever wants them', () => {
  const { aggregation, quote, bars, buckets } = desk(TWO);
  const trade = (instrument: number, tradeId: number, venueMs: number, lots = 1) =>
    aggregation.onTrade(
      {
        ...{ kind: 'trade-printed', instrument, ticks: 10_000, lots, takerSide: 'buy' },
        ...{ tradeId, venueMs, receivedNs: 0 },
      },
      venueMs,
    );
  trade(0, 1, 1_000);
  trade(0, 2, 2_000);
  trade(0, 3, 70_000);
  trade(1, 1, 1_000);
  trade(1, 2, 1_000, 0);
  assert.equal(
    bars.map(({ series, bar }) => `${series} ${bar.instrument} ${bar.trades}`),
    ['trades 0 2', 'imbalance 0 2', 'time 0 2'],
  );
  const time = aggregation.series('BTC/USD', 'time', 10);
  assert.ok(time.ok);
  assert.equal(
    time.value.map(({ rows }) => rows.length),
    [1, 0],
  );
  for (const ms of [1, 2, 9, 30]) {
    quote(0, ms, [[9_990, 1]], [[10_000 + ms, 1]]);
    quote(1, ms, [[9_990, 1]], [[10_000, 1]]);
  }
  assert.ok(buckets.length >= 2);
  assert.ok(
    buckets.every(({ instrument }) => instrument === 0),
    'nobody wants those of the other',
  );
  const kept = aggregation.series('BTC-B', 'buckets', 1);
  assert.ok(kept.ok);
  assert.is(kept.value[0]?.rows.length, 1);
});

test('what is about a market or venue that the desk does not have changes nothing', () => {
  const { aggregation, quote } = desk(TWO);
  quote(7, 100, [[1, 1]], [[2, 1]]);
  aggregation.onQuote({ kind: 'quote-lost', instrument: 9, reason: 'gap' }, 1);
  aggregation.onAnnounced('z', 'maintenance');
  aggregation.onAnswer(9, false, 1);
  aggregation.onRoundTrip(9, 1);
  assert.is(aggregation.report(110).venues.length, 2);
});

test.run();
