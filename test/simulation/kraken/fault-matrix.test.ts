/**
 * What goes wrong on the way from the venue's book to ours, against the venue's own server: after
 * each fault the book is right again, or said to be lost, within the stated bound.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FrameFault } from '../../../src/simulation/binance/faults.ts';
import { aKrakenFeed } from '../../support/kraken/feed.ts';

const SYMBOL = 'BTC/USD';

async function aLiveFeed() {
  const feed = aKrakenFeed();
  await feed.churn(1_500);
  assert.ok(feed.isRight(), 'right before the fault');
  return feed;
}

test('without a fault the book is the venue’s after every step, and trades are told', async () => {
  const feed = await aLiveFeed();
  for (let step = 0; step < 100; step += 1) {
    await feed.churn(50);
    assert.ok(feed.isRight(), `step ${step}`);
  }
  assert.ok(feed.told.trades.length > 0);
  const tape = new Map(
    feed.market.tape
      .latest(1_000)
      .map(({ tradeId, ticks, lots, takerSide }) => [tradeId, [ticks, lots, takerSide]]),
  );
  for (const { tradeId, ticks, lots, takerSide } of feed.told.trades) {
    assert.equal(tape.get(tradeId), [ticks, lots, takerSide]);
  }
  assert.equal([feed.stream.mismatches, feed.stream.counts.malformed], [0, 0]);
});

/** Faults of single frames, with the longest time after which the book is right again. */
const frames: [fault: FrameFault, boundMs: number][] = [
  ['skip', 1_500],
  ['duplicate', 1_500],
  ['reorder', 1_500],
];
for (const [fault, boundMs] of frames) {
  test(`after frames that ${fault} the book is right again within ${boundMs} ms`, async () => {
    const feed = await aLiveFeed();
    const quotes = feed.told.quotes.length;
    feed.venue.facade.faults.planFrames(SYMBOL, fault, 3);
    await feed.churn(boundMs);
    assert.ok(feed.isRight());
    // Levels are told whole, so that a frame that comes twice does no harm.
    if (fault !== 'duplicate') assert.ok(feed.stream.mismatches > 0);
    for (const { bidTicks, askTicks } of feed.told.quotes.slice(quotes)) {
      assert.ok(bidTicks < askTicks, 'never crossed');
    }
  });
}

test('F13: a wrong checksum ends the book at once, and a new snapshot brings it back', async () => {
  const feed = await aLiveFeed();
  feed.venue.facade.publics.spoilChecksums(SYMBOL, 1);
  await feed.churn(50);
  const [lost] = feed.told.lost.slice(-1);
  assert.is(lost?.reason, 'checksum');
  await feed.churn(1_500);
  assert.ok(feed.isRight());
  assert.is(feed.stream.counts.gaps, 1);
});

test('checksums that stay wrong are asked after at a bounded rate', async () => {
  const feed = await aLiveFeed();
  feed.venue.facade.publics.spoilChecksums(SYMBOL, 10_000);
  const sent = feed.told.sent.length;
  await feed.churn(8_000);
  assert.not.ok(feed.view.isLive);
  const frames = feed.told.sent.length - sent;
  assert.ok(frames <= 10 + 2 * 8 + 2, `${frames} control frames in 8 s`);
  feed.venue.facade.publics.spoilChecksums(SYMBOL, 0);
  await feed.churn(5_000);
  assert.ok(feed.isRight());
});

test('a connection that is cut is made anew, and the book with it', async () => {
  const feed = await aLiveFeed();
  feed.venue.facade.dropAll();
  await feed.churn(50);
  assert.equal(
    feed.told.lost.slice(-1).map(({ reason }) => reason),
    ['disconnected'],
  );
  await feed.churn(3_000);
  assert.ok(feed.isRight());
  assert.is(feed.openings(), 2);
});

test('a half-open socket is noticed within 6 s, since heartbeats are missing', async () => {
  const feed = await aLiveFeed();
  const fromMs = feed.env.nowMs;
  const known = feed.told.lost.length;
  feed.venue.facade.goDumb();
  await feed.churn(6_000);
  const [lost] = feed.told.lost.slice(known);
  assert.ok(lost !== undefined && lost.atMs - fromMs <= 6_000);
  await feed.churn(3_000);
  assert.ok(feed.isRight());
});

test('a market that says nothing for a long time is not taken for a dead one', async () => {
  const feed = await aLiveFeed();
  await feed.env.advance(90_000);
  assert.is(feed.openings(), 1);
  assert.ok(feed.isRight());
});

test('a pair that is halted has no price, and has one again when it trades', async () => {
  const feed = await aLiveFeed();
  feed.venue.facade.state.setPair(SYMBOL, 'cancel_only');
  await feed.churn(100);
  assert.equal(
    feed.told.lost.slice(-1).map(({ reason, instrument }) => [reason, instrument]),
    [['halted', 0]],
  );
  const quotes = feed.told.quotes.length;
  await feed.churn(2_000);
  assert.is(feed.told.quotes.length, quotes);
  feed.venue.facade.state.setPair(SYMBOL, 'online');
  await feed.churn(50);
  assert.ok(feed.isRight());
  assert.ok(feed.told.quotes.length > quotes);
});

test('maintenance of the venue takes every price away until it is online', async () => {
  const feed = await aLiveFeed();
  const { state } = feed.venue.facade;
  state.setSystem('maintenance');
  await feed.churn(100);
  assert.not.ok(feed.view.isLive);
  state.setPair(SYMBOL, 'online');
  await feed.churn(100);
  assert.not.ok(feed.view.isLive, 'the pair being online does not open the venue');
  state.setSystem('cancel_only');
  await feed.churn(100);
  assert.not.ok(feed.view.isLive);
  state.setSystem('post_only');
  await feed.churn(100);
  assert.ok(feed.isRight());
  assert.equal(
    feed.told.facts.map((fact) => 'status' in fact && fact.status),
    ['online', 'maintenance', 'cancel-only', 'post-only'],
  );
});

test('F19: a tick that becomes finer while running makes the book anew, and bars it', async () => {
  const feed = await aLiveFeed();
  feed.venue.facade.state.refine(SYMBOL, 1);
  await feed.churn(50);
  assert.is(feed.told.lost.at(-1)?.reason, 'rules-changed');
  const quotes = feed.told.quotes.length;
  await feed.churn(2_000);
  assert.ok(feed.view.isSynced, "the book is the venue's by its own checksums");
  assert.equal(feed.view.rules, { priceDecimals: 2, quantityDecimals: 8 });
  assert.not(feed.view.isLive);
  assert.is(feed.view.barredBy, "tick: ours is 0.1, the venue's is 0.01");
  assert.is(feed.told.quotes.length, quotes, 'a fill off our grid could not be booked');
  feed.venue.facade.state.refine(SYMBOL, 0);
  await feed.churn(2_000);
  assert.ok(feed.isRight());
});

test('a subscription that is refused is asked for again, and said', async () => {
  const feed = aKrakenFeed();
  const refused = { kind: 'status', status: 429, retryAfterSeconds: 1, isExecuted: false } as const;
  feed.venue.facade.faults.planRequests('subscribe', refused, 3);
  await feed.churn(1_000);
  assert.not.ok(feed.view.isLive);
  assert.ok(feed.told.log.some((line) => line.includes('malformed-frame')));
  await feed.env.advance(15_000);
  await feed.churn(500);
  assert.ok(feed.isRight());
});

test('a frame of garbage is counted, and nothing else changes', async () => {
  const feed = await aLiveFeed();
  const frame = new TextEncoder().encode('<html>502 Bad Gateway</html>');
  feed.feed.onFrame(0, frame, feed.env.clock.mono());
  assert.is(feed.stream.counts.malformed, 1);
  await feed.churn(100);
  assert.ok(feed.isRight());
});

test.run();
