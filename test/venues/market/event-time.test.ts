/**
 * Each feed tells the venue's own time of a book, for records carry both clocks. The venues here
 * live on manual or virtual time, so a time that is not theirs is one that nobody can have.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MarketView } from '../../../src/venues/market/market-view.ts';
import { aCoinbaseFeed } from '../../support/coinbase/feed.ts';
import { aFuturesFeed } from '../../support/futures/feed.ts';
import { aKrakenFeed } from '../../support/kraken/feed.ts';

/** A frame on its way, and one that waits for the next interval of its stream. */
const OLD_MS_MAX = 600;

function assertTold({ eventMs }: MarketView, nowMs: number): void {
  assert.ok(eventMs <= nowMs, `${eventMs} is not after ${nowMs}`);
  assert.ok(nowMs - eventMs <= OLD_MS_MAX, `${eventMs} is ${nowMs - eventMs} ms old`);
}

test('a book of Kraken has the time of its newest frame', async () => {
  const { env, view, churn } = aKrakenFeed();
  await churn(1_000);
  assert.ok(view.isLive);
  assertTold(view, env.clock.now());
});

test('a book of Coinbase has the time of its newest frame', () => {
  const { until, run, isLive, stream, time } = aCoinbaseFeed();
  until(isLive, 2_000);
  run(1_000);
  for (const view of stream.views) assertTold(view, time.clock.now());
});

test('a book of USD-M futures has the time of its newest diff or ticker', () => {
  const { until, run, isLive, books, time } = aFuturesFeed();
  until(isLive, 5_000);
  run(1_000);
  for (const view of books.feed.stream.views) assertTold(view, time.clock.now());
});

test.run();
