/**
 * Books by order from the matching engine to the desk: token, snapshot, updates, checksum; and what
 * goes wrong on the way. After each fault the book is right again, to the last place of the last
 * queue, or said to be lost.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, NO_AMOUNT } from '../../../src/core/units.ts';
import type { FrameFault } from '../../../src/simulation/binance/faults.ts';
import { aLevel3Feed } from '../../support/kraken/level3-feed.ts';

const SYMBOL = 'BTC/USD';
const STRANGER = { apiKey: 'nobody', secret: 'c2VjcmV0' };

async function aLiveFeed(over: Parameters<typeof aLevel3Feed>[0] = {}) {
  const feed = aLevel3Feed(over);
  await feed.churn(2_000);
  assert.ok(feed.isRight(), 'right before the fault');
  return feed;
}

test('levels, orders and queues are the engine’s after every step', async () => {
  const feed = await aLiveFeed();
  const before = feed.quotes.length;
  for (let step = 0; step < 100; step += 1) {
    await feed.churn(50);
    assert.ok(feed.isRight(), `step ${step}`);
  }
  const { counts, mismatches } = feed.stream;
  assert.equal([mismatches, counts.malformed, counts.gaps], [0, 0, 0]);
  const quotes = feed.quotes.slice(before);
  assert.ok(quotes.length > 100);
  assert.ok(feed.trades.trades > 0, 'trades come by the other connection');
  for (const { bidTicks, askTicks } of quotes) assert.ok(bidTicks < askTicks);
});

test('an iceberg shows its tip in its place, and refills behind all others', async () => {
  const feed = await aLiveFeed();
  const { venue, market } = feed;
  const best = market.best('buy');
  assert.ok(best !== null);
  const placed = venue.exchange.place('alice', {
    ...{ symbol: SYMBOL, clientId: 'berg', side: 'buy', type: 'limit', timeInForce: 'gtc' },
    ...{ ticks: best.ticks, lots: lotsOf(30_000_000), shownLots: lotsOf(3_000_000) },
    ...{ quote: NO_AMOUNT, selfTradePrevention: 'none' },
  } as const);
  assert.ok(placed.ok);
  const { orderId } = placed.value.order;
  const place = () =>
    market.queue('buy', best.ticks)?.findIndex((each) => each.orderId === orderId);
  const places = new Set<number | undefined>();
  for (let step = 0; step < 40; step += 1) {
    if (step % 4 === 0) venue.exchange.crowdTake(market, 'sell', lotsOf(4_000_000), best.ticks);
    await feed.churn(50);
    assert.ok(feed.isRight(), `step ${step}`);
    places.add(place());
  }
  assert.ok(places.size > 1, 'it moved in its queue');
  assert.is(feed.stream.mismatches, 0);
});

for (const fault of ['skip', 'duplicate', 'reorder'] satisfies FrameFault[]) {
  test(`F13: after frames that ${fault} the book is right again within 2 s`, async () => {
    const feed = await aLiveFeed();
    feed.venue.facade.faults.planFrames(SYMBOL, fault, 3);
    await feed.churn(2_000);
    assert.ok(feed.isRight());
    if (fault !== 'duplicate') assert.ok(feed.stream.mismatches > 0);
  });
}

test('F13: a wrong checksum ends the book at once, and a new snapshot brings it back', async () => {
  const feed = await aLiveFeed();
  feed.venue.facade.publics.spoilChecksums(SYMBOL, 1);
  await feed.churn(50);
  assert.is(feed.lost.at(-1)?.reason, 'checksum');
  assert.is(feed.view.queueOf('anybody'), null);
  await feed.churn(2_000);
  assert.ok(feed.isRight());
  assert.is(feed.stream.counts.gaps, 1);
});

test('a cut connection fetches another token and makes the book anew', async () => {
  const feed = await aLiveFeed();
  // Tokens that nobody holds open any more are worth nothing.
  feed.venue.facade.keys.revokeTokens();
  feed.venue.facade.dropAll();
  await feed.churn(50);
  assert.is(feed.lost.at(-1)?.reason, 'disconnected');
  await feed.churn(5_000);
  assert.ok(feed.isRight());
  assert.is(feed.told.connects, 2);
});

test('who is given no token does not connect, and asks again with patience', async () => {
  const feed = aLevel3Feed({ key: STRANGER });
  await feed.churn(10_000);
  assert.is(feed.told.connects, 0);
  const refused = feed.told.log.filter((line) => line.startsWith('warn no-ticket'));
  assert.ok(refused.length >= 3 && refused.length <= 7, `${refused.length} in 10 s`);
  assert.match(refused[0] ?? '', /EAPI:Invalid key/);
  assert.not.ok(feed.view.isLive);
});

test('a token that is not answered for is given up and asked for again', async () => {
  const feed = aLevel3Feed();
  const lost = { kind: 'slow-reply', delayMs: 60_000 } as const;
  feed.venue.facade.faults.planRequests('GetWebSocketsToken', lost, 1);
  await feed.churn(5_000);
  assert.is(feed.told.connects, 1);
  assert.ok(feed.told.log.some((line) => line.startsWith('warn no-ticket')));
  assert.ok(feed.isRight());
});

test('a turn for a token that never ends is given up, and the late token is nobody’s', async () => {
  const feed = aLevel3Feed({ timeoutMs: 120_000 });
  const late = { kind: 'slow-reply', delayMs: 17_000 } as const;
  feed.venue.facade.faults.planRequests('GetWebSocketsToken', late, 1);
  await feed.env.advance(14_000);
  assert.not.ok(feed.told.log.some((line) => line.includes('no-ticket')));
  await feed.env.advance(2_000);
  const given = feed.told.log.filter((line) => line.startsWith('warn no-ticket'));
  assert.match(given[0] ?? '', /not answered within 15000 ms/);
  assert.is(feed.told.connects, 0);
  await feed.churn(4_000);
  assert.is(feed.told.connects, 1, 'the next question had its turn after the first');
  assert.ok(feed.isRight());
});

test('two connections fetch their tokens in turn, as the numbers of the key want it', async () => {
  const feed = await aLiveFeed({ feeds: 2 });
  assert.is(feed.told.connects, 2);
  assert.not.ok(feed.told.log.some((line) => line.includes('no-ticket')));
  assert.ok(feed.isRight());
});

test('a pair that is halted has no price within a second, and has one again', async () => {
  const feed = await aLiveFeed();
  const fromMs = feed.env.nowMs;
  feed.venue.facade.state.setPair(SYMBOL, 'cancel_only');
  // Nothing moves: only the heartbeat brings it.
  await feed.env.advance(1_100);
  const halted = feed.lost.at(-1);
  assert.is(halted?.reason, 'halted');
  assert.ok((halted?.atMs ?? 0) - fromMs <= 1_100);
  feed.venue.facade.state.setPair(SYMBOL, 'online');
  await feed.churn(1_100);
  assert.ok(feed.isRight());
});

test('while nobody hears of halts no book by order has a price', async () => {
  const feed = await aLiveFeed();
  feed.marketLinks[0]?.close();
  await feed.churn(150);
  assert.is(feed.lost.at(-1)?.reason, 'halted');
  assert.not.ok(feed.view.isLive);
  assert.ok(feed.view.isSynced, 'the book itself goes on');
  await feed.churn(3_000);
  assert.ok(feed.isRight());
});

test('maintenance of the venue takes every price away until it is online', async () => {
  const feed = await aLiveFeed();
  feed.venue.facade.state.setSystem('maintenance');
  await feed.churn(100);
  assert.not.ok(feed.view.isLive);
  feed.venue.facade.state.setSystem('online');
  await feed.churn(1_000);
  assert.ok(feed.isRight());
});

test('F19: a tick that becomes finer while running makes the book anew, and bars it', async () => {
  const feed = await aLiveFeed();
  feed.venue.facade.state.refine(SYMBOL, 1);
  await feed.churn(50);
  assert.is(feed.lost.at(-1)?.reason, 'rules-changed');
  await feed.churn(3_000);
  assert.equal([feed.view.isSynced, feed.view.isLive], [true, false]);
  feed.venue.facade.state.refine(SYMBOL, 0);
  await feed.churn(3_000);
  assert.ok(feed.isRight());
});

test('garbage and frames of pairs that nobody asked for are counted, nothing else', async () => {
  const feed = await aLiveFeed();
  const frame = (text: string): void =>
    feed.feed.onFrame(0, new TextEncoder().encode(text), feed.env.clock.mono());
  const strange = '{"channel":"level3","type":"update","data":[{"symbol":"X/Y","checksum":1}]}';
  for (const text of ['<html>', '{"channel":"heartbeat"', '{"channel":"level3"}', strange])
    frame(text);
  const { malformed, unknownSymbols } = feed.stream.counts;
  assert.equal([malformed, unknownSymbols], [3, 1]);
  assert.ok(feed.isRight());
});

test('what an inspector sees names the orders of each book', async () => {
  const feed = await aLiveFeed();
  const [book] = feed.stream.summary()['books'] as { orders: number; symbol: string }[];
  assert.is(book?.symbol, SYMBOL);
  assert.ok((book?.orders ?? 0) > 20);
  assert.throws(() => feed.stream.trade(), /trades come by another connection/);
});

test.run();
