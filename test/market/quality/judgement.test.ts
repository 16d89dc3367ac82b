import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BACKFILL_ATTEMPTS_MAX,
  BACKFILL_JOBS_MAX,
  type BackfillJob,
  BackfillQueue,
  type BackfillStore,
} from '../../../src/market/quality/backfill.ts';
import {
  brokenCandles,
  type Candle,
  candleDisputes,
  candleGaps,
  summedCandles,
} from '../../../src/market/quality/candles.ts';
import {
  QUALITY_WEIGHTS,
  type QualityCounts,
  qualityScore,
} from '../../../src/market/quality/score.ts';
import { law } from '../../support/law.ts';

const WELL: QualityCounts = {
  ...{ seen: 100, missing: 0, timely: 100, stamped: 100, valid: 100, messages: 100 },
  ...{ agreed: 10, compared: 10, duplicates: 0, liveMs: 3_600_000, wantedMs: 3_600_000 },
};

test('data without a fault score 100, and each fault costs what its part weighs', () => {
  const score = (counts: Partial<QualityCounts>) => qualityScore({ ...WELL, ...counts }).score;
  assert.is(score({}), 100);
  const near = (found: number | null, wanted: number): void =>
    assert.ok(Math.abs((found as number) - wanted) < 1e-9, `${found} ${wanted}`);
  near(score({ missing: 100 }), 100 * (1 - QUALITY_WEIGHTS.completeness / 2));
  near(score({ liveMs: 0 }), 100 * (1 - QUALITY_WEIGHTS.completeness));
  near(score({ timely: 0 }), 100 * (1 - QUALITY_WEIGHTS.timeliness));
  near(score({ valid: 50 }), 100 * (1 - QUALITY_WEIGHTS.validity / 2));
  near(score({ agreed: 0 }), 100 * (1 - QUALITY_WEIGHTS.consistency));
  near(score({ duplicates: 100 }), 100 * (1 - QUALITY_WEIGHTS.uniqueness / 2));
  const weights = Object.values(QUALITY_WEIGHTS).reduce((sum, one) => sum + one, 0);
  assert.ok(Math.abs(weights - 1) < 1e-12);
});

test('what could not be judged does not count, and a market nobody wanted has no score', () => {
  const blind = qualityScore({ ...WELL, compared: 0, agreed: 0, liveMs: 1_800_000 });
  assert.is(blind.parts.consistency, null);
  const weight = 1 - QUALITY_WEIGHTS.consistency;
  const wanted = (100 * (weight - QUALITY_WEIGHTS.completeness / 2)) / weight;
  assert.ok(Math.abs((blind.score as number) - wanted) < 1e-9);
  assert.is(qualityScore({ ...WELL, wantedMs: 0 }).score, null);
  // A feed that was down all the hour has no gap in its numbers, and nothing else to show.
  const down = qualityScore({
    ...{ seen: 0, missing: 0, timely: 0, stamped: 0, valid: 0, messages: 0, agreed: 0 },
    ...{ compared: 0, duplicates: 0, liveMs: 0, wantedMs: 3_600_000 },
  });
  assert.is(down.score, 0);
});

function aStore(): BackfillStore & { readonly jobs: Map<string, BackfillJob> } {
  const jobs = new Map<string, BackfillJob>();
  return {
    jobs,
    all: () => [...jobs.values()],
    put: (job) => void jobs.set(job.id, job),
    remove: (id) => void jobs.delete(id),
  };
}

function aJob(over: Partial<BackfillJob>): BackfillJob {
  return {
    ...{ id: 'a', venue: 'binance', symbol: 'BTCUSDT', fromMs: 0, toMs: 1_000 },
    ...{ fromId: 1, toId: 2 },
    ...{ stake: 'watched' as const, attempts: 0, notBeforeMs: 0 },
    ...over,
  };
}

test('an open position comes first, then what ended last, then what is shorter', () => {
  const queue = new BackfillQueue(aStore());
  queue.add(aJob({ id: 'rest', toMs: 9_000 }));
  queue.add(aJob({ id: 'old', stake: 'traded', toMs: 2_000 }));
  queue.add(aJob({ id: 'long', stake: 'traded', fromMs: 0, toMs: 5_000 }));
  queue.add(aJob({ id: 'short', stake: 'traded', fromMs: 4_000, toMs: 5_000 }));
  queue.add(aJob({ id: 'held', stake: 'position', toMs: 1_000 }));
  const order: string[] = [];
  for (let job = queue.next(0); job !== null; job = queue.next(0)) {
    order.push(job.id);
    queue.done(job.id);
  }
  assert.equal(order, ['held', 'short', 'long', 'old', 'rest']);
});

test('what failed waits twice as long each time, and is given up in the end', () => {
  const queue = new BackfillQueue(aStore());
  queue.add(aJob({}));
  const waits: number[] = [];
  let nowMs = 0;
  while (queue.failed('a', nowMs)) {
    assert.is(queue.next(nowMs), null);
    let waitMs = 0;
    while (queue.next(nowMs + waitMs) === null) waitMs += 5_000;
    waits.push(waitMs);
    nowMs += waitMs;
  }
  assert.is(waits.length, BACKFILL_ATTEMPTS_MAX - 1);
  assert.equal(waits.slice(0, 3), [5_000, 10_000, 20_000]);
  assert.equal([queue.size, queue.dropped], [0, 1]);
  assert.not.ok(queue.failed('a', nowMs));
});

test('the queue is the same after a restart, whatever happened before', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'fail', 'done'),
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    toMs: fc.integer({ min: 0, max: 9 }),
  });
  law(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const store = aStore();
      const queue = new BackfillQueue(store);
      steps.forEach(({ what, id, toMs }, at) => {
        if (what === 'add') queue.add(aJob({ id, toMs }));
        else if (what === 'fail') queue.failed(id, at);
        else queue.done(id);
      });
      const again = new BackfillQueue(store);
      assert.is(again.size, queue.size);
      assert.equal(again.next(1e12), queue.next(1e12));
    }),
  );
});

test('a full queue lets the least urgent go', () => {
  const queue = new BackfillQueue(aStore());
  for (let at = 0; at <= BACKFILL_JOBS_MAX; at += 1)
    queue.add(aJob({ id: `${at}`, toMs: 10 + at }));
  assert.equal([queue.size, queue.dropped], [BACKFILL_JOBS_MAX, 1]);
  assert.is(queue.next(0)?.id, String(BACKFILL_JOBS_MAX));
  assert.throws(() => queue.add(aJob({ fromMs: 2, toMs: 1 })), /after it began/);
});

const HOUR = 3_600_000;
const aCandle = (openMs: number, close = 10): Candle => {
  return {
    openMs,
    open: 10,
    high: Math.max(10, close),
    low: Math.min(10, close),
    close,
    volume: 1,
  };
};

test('sums are of complete groups alone', () => {
  const fine = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11].map((hour) => aCandle(hour * HOUR, hour));
  const sums = summedCandles(fine, HOUR, 4 * HOUR);
  assert.equal(sums, [{ openMs: 4 * HOUR, open: 10, high: 10, low: 4, close: 7, volume: 4 }]);
});

test('sources are joined by time, and each dispute says what each holds', () => {
  const left = [aCandle(0), aCandle(HOUR, 12), aCandle(2 * HOUR), aCandle(4 * HOUR)];
  const right = [aCandle(HOUR, 13), aCandle(3 * HOUR), aCandle(4 * HOUR), aCandle(9 * HOUR)];
  assert.equal(candleDisputes(left, right), [
    {
      ...{ kind: 'differs', openMs: HOUR },
      fields: [
        { field: 'high', left: 12, right: 13 },
        { field: 'close', left: 12, right: 13 },
      ],
    },
    { kind: 'missing', openMs: 2 * HOUR, from: 'right' },
    { kind: 'missing', openMs: 3 * HOUR, from: 'left' },
  ]);
  assert.equal(candleDisputes([], right), []);
});

test('gaps and broken candles are named by their time', () => {
  const candles = [aCandle(0), aCandle(3 * HOUR), { ...aCandle(4 * HOUR), high: 9 }];
  assert.equal(candleGaps(candles, HOUR), [{ afterMs: 0, missing: 2 }]);
  assert.equal(brokenCandles(candles), [4 * HOUR]);
});

test.run();
