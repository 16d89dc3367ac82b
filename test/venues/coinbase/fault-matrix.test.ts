/**
 * What can go wrong between the venue and our books, on the venue's own server: every book is
 * right again, or marked stale, within the bound that is stated here. Times are virtual.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aCoinbaseFeed } from '../../support/coinbase/feed.ts';

/** A missing frame is seen at the next one, which is a heartbeat at the latest. */
const SEEN_MS = 1_100;
/** A dead socket is seen after three silent seconds, at the next look. */
const SILENCE_MS = 3_600;
/** The venue takes a connection of one address each four seconds. */
const RECONNECT_MS = 4_500;
/** The longest pause between attempts, reached when the venue stays away. */
const BACKOFF_MS = 30_500;

function aLiveFeed() {
  const tested = aCoinbaseFeed();
  assert.ok(tested.until(tested.isLive, 2_000) < 2_000, 'live within two seconds');
  tested.run(500);
  assert.ok(tested.seen.quotes > 10);
  return tested;
}

for (const [name, fault, times] of [
  ['left out', 'skip', 1],
  ['left out five times in a row', 'skip', 5],
  ['overtaken by the next', 'reorder', 1],
] as const) {
  test(`after a frame that is ${name} the books are right again`, () => {
    const tested = aLiveFeed();
    tested.facade.faults.planFrames('BTC-USD', fault, times);
    const seenMs = tested.until(() => !tested.isLive(), 5_000);
    assert.ok(seenMs <= SEEN_MS, `seen after ${seenMs} ms`);
    assert.ok(tested.seen.lost.includes('gap'));
    // What is left of the order would hit the snapshot of the next connection.
    tested.facade.faults.clear();
    assert.ok(tested.until(tested.isLive, 60_000) <= RECONNECT_MS);
    assert.ok(tested.isRight());
    assert.equal([tested.seen.wrong, tested.seen.connects], [0, 2]);
  });
}

test('frames that come twice change nothing', () => {
  const tested = aLiveFeed();
  tested.facade.faults.planFrames('*', 'duplicate', 20);
  tested.run(3_000);
  assert.ok(tested.isLive() && tested.isRight());
  assert.equal([tested.stream.channels.duplicates, tested.seen.connects], [20, 1]);
  assert.is(tested.seen.wrong, 0);
});

test('after a connection that is cut the books are right again', () => {
  const tested = aLiveFeed();
  tested.facade.dropAll();
  assert.ok(tested.until(() => !tested.isLive(), 1_000) < 100);
  assert.ok(tested.until(tested.isLive, 60_000) <= RECONNECT_MS);
  assert.ok(tested.isRight() && tested.seen.wrong === 0);
});

test('a half-open socket is noticed by its missing heartbeats', () => {
  const tested = aLiveFeed();
  tested.facade.goDumb();
  assert.ok(tested.until(() => !tested.isLive(), 30_000) <= SILENCE_MS);
  assert.ok(tested.until(tested.isLive, 60_000) <= RECONNECT_MS);
  assert.ok(tested.isRight() && tested.seen.wrong === 0);
});

test('while the venue is under maintenance its books are stale, and right after it', () => {
  const tested = aLiveFeed();
  tested.facade.isInMaintenance = true;
  tested.facade.dropAll();
  tested.run(100);
  assert.not(tested.isLive());
  tested.run(120_000);
  assert.not(tested.isLive());
  tested.facade.isInMaintenance = false;
  const backMs = tested.until(tested.isLive, 120_000);
  assert.ok(backMs <= BACKOFF_MS, `back after ${backMs} ms`);
  assert.ok(tested.isRight() && tested.seen.wrong === 0);
});

test('a halted product is stale at once, and right as soon as it trades again', () => {
  const tested = aLiveFeed();
  const [btc, eth] = tested.stream.views;
  tested.facade.board.setStatus('BTC-USD', 'offline');
  assert.ok(tested.until(() => btc?.isLive === false, 1_000) < 100);
  assert.equal(tested.seen.lost, ['halted']);
  assert.ok(eth?.isLive, 'the other product goes on');
  tested.run(2_000);
  tested.facade.board.setStatus('BTC-USD', 'online');
  assert.ok(tested.until(tested.isLive, 1_000) < 100);
  assert.ok(tested.isRight());
  assert.equal([tested.seen.wrong, tested.seen.connects], [0, 1]);
});

test('F19: a tick that changes while we run makes the product stale: orders follow the old', () => {
  const tested = aLiveFeed();
  tested.facade.board.announceTick('BTC-USD', '0.05');
  assert.ok(tested.until(() => !tested.isLive(), 1_000) < 100);
  assert.equal(tested.seen.lost, ['rules-changed']);
  tested.facade.dropAll();
  tested.run(RECONNECT_MS);
  assert.not(tested.isLive(), 'a new connection does not make it right');
  tested.facade.board.announceTick('BTC-USD', null);
  assert.ok(tested.until(tested.isLive, 1_000) < 100);
  assert.ok(tested.isRight() && tested.seen.wrong === 0);
});

test('any mixture of faults ends with books that are right', () => {
  const tested = aLiveFeed();
  const { faults } = tested.facade;
  for (let round = 0; round < 6; round += 1) {
    faults.planFrames('*', 'duplicate', 3);
    faults.planFrames('ETH-USD', 'reorder', 1);
    faults.planFrames('BTC-USD', 'skip', round);
    if (round % 3 === 2) tested.facade.goDumb();
    tested.run(2_500);
  }
  faults.clear();
  assert.ok(tested.until(tested.isLive, 120_000) <= SILENCE_MS + BACKOFF_MS);
  assert.ok(tested.isRight() && tested.seen.wrong === 0);
  assert.ok(tested.seen.connects > 2 && tested.seen.trades > 0);
});

test.run();
