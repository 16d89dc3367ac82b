import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { type MarketTape, quoteAt, ROW, readTape } from '../../../src/desk/tune/market-tape.ts';
import { measuresOf } from '../../../src/desk/tune/measures.ts';
import {
  activeSignals,
  falsePauseOf,
  objectiveOf,
  type Score,
  scoreOf,
  type Thresholds,
} from '../../../src/desk/tune/objective.ts';
import { sectionOf } from '../../../src/desk/tune/parameter-file.ts';
import { CATALOGUE, searchThresholds } from '../../../src/desk/tune/search.ts';
import { forwardMoves, HORIZON_SAMPLES, stressIntervals } from '../../../src/desk/tune/stress.ts';
import type { Regime } from '../../../src/risk/breakers/settings.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { must } from '../../support/venue/fixtures.ts';
import { aRecording, someMeasures } from './a-market.ts';

const everywhere = (one: Thresholds) => ({ calm: one, volatile: one, turbulent: one });
const catalogue = everywhere(CATALOGUE);

const column = (count: number, values: Readonly<Record<number, number>>): Float64Array => {
  const numbers = new Float64Array(count);
  for (const [at, value] of Object.entries(values)) numbers[Number(at)] = value;
  return numbers;
};

test('a move counts from when it lies within the horizon, and not once it is over', () => {
  const mids = Float64Array.from({ length: 60 }, (_, at) => (at < 30 ? 100 : 101));
  const moves = forwardMoves(mids);
  const last = 30 - HORIZON_SAMPLES;
  assert.equal([moves[last - 1], moves[30], moves[59]], [0, 0, 0]);
  assert.ok(Math.abs((moves[last] as number) - 100) < 1e-9);
  assert.equal(stressIntervals(moves), [{ first: last, last: 29 }]);
});

test('a fall is stress as a rise is, and moves of less than 3 bps never are', () => {
  const step = (to: number) =>
    stressIntervals(forwardMoves(Float64Array.from({ length: 40 }, (_, at) => (at < 20 ? 1 : to))));
  assert.is(step(0.99).length, 1);
  assert.is(step(1 - 2.9e-4).length, 0);
  assert.is(step(1 + 3.1e-4).length, 1);
});

test('stress that pauses for a moment is one interval, for longer it is two', () => {
  const moves = new Float64Array(100);
  for (const at of [10, 11, 16, 22]) moves[at] = 50;
  assert.equal(stressIntervals(moves), [
    { first: 10, last: 16 },
    { first: 22, last: 22 },
  ]);
});

test('a usual market with large moves has stress only where they are larger still', () => {
  const moves = Float64Array.from({ length: 100 }, (_, at) => (at === 50 ? 61 : 20));
  assert.equal(stressIntervals(moves), [{ first: 50, last: 50 }]);
});

test('a signal pauses at its limit and for as long as its control holds', () => {
  const measures = someMeasures(200, {
    ofiZ: column(200, { 20: 4, 60: 3.99 }),
    staleGaps: column(200, { 100: 10.1, 150: 10 }),
    stress: [{ first: 25, last: 34 }],
  });
  const score = scoreOf([{ measures, from: 0, to: 200 }], catalogue);
  assert.equal(score, {
    ...{ intervals: 1, caught: 1, stressed: 10, covered: 6 },
    ...{ quiet: 190, falselyPaused: 5 + 6 },
  });
});

test('each regime has limits of its own', () => {
  const regimes = Array.from({ length: 40 }, (_, at): Regime => (at < 20 ? 'calm' : 'turbulent'));
  const ofiZ = column(40, { 5: 5, 25: 5 });
  const measures = someMeasures(40, { ofiZ, regimes });
  const thresholds = { ...catalogue, turbulent: { ...CATALOGUE, ofiZ: 6 } };
  assert.is(scoreOf([{ measures, from: 0, to: 40 }], thresholds).falselyPaused, 11);
});

test('stress that began before the stretch is neither caught nor quiet', () => {
  const stress = [{ first: 5, last: 15 }];
  const measures = someMeasures(40, { stress, ofiZ: column(40, { 12: 9 }) });
  const score = scoreOf([{ measures, from: 10, to: 40 }], catalogue);
  assert.equal([score.intervals, score.stressed, score.covered], [0, 6, 4]);
  const before = scoreOf([{ measures, from: 0, to: 5 }], catalogue);
  assert.equal([before.intervals, before.stressed, before.quiet], [0, 0, 5]);
});

test('false pauses cost their share, and fifty times as much above the budget', () => {
  const score = (falselyPaused: number): Score => ({
    ...{ intervals: 4, caught: 2, stressed: 10, covered: 5 },
    ...{ quiet: 100, falselyPaused },
  });
  assert.is(objectiveOf(score(0)), 0.5);
  assert.is(objectiveOf(score(5)), 0.45);
  assert.ok(Math.abs(objectiveOf(score(7)) - (0.5 - 0.07 - 1)) < 1e-12);
  const nothing = { intervals: 0, caught: 0, stressed: 0, covered: 0, quiet: 0, falselyPaused: 0 };
  assert.equal([objectiveOf(nothing), falsePauseOf(nothing)], [0, 0]);
});

test('a signal that is never on is not tuned and keeps the limit of the catalogue', () => {
  const measures = someMeasures(200, {
    ofiZ: column(200, { 40: 2.5, 80: 2.6, 120: 3 }),
    stress: [40, 80, 120].map((at) => ({ first: at, last: at + 10 })),
  });
  const stretches = [{ measures, from: 0, to: 200 }];
  assert.equal(activeSignals(stretches, ['calm'], { ...CATALOGUE, ofiZ: 2 }), ['ofiZ']);
  assert.equal(activeSignals(stretches, ['volatile'], { ...CATALOGUE, ofiZ: 2 }), []);
  const found = searchThresholds(stretches, 15, rngOf(1), () => {});
  // There is nothing of the other regimes, so they go with the calm one.
  assert.equal(found.tuned, { calm: ['ofiZ'], volatile: ['ofiZ'], turbulent: ['ofiZ'] });
  assert.ok(found.thresholds.calm.ofiZ <= 2.5);
  assert.is(found.objective, 1);
  assert.is(found.evaluations, 15);
  const section = sectionOf(found, 'abc', 7);
  const own = { C17: { ofiZ: found.thresholds.calm.ofiZ } };
  assert.equal([section.limits, section.volatile, section.turbulent], [own, own, own]);
  assert.equal(section.tuned, { data: 'abc', seed: 7, evaluations: 15, objective: 1 });
});

test('a limit that is tuned in one regime is written in all, so that it holds in no other', () => {
  const regimes = Array.from({ length: 200 }, (_, at): Regime => (at < 100 ? 'calm' : 'volatile'));
  const measures = someMeasures(200, {
    regimes,
    ofiZ: column(200, { 40: 2.5, 70: 3 }),
    vpinQuantile: column(200, { 150: 0.8, 180: 0.8 }),
    stress: [40, 70, 150, 180].map((at) => ({ first: at, last: at + 10 })),
  });
  const found = searchThresholds([{ measures, from: 0, to: 200 }], 15, rngOf(1), () => {});
  const both = ['vpinQuantile'];
  assert.equal(found.tuned, { calm: ['ofiZ'], volatile: both, turbulent: both });
  const { limits, volatile } = sectionOf(found, 'abc', 1);
  assert.equal(limits, { C17: { vpinQuantile: 0.9, ofiZ: found.thresholds.calm.ofiZ } });
  assert.is(volatile['C17']?.['ofiZ'], 4);
  assert.is(found.objective, 1);
});

test('where nothing is better than the catalogue it stays', () => {
  const measures = someMeasures(100, {
    ofiZ: column(100, { 40: 4 }),
    stress: [{ first: 40, last: 50 }],
  });
  const found = searchThresholds([{ measures, from: 0, to: 100 }], 10, rngOf(1), () => {});
  assert.equal(found.thresholds, catalogue);
});

/** Quotes of a market that is the same but for what a test says, one each 100 ms. */
function aTape(seconds: number, parts: (ms: number) => { spread?: number; gap?: boolean }) {
  const quotes: number[] = [];
  for (let ms = 0; ms <= seconds * 1_000; ms += 100) {
    const { spread = 10, gap = false } = parts(ms);
    if (!gap) quotes.push(ms, 100_000, 50, 100_000 + spread, 50);
  }
  const tape: MarketTape = {
    path: 'made-up',
    symbol: 'BTCUSDT',
    quotes: Float64Array.from(quotes),
    trades: new Float64Array(0),
  };
  return must(measuresOf(tape));
}

test('C14: a spread counts once three looks in a row saw it', () => {
  const wide = (from: number, to: number) => (ms: number) =>
    ms > from && ms <= to ? { spread: 200 } : {};
  assert.ok(aTape(99, wide(90_000, 92_000)).spreadZ.every((z) => z < 8));
  const { spreadZ } = aTape(99, wide(90_000, 93_000));
  assert.ok((spreadZ[92] as number) >= 8);
  assert.ok((spreadZ[91] as number) < 8 && (spreadZ[93] as number) < 8);
});

test('C12: a silence counts in median gaps, from two seconds on, and beyond all from ten', () => {
  const silent = (from: number, to: number) => (ms: number) => ({ gap: ms > from && ms < to });
  assert.ok(aTape(60, silent(30_000, 31_900)).staleGaps.every((gaps) => gaps === 0));
  const { staleGaps } = aTape(60, silent(30_000, 34_000));
  assert.equal([...staleGaps.subarray(31, 35)], [0, 30, 40, 0]);
  const longer = aTape(60, silent(30_000, 41_000)).staleGaps;
  assert.equal([longer[39], longer[40]], [100, Number.POSITIVE_INFINITY]);
});

test('the quotes of a recording are its tickers, and its trades say who took', async () => {
  const path = aRecording(3);
  const tape = must(await readTape(path));
  assert.equal([tape.symbol, tape.quotes.length, tape.trades.length], ['BTCUSDT', 750, 150]);
  assert.equal([...tape.quotes.subarray(0, 1)], [1_700_000_000_000]);
  const [ms, bid, bidLots, ask, askLots] = tape.quotes.subarray(ROW, 2 * ROW);
  assert.equal(quoteAt(tape.quotes, ROW), { ms, bid, bidLots, ask, askLots });
  assert.throws(() => quoteAt(tape.quotes, ROW - 1), /a row of the tape begins there/);
  assert.throws(() => quoteAt(tape.quotes, tape.quotes.length), /a row of the tape begins there/);
  assert.ok(tape.trades.every((share, at) => at % 5 !== 3 || share === 0 || share === 1));
  const missing = await readTape('/no/such/file');
  assert.match(missing.ok ? '' : missing.error, /ENOENT/);
});

/** A file of frames, one each millisecond. */
function recorded(...frames: readonly unknown[]): string {
  const path = join(temporaryFolder(), 'frames.txt');
  const lines = frames.map((frame, at) => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    return `${1_700_000_000_000_000_000n + BigInt(at) * 1_000_000n} ${text}\n`;
  });
  writeFileSync(path, lines.join(''));
  return path;
}

const diff = (id: number, b: unknown, a: unknown) => ({
  stream: 'btcusdt@depth',
  data: { e: 'depthUpdate', E: 1, s: 'BTCUSDT', U: id, u: id, b, a },
});

test('a recording without tickers has the quotes of its own book', async () => {
  const path = recorded(
    diff(10, [['99.8', '1']], []),
    { lastUpdateId: 9, bids: [['99.9', '2']], asks: [['100.1', '3']] },
    diff(11, [['99.9', '4']], []),
    diff(12, [['99.9', '0']], [['100.0', '5']]),
    { lastUpdateId: 1, bids: [], asks: [] },
    diff(13, [['99.8', '0']], []),
    diff(14, [['99.7', '7']], []),
  );
  const { quotes } = must(await readTape(path));
  const rows = Array.from({ length: quotes.length / 5 }, (_, at) => [
    Math.round((quotes[at * 5] as number) - 1_700_000_000_000),
    ...quotes.subarray(at * 5 + 1, at * 5 + 5),
  ]);
  assert.equal(rows, [
    [1, 999, 2, 1001, 3],
    [2, 999, 4, 1001, 3],
    [3, 998, 1, 1000, 5],
    [6, 997, 7, 1000, 5],
  ]);
});

test('a ticker with an empty or a crossed side is no quote', async () => {
  const ticker = (b: string, a: string) => ({
    stream: 'btcusdt@bookTicker',
    data: { u: 1, s: 'BTCUSDT', b, B: '1', a, A: '1' },
  });
  const path = recorded(ticker('0.0', '9.9'), ticker('9.9', '9.9'), ticker('9.8', '9.9'));
  // Without a trade or a diff nothing shows the tick, so it is taken for 1.
  assert.equal([...must(await readTape(path)).quotes.subarray(1)], [9.8, 1, 9.9, 1]);
});

test('a recording of more than a day is refused with what would be right', () => {
  const quote = (ms: number): number[] => [ms, 1, 1, 2, 1];
  const quotes = Float64Array.from([...quote(0), ...quote(86_402_000)]);
  const tape = { path: 'long', symbol: 'X', quotes, trades: new Float64Array(0) };
  const found = measuresOf(tape);
  assert.is(found.ok ? '' : found.error, 'long: found quotes of 86402 s, wanted 2 to 86400');
});

test('a frame that cannot be decoded is named by its line', async () => {
  const broken = await readTape(
    recorded(diff(10, [['99.8', '1']], []), diff(11, [['x', '1']], [])),
  );
  assert.match(broken.ok ? '' : broken.error, /frames\.txt:2: /);
});

test.run();
