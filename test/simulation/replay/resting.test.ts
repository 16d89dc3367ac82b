/** Orders that rest in a recorded book: who is in front of them, and what fills them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aRecordedMarket } from '../../support/replay/recorded.ts';

test('100 ahead, a print of 80, a print of 30: the order is filled 10', () => {
  const { order, print, find } = aRecordedMarket();
  assert.equal(order('buy', '99.90', '50'), []);
  assert.equal(print('sell', ['99.90', '80']), []);
  assert.equal(print('sell', ['99.90', '30']), ['o1 10 at 99.90 maker']);
  assert.is(find('o1')?.status, 'partially-filled');
  assert.equal(print('sell', ['99.90', '100']), ['o1 40 at 99.90 maker']);
  assert.is(find('o1')?.status, 'filled');
});

test('the same on the other side', () => {
  const { order, print } = aRecordedMarket();
  order('sell', '100.10', '50');
  assert.equal(print('buy', ['100.10', '80']), []);
  assert.equal(print('buy', ['100.10', '30']), ['o1 10 at 100.10 maker']);
});

test('an order that improves the touch has nobody in front of it', () => {
  const { order, print } = aRecordedMarket();
  order('buy', '99.95', '50');
  assert.equal(print('sell', ['99.95', '7']), ['o1 7 at 99.95 maker']);
});

test('a print of the other taker at the price of an order does nothing to it', () => {
  const { order, print } = aRecordedMarket();
  order('buy', '99.95', '50');
  assert.equal(print('buy', ['99.95', '7']), []);
});

test('a print through an order fills all of it at its own price, whoever took', () => {
  for (const taker of ['sell', 'buy'] as const) {
    const { order, print } = aRecordedMarket();
    order('buy', '99.90', '50');
    assert.equal(print(taker, ['99.89', '1']), ['o1 50 at 99.90 maker'], taker);
  }
});

test('a print that happened before an order arrived does not concern it', () => {
  const { order, print } = aRecordedMarket();
  order('buy', '99.90', '50');
  assert.equal(print('sell', ['99.90', '500'], 11), []);
  assert.equal(print('sell', ['99.80', '500'], 21), []);
  assert.equal(print('sell', ['99.90', '130']), ['o1 30 at 99.90 maker'], 'all 100 were ahead');
});

test('the recorded other side coming to an order fills all of it, by diff or by ticker', () => {
  const byDiff = aRecordedMarket();
  byDiff.order('buy', '99.90', '50');
  assert.equal(byDiff.diff({ bids: [['99.90', '0']], asks: [['99.91', '5']] }), [], 'not yet');
  const down = byDiff.diff({ bids: [['99.80', '0']], asks: [['99.90', '5']] });
  assert.equal(down, ['o1 50 at 99.90 maker']);
  const byTicker = aRecordedMarket();
  byTicker.order('sell', '100.10', '50');
  assert.equal(byTicker.ticker(['100.09', '1'], ['100.20', '100']), []);
  const up = byTicker.ticker(['100.15', '1'], ['100.20', '100']);
  assert.equal(up, ['o1 50 at 100.10 maker']);
});

test('diffs that are older than the ticker do not bring the other side back', () => {
  const { order, ticker, play } = aRecordedMarket();
  ticker(['99.90', '100'], ['100.20', '100'], 1_020);
  order('buy', '100.10', '50', { type: 'limit-maker' });
  const old = play((script, ms) => script.diff(ms, [1_001, 1_010], [], [['100.10', '60']]));
  assert.equal(old, [], 'the best ask was gone at update 1020');
  const fresh = play((script, ms) => script.diff(ms, [1_011, 1_020], [], [['100.10', '0']]));
  assert.equal(fresh, []);
});

test('cancellations leave the front alone until the level is smaller than it', () => {
  const { order, diff, print } = aRecordedMarket();
  order('buy', '99.90', '50');
  diff({ bids: [['99.90', '160']] });
  diff({ bids: [['99.90', '100']] });
  diff({ bids: [['99.90', '60']] });
  assert.equal(print('sell', ['99.90', '60']), [], '60 were left in front');
  assert.equal(print('sell', ['99.90', '1']), ['o1 1 at 99.90 maker']);
});

test('a level that shrinks below the front clips it', () => {
  const { order, diff, print } = aRecordedMarket();
  order('buy', '99.90', '50');
  diff({ bids: [['99.90', '20']] });
  assert.equal(print('sell', ['99.90', '25']), ['o1 5 at 99.90 maker']);
});

test('the trade part of a level change is not counted twice: print first', () => {
  const { order, ticker, print } = aRecordedMarket();
  order('buy', '99.90', '50');
  assert.equal(print('sell', ['99.90', '80']), []);
  assert.equal(ticker(['99.90', '20'], ['100.10', '100']), []);
  assert.equal(print('sell', ['99.90', '30']), ['o1 10 at 99.90 maker']);
});

test('the trade part of a level change is not counted twice: level first', () => {
  const { order, ticker, print } = aRecordedMarket();
  order('buy', '99.90', '50');
  assert.equal(ticker(['99.90', '20'], ['100.10', '100']), []);
  const late = print('sell', ['99.90', '80'], 10);
  assert.equal(late, [], 'these are the 80 that are missing');
  assert.equal(print('sell', ['99.90', '30']), ['o1 10 at 99.90 maker']);
});

test('a trade that looked like a cancellation behind us comes off the front after all', () => {
  const { order, diff, ticker, print } = aRecordedMarket();
  order('buy', '99.90', '50');
  diff({ bids: [['99.90', '150']] });
  ticker(['99.90', '120'], ['100.10', '100']);
  assert.equal(print('sell', ['99.90', '30'], 10), []);
  assert.equal(print('sell', ['99.90', '75']), ['o1 5 at 99.90 maker'], '100 − 30 − 70 = 0');
});

test('half a cancellation and half a trade: only the trade was in front', () => {
  const { order, diff, print } = aRecordedMarket();
  order('buy', '99.90', '50');
  diff({ bids: [['99.90', '140']] });
  assert.equal(print('sell', ['99.90', '20']), []);
  diff({ bids: [['99.90', '100']] });
  assert.equal(print('sell', ['99.90', '85']), ['o1 5 at 99.90 maker'], '100 − 20 − 80 = 0');
});

test('prints that the level was refilled after do not swallow a later cancellation', () => {
  const { order, diff, print } = aRecordedMarket({ queue: { kind: 'power', n: 1 } });
  order('buy', '99.90', '50');
  print('sell', ['99.90', '40']);
  // 60 left in front; somebody refilled the level in the same interval.
  diff({ bids: [['99.90', '120']] });
  // Half are in front, and so half of the 60 that were taken back.
  diff({ bids: [['99.90', '60']] });
  assert.equal(print('sell', ['99.90', '35']), ['o1 5 at 99.90 maker']);
});

test('the optimistic queues bring an order on with cancellations, the pessimistic does not', () => {
  const filled = (['risk-averse', 'power', 'log'] as const).map((kind) => {
    const queue = kind === 'power' ? { kind, n: 3 } : { kind };
    const { order, diff, print } = aRecordedMarket({ queue });
    order('buy', '99.90', '50');
    diff({ bids: [['99.90', '250']] });
    diff({ bids: [['99.90', '150']] });
    return print('sell', ['99.90', '85']).join();
  });
  assert.equal(filled, ['', 'o1 7 at 99.90 maker', 'o1 32 at 99.90 maker']);
});

test('shrinkage that no print explained in time was a cancellation for good', () => {
  const { order, ticker, print, time } = aRecordedMarket();
  order('buy', '99.90', '50');
  ticker(['99.90', '20'], ['100.10', '100']);
  time.runUntil(time.clock.now() + 241);
  assert.equal(print('sell', ['99.90', '25'], 251), ['o1 5 at 99.90 maker']);
});

test('orders of one level are filled by time, and share what is left of a print', () => {
  const { order, print, diff } = aRecordedMarket();
  order('buy', '99.90', '10');
  diff({ bids: [['99.90', '130']] });
  order('buy', '99.90', '10');
  assert.equal(print('sell', ['99.90', '105']), ['o1 5 at 99.90 maker']);
  // 5 for the rest of the first, 30 that came between them, 1 for the second.
  assert.equal(print('sell', ['99.90', '36']), ['o1 5 at 99.90 maker', 'o2 1 at 99.90 maker']);
});

test('two orders are never filled by the same lots of a print', () => {
  const { order, print } = aRecordedMarket();
  order('buy', '99.95', '10');
  order('buy', '99.94', '10');
  assert.equal(print('sell', ['99.94', '15']), ['o1 10 at 99.95 maker', 'o2 5 at 99.94 maker']);
  order('buy', '99.95', '10');
  assert.equal(print('sell', ['99.92', '4']), ['o3 10 at 99.95 maker'], 'o3 has used it up');
  assert.equal(print('sell', ['99.92', '4']), ['o2 5 at 99.94 maker']);
});

test('two orders are never filled by the same lots of the other side', () => {
  const { order, diff } = aRecordedMarket();
  order('buy', '99.95', '10');
  order('buy', '99.94', '10');
  const first = diff({ bids: [['99.90', '0']], asks: [['99.93', '5']] });
  assert.equal(first, ['o1 10 at 99.95 maker'], 'o1 has used it up');
  assert.equal(diff({ asks: [['99.93', '6']] }), ['o2 10 at 99.94 maker'], 'fresh lots');
});

test('an order that is canceled loses its place, and those behind it keep theirs', () => {
  const { order, print, cancel } = aRecordedMarket();
  order('buy', '99.90', '10');
  order('buy', '99.90', '10');
  assert.ok(cancel('o1').ok);
  assert.equal(print('sell', ['99.90', '103']), ['o2 3 at 99.90 maker']);
  order('buy', '99.90', '10');
  assert.equal(print('sell', ['99.90', '20']), ['o2 7 at 99.90 maker'], 'o3 is behind 100 again');
});

test('after a gap only prints fill, and the market is closed until a snapshot', () => {
  const { order, place, play, print, market } = aRecordedMarket();
  order('buy', '99.90', '10');
  play((script, ms) => script.diff(ms, [2_000, 2_001], [], []));
  assert.is(market.isOpen, false);
  assert.is(market.counts.gaps, 1);
  assert.equal(market.depth('buy', 10), []);
  assert.is(market.best('buy'), null);
  const refused = place({ side: 'buy' }, ['99.90', '10']);
  assert.ok(!refused.ok && refused.error.kind === 'market-closed');
  assert.equal(print('sell', ['99.90', '60']), []);
  assert.equal(print('sell', ['99.90', '45']), ['o1 5 at 99.90 maker']);
  play((script, ms) => script.snapshot(ms, 3_000, [['99.90', '2']], [['100.10', '9']]));
  assert.is(market.isOpen, true);
  assert.equal(print('sell', ['99.90', '3']), ['o1 3 at 99.90 maker']);
});

test('an order that comes back before there is a book waits behind all that it shows', () => {
  const { order, print, exchange, play, market } = aRecordedMarket();
  play((script, ms) => script.diff(ms, [2_000, 2_001], [], []));
  exchange.market.book.add({
    orderId: 77,
    owner: 'nobody',
    side: 'buy',
    ticks: 9_990 as never,
    lots: 5 as never,
  });
  assert.equal(market.book.hitBy({ ...LATE, ticks: 9_990, lots: 1_000 }), []);
  play((script, ms) => script.snapshot(ms, 3_000, [['99.90', '40']], [['100.10', '9']]));
  const [hit] = market.book.hitBy({ ...LATE, ticks: 9_990, lots: 43 });
  assert.is(hit?.lots, 3);
  assert.equal(print('buy', ['100.10', '1']), []);
  assert.equal(order('buy', '99.90', '1'), []);
});

const LATE = { isBuyerMaker: true, venueMs: Number.MAX_SAFE_INTEGER };

test.run();
