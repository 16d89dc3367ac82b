import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../../src/core/rng.ts';
import { BookPlayback } from '../../../../src/simulation/replay/playback/book-playback.ts';
import {
  DELAYED_MAX,
  DelayedOrders,
  drawLatencyUs,
  takerBps,
} from '../../../../src/simulation/replay/playback/delayed-orders.ts';
import {
  type SlippageOptions,
  SlippageStudy,
} from '../../../../src/simulation/replay/playback/slippage-study.ts';
import { blockOf, KIND, type MarketRecord, SIDE } from '../../../../src/storage/columns/record.ts';
import { aRecord } from '../../../storage/columns/records.ts';
import { ONE_MARKET } from '../../../support/columns/store-options.ts';

const START_US = 1_000_000;

const level = (side: number, price: number, quantity: number, atUs = 0): MarketRecord =>
  aRecord({ kind: KIND.depth, side, price, quantity, tsLocal: START_US + atUs });

const trade = (side: number, price: number, quantity: number, atUs = 0): MarketRecord =>
  aRecord({
    ...{ kind: KIND.trade, side, price, quantity },
    ...{ tsLocal: START_US + atUs, tsExchange: START_US + atUs },
  });

/** Bids 999 × 10 and 998 × 10, asks 1,001 × 10 and 1,002 × 10: the middle is 1,000. */
const BOOK = [
  level(SIDE.buy, 999, 10),
  level(SIDE.buy, 998, 10),
  level(SIDE.sell, 1_001, 10),
  level(SIDE.sell, 1_002, 10),
];

function studied(records: readonly MarketRecord[], over: Partial<SlippageOptions> = {}) {
  const playback = new BookPlayback(ONE_MARKET);
  const options = { latency: null, fees: [{ fromNotional: 0, takerBps: 4 }], random: rngOf(1) };
  const study = new SlippageStudy(playback, ONE_MARKET, { ...options, ...over });
  study.play(blockOf(records));
  return { report: study.finish(), playback };
}

const counts = (records: readonly MarketRecord[]) =>
  studied(records).report.rows.map(({ orders }) => orders);

test('an order that the recording filled as its book says is no error', () => {
  const { report } = studied([...BOOK, trade(SIDE.buy, 1_001, 4), trade(SIDE.sell, 999, 10, 5)]);
  const [touch] = report.rows;
  assert.is(touch?.orders, 2);
  assert.equal([touch?.errorBpsMean, touch?.errorBpsP50, touch?.errorBpsP95], [0, 0, 0]);
  assert.ok(Math.abs((touch?.modelBps ?? 0) - 10) < 1e-9, 'one of a thousand is ten bps');
  assert.is(touch?.recordedBps, touch?.modelBps);
});

test('trades of one moment and side are one order, which walks the book', () => {
  const trades = [trade(SIDE.buy, 1_001, 10), trade(SIDE.buy, 1_002, 5)];
  const { report } = studied([...BOOK, ...trades]);
  const row = report.rows[1];
  assert.is(row?.orders, 1);
  assert.is(row?.errorBpsMean, 0);
  assert.equal(counts([...BOOK, ...trades]), [0, 1, 0, 0]);
});

test('the book is the one that the order met, not the one that it left', () => {
  const [first, ...rest] = studied([
    ...BOOK,
    trade(SIDE.buy, 1_001, 10),
    level(SIDE.sell, 1_001, 0),
  ]).report.rows;
  assert.is(first?.errorBpsMean, 0);
  assert.ok(rest.every(({ orders }) => orders === 0));
});

test('tickers between trades of one order do not part it; a change of the book does', () => {
  const ticker = aRecord({ kind: KIND.bbo, side: SIDE.sell, price: 1_002, quantity: 1 });
  const pair = [trade(SIDE.buy, 1_001, 5), trade(SIDE.buy, 1_001, 5)] as const;
  const sum = (records: readonly MarketRecord[]) =>
    counts(records).reduce((all, some) => all + some, 0);
  assert.is(sum([...BOOK, pair[0], ticker, pair[1]]), 1);
  assert.is(sum([...BOOK, pair[0], level(SIDE.sell, 1_001, 5), pair[1]]), 2);
});

test('a fill that was better than its book is an error above zero, a worse one below', () => {
  for (const [price, sign] of [
    [1_000, 1],
    [1_003, -1],
  ] as const) {
    const { report } = studied([...BOOK, trade(SIDE.buy, price, 1)]);
    const [row] = report.rows;
    assert.is(Math.sign(row?.errorBpsMean ?? 0), sign);
    const wanted = Math.abs(((1_001 - price) / 1_000) * 10_000);
    assert.ok(Math.abs((row?.errorBpsP95 ?? 0) - wanted) < 0.006);
  }
});

test('orders without a book, or larger than it, are counted apart', () => {
  const { report } = studied([trade(SIDE.buy, 1_001, 1), ...BOOK, trade(SIDE.sell, 998, 500, 9)]);
  assert.equal([report.withoutBook, report.beyondBook], [1, 1]);
  assert.equal(
    report.rows.map(({ orders }) => orders),
    [0, 0, 0, 0],
  );
});

test('an order on its way meets the book as it is on arrival, and pays its tier', () => {
  const latency = { p50Ms: 2, p99Ms: 2 };
  const fees = [
    { fromNotional: 0, takerBps: 4 },
    { fromNotional: 0.001, takerBps: 2 },
  ];
  const { report } = studied(
    [
      ...BOOK,
      trade(SIDE.buy, 1_001, 10),
      level(SIDE.sell, 1_001, 0, 1_000),
      level(SIDE.sell, 1_002, 10, 2_500),
      trade(SIDE.buy, 1_002, 10, 3_000),
    ],
    { latency, fees },
  );
  const { delayed } = report;
  assert.equal([delayed?.orders, delayed?.unfilled, delayed?.latencyMsMean], [2, 0, 2]);
  // First: 1,002 against 1,000. Second: 1,002 against (999 + 1,002) / 2.
  const wanted = (20 + ((1_002 - 1_000.5) / 1_000.5) * 10_000) / 2;
  assert.ok(Math.abs((delayed?.shortfallBps ?? 0) - wanted) < 1e-9);
  assert.is(delayed?.feeBps, 3, 'the first pays 4, and has reached the tier of 2');
});

test('what arrives at a book that is gone is not filled', () => {
  const latency = { p50Ms: 1, p99Ms: 1 };
  const gone = aRecord({ kind: KIND.clear, side: SIDE.none, tsLocal: START_US + 10 });
  const { report } = studied([...BOOK, trade(SIDE.buy, 1_001, 1), gone], { latency });
  assert.equal([report.delayed?.orders, report.delayed?.unfilled], [0, 1]);
});

const someRecord = fc.record({
  kind: fc.constantFrom(KIND.depth, KIND.depth, KIND.trade, KIND.bbo, KIND.clear),
  side: fc.constantFrom(SIDE.buy, SIDE.sell),
  price: fc.integer({ min: 990, max: 1_010 }),
  quantity: fc.integer({ min: 0, max: 20 }),
  stepUs: fc.integer({ min: 0, max: 3_000 }),
});

test('a study leaves the state of a plain replay, and looks at every order once', () => {
  fc.assert(
    fc.property(fc.array(someRecord, { maxLength: 60 }), (steps) => {
      let atUs = START_US;
      const records = steps.map(({ stepUs, ...fields }) => {
        atUs += stepUs;
        return aRecord({ ...fields, tsLocal: atUs, tsExchange: atUs });
      });
      const plain = new BookPlayback(ONE_MARKET);
      plain.play(blockOf(records));
      const { playback, report } = studied(records, { latency: { p50Ms: 1, p99Ms: 5 } });
      assert.is(playback.hash(), plain.hash());
      const compared = report.rows.reduce((sum, { orders }) => sum + orders, 0);
      const trades = records.filter(({ kind, quantity }) => kind === KIND.trade && quantity > 0);
      assert.ok(compared + report.withoutBook + report.beyondBook <= trades.length);
      const { orders = 0, unfilled = 0 } = report.delayed ?? {};
      assert.is(orders + unfilled, compared + report.beyondBook);
    }),
  );
});

test('latencies have the median and the 99th percentile that they are given', () => {
  const random = rngOf(11);
  const model = { p50Ms: 5, p99Ms: 40 };
  const draws = Array.from({ length: 20_000 }, () => drawLatencyUs(model, random)).sort(
    (left, right) => left - right,
  );
  assert.ok(Math.abs((draws[10_000] as number) / 5_000 - 1) < 0.05);
  assert.ok(Math.abs((draws[19_800] as number) / 40_000 - 1) < 0.15);
  assert.is(drawLatencyUs({ p50Ms: 0, p99Ms: 3 }, random), 0);
  assert.throws(() => drawLatencyUs({ p50Ms: 2, p99Ms: 1 }, random), /not below the median/);
});

test('the highest tier that a notional has reached holds', () => {
  const tiers = [
    { fromNotional: 0, takerBps: 4 },
    { fromNotional: 100, takerBps: 3 },
  ];
  assert.equal(
    [0, 99, 100, 1e9].map((notional) => takerBps(tiers, notional)),
    [4, 4, 3, 3],
  );
});

test('orders arrive by their time, and no more than a bound are on their way', () => {
  const orders = new DelayedOrders<number>();
  assert.equal([orders.take(), orders.dueUs], [null, Number.POSITIVE_INFINITY]);
  for (const dueUs of [5, 1, 3]) orders.send(dueUs, dueUs);
  assert.equal([orders.take(), orders.take(), orders.take()], [1, 3, 5]);
  for (let sent = 0; sent < DELAYED_MAX; sent += 1) assert.ok(orders.send(sent, sent));
  assert.is(orders.send(7, 7), false);
});

test.run();
