/**
 * Recorded streams of 2024-08-08 through the whole venue, against the figures of
 * ../shared/data/README.md: credibility tests 1 (agreement with the venue's own best bid and offer)
 * and 9 (the same book at every pace).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { priceText } from '../../../src/core/instrument.ts';
import type { Ticks } from '../../../src/core/units.ts';
import { openRecording } from '../../../src/simulation/replay/open-recording.ts';
import { playThrough } from '../../../src/simulation/replay/player.ts';
import { scaledTime } from '../../../src/simulation/replay/scaled-time.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { recordedPath, recordings } from '../../support/edge/recordings.ts';
import { aFeed } from '../../support/replay/feed.ts';
import { aReplay, bookHash, theRecording } from '../../support/replay/replay.ts';

const GOLDEN = [
  {
    path: 'l2/binance-spot/btcusdt_20240808.gz',
    sha256: '5d263f4c5379',
    counts: { depth: 3_451, snapshot: 1, trade: 9_757, bookTicker: 28_040 },
    offsetMs: 1_272.34,
    levels: [1_209, 2_196],
    best: ['61685.99 × 1.0087', '61686.00 × 2.29327'],
    lastId: 50_093_421_584,
    applied: 3_449,
  },
  {
    path: 'l2/binance-spot/ethusdt_20240808.gz',
    sha256: '179a67651ec9',
    counts: { depth: 3_434, snapshot: 1, trade: 6_106, bookTicker: 24_077 },
    offsetMs: 1_272.41,
    levels: [1_195, 1_158],
    best: ['2682.50 × 3.3168', '2682.51 × 48.9739'],
    lastId: 35_346_671_849,
    applied: 3_432,
  },
];

/** A golden file that is the one its figures are of. */
function goldenPath(path: string, sha256: string): string {
  const digest = createHash('sha256')
    .update(readFileSync(recordedPath(path)))
    .digest('hex');
  assert.ok(digest.startsWith(sha256), `${path}: ${digest}`);
  return recordedPath(path);
}

function bestText({ venue }: ReturnType<typeof aReplay>, side: 'buy' | 'sell'): string {
  const { market } = venue.exchange;
  const { instrument } = market.rules;
  const [level] = market.depth(side, 1);
  const size = (level?.lots ?? Number.NaN) * instrument.lotSize;
  return `${priceText(instrument, level?.ticks ?? (0 as Ticks))} × ${Number(size.toFixed(8))}`;
}

for (const golden of recordings === null ? [] : GOLDEN) {
  test(`all of ${golden.path} plays, and its books are the venue's at each update`, async () => {
    const recording = await theRecording(goldenPath(golden.path, golden.sha256));
    assert.is(Number(recording.offsetMs.toFixed(2)), golden.offsetMs);
    const replay = aReplay(recording, { leadMs: 1_000 });
    const { stream, refusals } = aFeed(replay);
    replay.venue.start();
    await playThrough(replay.time, replay.venue.player);
    // What is still on its way to the client arrives.
    replay.time.runUntil(replay.time.clock.now() + 1_000);
    const { market } = replay.venue.exchange;
    const nothingElse = { other: 0, gaps: 0, crossed: 0 };
    assert.equal(market.counts, { ...golden.counts, ...nothingElse });
    assert.is(market.updateId, golden.lastId);
    const depths = (['buy', 'sell'] as const).map((side) => market.depth(side, 99_999).length);
    assert.equal(depths, golden.levels);
    assert.equal([bestText(replay, 'buy'), bestText(replay, 'sell')], golden.best);

    assert.ok(refusals.length > 0 && refusals.every((why) => why === 'status 503'));
    const [view] = stream.views;
    assert.is(view?.sync.lastId, golden.lastId);
    view?.agreement.finish();
    assert.is(view?.agreement.mismatches, 0);
    const { gaps, crossed, malformed, unknownSymbols, updates } = stream.counts;
    assert.equal([gaps, crossed, malformed, unknownSymbols], [0, 0, 0, 0]);
    // The client's snapshot came some diffs after the recorded one; before the first ticker there
    // is nothing to compare with.
    assert.ok(updates > golden.applied - 20 && updates <= golden.applied, `${updates}`);
    assert.is(view?.agreement.compared, updates);
  });

  test(`${golden.path} leaves one book at recorded pace, at 100 times and at once`, async () => {
    const recording = await theRecording(recordedPath(golden.path));
    const atOnce = aReplay(recording);
    atOnce.venue.start();
    await playThrough(atOnce.time, atOnce.venue.player);
    for (const pace of [1, 100]) {
      const real = virtualTime(0);
      const scaled = scaledTime(real, { startMs: recording.startMs, pace });
      const replay = aReplay(recording, scaled);
      replay.venue.start();
      await playThrough(real, replay.venue.player);
      assert.is(bookHash(replay), bookHash(atOnce), `at pace ${pace}`);
      const lengthMs = recording.endMs - recording.startMs;
      assert.ok(Math.abs(real.clock.now() - lengthMs / pace) < 2);
    }
  });
}

for (const path of recordings === null
  ? []
  : ['l2/binance-usdm/btcusdt_20240808.gz', 'l2/binance-coinm/ethusd_perp_20240808.gz']) {
  test(`${path} is of a future, and refused`, async () => {
    const files = { read: () => null } as never;
    const opened = await openRecording({ path: recordedPath(path), instruments: null, files });
    assert.ok(!opened.ok && opened.error.reason.includes('is a future'));
  });
}

test.run();
