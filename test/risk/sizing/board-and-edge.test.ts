import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SizeBoard } from '../../../src/risk/sizing/board.ts';
import { EdgeEstimate } from '../../../src/risk/sizing/edge.ts';
import { VolumeMeter } from '../../../src/risk/sizing/liquidity.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';

const aBoard = () => new SizeBoard({ instruments: 2, staleMs: 10, bornNs: 5e6 });

test('before the first word every size is nothing, and after its bound it is not even that', () => {
  const board = aBoard();
  assert.is(board.positionLots(0, 15e6), 0);
  assert.not(board.isStale(0, 15e6));
  assert.ok(board.isStale(0, 15e6 + 1));
  assert.is(board.ageMs(0, 25e6), 20);
});

test('a size holds until its bound and is nothing after it, each market for itself', () => {
  const board = aBoard();
  board.write(1, 7, 3, 20e6);
  assert.equal([board.positionLots(1, 30e6), board.orderLots(1, 30e6)], [7, 3]);
  assert.equal([board.positionLots(1, 30e6 + 1), board.orderLots(1, 30e6 + 1)], [0, 0]);
  assert.is(board.positionLots(0, 15e6), 0);
  board.setStaleMs(100);
  assert.is(board.staleMs, 100);
  assert.is(board.positionLots(1, 120e6), 7);
});

test('a board takes no size that is no number, below nothing, or of no market', () => {
  const board = aBoard();
  for (const [lots, order] of [
    [Number.NaN, 0],
    [1, Number.NaN],
    [-1, -1],
    [1, -1],
    [1, 2],
  ] as const) {
    assert.throws(() => board.write(0, lots, order, 0));
  }
  assert.throws(() => board.positionLots(2, 0), /an instrument of the desk/);
  assert.throws(() => board.positionLots(-1, 0), /an instrument of the desk/);
  assert.throws(() => board.setStaleMs(0), /hold for a while/);
});

function edgeOf(gains: readonly number[]) {
  const estimate = new EdgeEstimate();
  for (const gain of gains) estimate.take(gain);
  return estimate.edge;
}

/** Gains of a mean and a deviation of one, as many as wanted. */
const around = (mean: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => mean + (at % 2 === 0 ? 1 : -1));

test('nothing is said of an edge before thirty periods', () => {
  assert.equal(edgeOf(around(5, 29)), {
    ...{ mean: 0, deviation: 0, periods: 29, share: 0, supported: 0 },
  });
  assert.is(edgeOf(around(5, 30)).mean, 5);
});

test('a gain counts beyond one standard error, a loss beyond two', () => {
  // A hundred periods: the standard error of the mean is a tenth.
  assert.is(edgeOf(around(0.099, 100)).supported, 0);
  near(edgeOf(around(0.2, 100)).share, 0.75, 1e-9);
  near(edgeOf(around(0.2, 100)).supported, 0.15, 1e-9);
  assert.is(edgeOf(around(-0.199, 100)).supported, -0);
  near(edgeOf(around(-0.4, 100)).share, 0.75, 1e-9);
  near(edgeOf(around(-0.4, 100)).supported, -0.3, 1e-9);
});

test('what never varies is supported in full, and nothing at all is no edge', () => {
  assert.equal([edgeOf(Array(40).fill(0.25)).share, edgeOf(Array(40).fill(0)).share], [1, 0]);
});

test('evidence fades, so that no verdict is for ever', () => {
  const estimate = new EdgeEstimate();
  for (const gain of around(-0.4, 100)) estimate.take(gain);
  assert.ok(estimate.edge.supported < 0);
  estimate.fade(0.24);
  assert.is(estimate.edge.periods, 24);
  assert.is(estimate.edge.supported, 0);
  assert.throws(() => estimate.fade(1.1));
  assert.throws(() => estimate.take(Number.NaN));
});

test('what is supported never falls when gains rise, and is never beyond the mean', () => {
  law(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 30, maxLength: 80 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (gains, more) => {
        const before = edgeOf(gains);
        const after = edgeOf(gains.map((gain) => gain + more));
        assert.ok(after.supported >= before.supported - 1e-9);
        assert.ok(Math.abs(before.supported) <= Math.abs(before.mean));
      },
    ),
  );
});

test('a volume is a mean of minutes, known after five, and a new count says nothing', () => {
  const meter = new VolumeMeter();
  meter.take(1_000, 1);
  for (let minute = 1; minute <= 4; minute += 1) meter.take(1_000 + 10 * minute, 1);
  assert.ok(Number.isNaN(meter.lotsAMinute));
  meter.take(5, 1);
  assert.ok(Number.isNaN(meter.lotsAMinute));
  meter.take(25, 2);
  near(meter.lotsAMinute, 10, 1e-9);
  meter.take(1_025, 60);
  assert.ok(meter.lotsAMinute > 10 && meter.lotsAMinute < 1_000 / 60);
});

test.run();
