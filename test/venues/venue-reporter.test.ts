import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf } from '../../src/core/units.ts';
import type { VenueNews } from '../../src/risk/watch/venue-watch.ts';
import { VenueReporter } from '../../src/venues/venue-reporter.ts';

function aReporter() {
  const news: VenueNews[] = [];
  return { reporter: new VenueReporter(3, (each) => void news.push(each)), news };
}

const words = (news: readonly VenueNews[]): readonly string[] =>
  news.map((each) =>
    each.kind === 'api-answered' ? `${each.outcome} ${each.isBan} ${each.retryAfterMs}` : each.kind,
  );

test('every reply on the order socket is told by how much of a failure it is', () => {
  const { reporter, news } = aReporter();
  const refused = { kind: 'refused', code: -1, reason: 'why' } as const;
  reporter.onReply({ kind: 'done', venueOrderId: '1' });
  reporter.onReply({ kind: 'unknown', reason: 'why' });
  reporter.onReply({ ...refused, retryAfterMs: 0 });
  reporter.onReply({ ...refused, retryAfterMs: 5 });
  reporter.onReply({ ...refused, retryAfterMs: 7, isBan: true });
  reporter.onOverdue();
  assert.equal(words(news), [
    'ok false 0',
    '5xx false 0',
    '4xx false 0',
    '429 false 5',
    '429 true 7',
    'timeout false 0',
  ]);
  assert.ok(news.every(({ venue }) => venue === 3));
});

test('every question over REST is told likewise', () => {
  const { reporter, news } = aReporter();
  reporter.onQuestion(null);
  reporter.onQuestion({ kind: 'no-answer', detail: 'status 500' });
  reporter.onQuestion({ kind: 'refused', code: -1, detail: 'why' });
  reporter.onQuestion({ kind: 'throttled', retryAfterMs: 5, detail: 'status 429' });
  reporter.onQuestion({ kind: 'throttled', retryAfterMs: 6, detail: 'status 418', isBan: true });
  assert.equal(words(news), [
    'ok false 0',
    'timeout false 0',
    '4xx false 0',
    '429 false 5',
    '429 true 6',
  ]);
});

test('a clock is told at first and when it has moved, and doubted when it is far off', () => {
  const { reporter, news } = aReporter();
  const offsets = (): number[] =>
    news.map((each) => (each.kind === 'clock-measured' ? each.offsetMs : Number.NaN));
  assert.not.ok(reporter.isClockDoubted);
  // Whoever reported before may have told another offset, so the first is always news.
  reporter.onClock(0, 5);
  reporter.onClock(24, 5);
  assert.equal(offsets(), [0]);
  assert.not.ok(reporter.isClockDoubted);
  reporter.onClock(26, 5);
  assert.equal(offsets(), [0, 26]);
  reporter.onClock(-251, 5);
  assert.ok(reporter.isClockDoubted);
  assert.equal(offsets(), [0, 26, -251]);
});

test('a clock that is far off is told again and again, for whoever listens may be new', () => {
  const { reporter, news } = aReporter();
  for (let times = 0; times < 3; times += 1) reporter.onClock(3_600_000, 5);
  assert.is(news.length, 3);
  for (let times = 0; times < 3; times += 1) reporter.onClock(1, 5);
  assert.is(news.length, 4);
});

test('how wrong the offset may be is news too: it is half of the round trip', () => {
  const { reporter, news } = aReporter();
  reporter.onClock(0, 5);
  reporter.onClock(0, 29);
  assert.is(news.length, 1);
  reporter.onClock(0, 31);
  assert.equal(news.at(-1), { kind: 'clock-measured', venue: 3, offsetMs: 0, errorMs: 31 });
});

test('balances that differ are told with their sign, none are not', () => {
  const { reporter, news } = aReporter();
  reporter.onDifferences([]);
  reporter.onDifferences([{ asset: 'BTC', ours: amountOf(5n), venues: amountOf(3n) }]);
  const differences = [{ asset: 'BTC', units: -2 }];
  assert.equal(news, [{ kind: 'balances-differed', venue: 3, differences }]);
});

test.run();
