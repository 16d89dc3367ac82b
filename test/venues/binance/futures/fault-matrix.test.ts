/**
 * What can go wrong between the futures venue and our books, on the venue's own server: the book is
 * right again, or marked stale, within the bound that is stated here. Times are virtual.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aFuturesFeed } from '../../../support/futures/feed.ts';
import { ALICE } from '../../../support/venue/client.ts';
import { amount } from '../../../support/venue/fixtures.ts';

/** A missing diff is seen at the next, and diffs come each 100 ms. */
const SEEN_MS = 400;
/** From the snapshot's request to a live book, tries that come too early among them. */
const RESYNC_MS = 2_500;
/** A connection that answers no question is dead after eight seconds, at the next look. */
const SILENCE_MS = 9_000;
/** The longest pause between attempts, reached when the venue stays away. */
const BACKOFF_MS = 30_500;

function aLiveFeed() {
  const tested = aFuturesFeed();
  assert.ok(tested.until(tested.isLive, RESYNC_MS) < RESYNC_MS, 'live in time');
  tested.run(500);
  assert.ok(tested.seen.quotes > 5);
  return tested;
}

test('books, trades, marks and funding are told, on two connections', () => {
  const tested = aLiveFeed();
  tested.run(5_000);
  assert.ok(tested.isRight());
  assert.ok(tested.seen.trades > 0);
  const marks = tested.seen.facts.filter(({ kind }) => kind === 'mark-priced');
  assert.ok(marks.length >= 4, `${marks.length}`);
  const [mark] = marks;
  assert.ok(mark?.kind === 'mark-priced');
  assert.ok(Math.abs(mark.mark - 60_000) < 600 && mark.nextFundingMs > tested.time.clock.now());
  assert.is(tested.seen.connects, 2);
});

test('a forced order is told as a sample', () => {
  const tested = aLiveFeed();
  const { exchange, due } = tested.venue;
  assert.ok(exchange.transfer('alice', 'USDT', amount('-99000')).ok);
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.2' };
  assert.is(tested.ask('POST', '/fapi/v1/order', order, ALICE).status, 200);
  tested.market.price.pinned = 1 as never;
  due.measure();
  tested.run(100);
  assert.is(exchange.margin.position('alice', 'BTCUSDT').lots, 0);
  const sample = tested.seen.facts.find(({ kind }) => kind === 'liquidation-sampled');
  assert.ok(sample?.kind === 'liquidation-sampled' && sample.side === 'sell' && sample.lots > 0);
});

for (const [name, fault, times] of [
  ['left out', 'skip', 1],
  ['left out five times in a row', 'skip', 5],
  ['overtaken by the next', 'reorder', 1],
] as const) {
  test(`after a diff that is ${name} the book is right again`, () => {
    const tested = aLiveFeed();
    tested.venue.facade.faults.planFrames('BTCUSDT', fault, times);
    const seenMs = tested.until(() => tested.seen.lost.length > 0, 5_000);
    assert.ok(seenMs <= SEEN_MS + times * 100, `seen after ${seenMs} ms`);
    assert.is(tested.seen.lost[0], 'gap');
    tested.venue.facade.faults.clear();
    assert.ok(tested.until(tested.isLive, 60_000) <= RESYNC_MS);
    assert.ok(tested.isRight());
    assert.is(tested.seen.connects, 2);
  });
}

test('diffs that come twice change nothing', () => {
  const tested = aLiveFeed();
  tested.venue.facade.faults.planFrames('*', 'duplicate', 20);
  tested.run(3_000);
  assert.ok(tested.isRight());
  assert.equal([tested.seen.lost, tested.seen.connects], [[], 2]);
});

test('after a connection that is cut the book is right again', () => {
  const tested = aLiveFeed();
  tested.venue.facade.dropAll();
  assert.ok(tested.until(() => !tested.isLive(), 1_000) < 100);
  assert.ok(tested.until(tested.isLive, 60_000) <= RESYNC_MS);
  assert.ok(tested.isRight());
});

test('a half-open socket is noticed, since it answers no question', () => {
  const tested = aLiveFeed();
  tested.venue.facade.goDumb();
  assert.ok(tested.until(() => !tested.isLive(), 30_000) <= SILENCE_MS);
  assert.ok(tested.until(tested.isLive, 60_000) <= RESYNC_MS);
  assert.ok(tested.isRight());
});

for (const status of [429, 418]) {
  test(`a ban (${status}) leaves the book stale until it is over`, () => {
    const tested = aLiveFeed();
    const { faults } = tested.venue.facade;
    const refusal = { kind: 'status', status, retryAfterSeconds: 10, isExecuted: false } as const;
    faults.planRequests('depth', refusal, 1);
    faults.planFrames('BTCUSDT', 'skip', 1);
    tested.until(() => tested.seen.lost.length > 0, 5_000);
    assert.not(tested.isLive());
    const backMs = tested.until(tested.isLive, 60_000);
    assert.ok(backMs >= 9_000 && backMs <= 10_000 + RESYNC_MS, `back after ${backMs} ms`);
    assert.ok(tested.isRight());
  });
}

test('while the venue is under maintenance its book is stale, and right after it', () => {
  const tested = aLiveFeed();
  const { facade } = tested.venue;
  facade.isInMaintenance = true;
  facade.dropAll();
  tested.run(120_000);
  assert.not(tested.isLive());
  facade.isInMaintenance = false;
  assert.ok(tested.until(tested.isLive, 120_000) <= BACKOFF_MS + RESYNC_MS);
  assert.ok(tested.isRight());
});

test('the book of a halted market is its last one, no order is taken, and then it goes on', () => {
  const tested = aLiveFeed();
  for (const flow of tested.venue.flows) flow.stop();
  tested.market.isOpen = false;
  tested.run(3_000);
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' };
  const refused = tested.ask('POST', '/fapi/v1/order', order, ALICE);
  assert.equal([refused.status, refused.body.code], [400, -4108]);
  const [symbol] = tested.ask('GET', '/fapi/v1/exchangeInfo').body.symbols;
  assert.is(symbol.status, 'SETTLING');
  tested.market.isOpen = true;
  for (const flow of tested.venue.flows) flow.start();
  assert.ok(tested.until(tested.isLive, 10_000) <= RESYNC_MS);
  assert.ok(tested.isRight());
});

test('a tick that changes while we run: the book goes on, and orders off it are refused', () => {
  const tested = aLiveFeed();
  tested.venue.facade.tickSizes.set('BTCUSDT', '0.50');
  tested.run(1_000);
  assert.ok(tested.isRight());
  const place = (price: string) => {
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' };
    return tested.ask('POST', '/fapi/v1/order', { ...order, quantity: '0.01', price }, ALICE);
  };
  assert.is(place('50000.1').body.code, -4014);
  assert.is(place('50000.5').status, 200);
  const [symbol] = tested.ask('GET', '/fapi/v1/exchangeInfo').body.symbols;
  assert.is(symbol.filters[0].tickSize, '0.50');
});

test('any mixture of faults ends with a book that is right', () => {
  const tested = aLiveFeed();
  const { facade } = tested.venue;
  for (let round = 0; round < 6; round += 1) {
    facade.faults.planFrames('*', 'duplicate', 3);
    facade.faults.planFrames('BTCUSDT', 'reorder', 1);
    facade.faults.planFrames('BTCUSDT', 'skip', round);
    if (round % 3 === 2) facade.goDumb();
    tested.run(2_500);
  }
  facade.faults.clear();
  assert.ok(tested.until(tested.isLive, 120_000) <= SILENCE_MS + BACKOFF_MS);
  assert.ok(tested.isRight());
});

test.run();
