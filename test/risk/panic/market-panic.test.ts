import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SortedWindow } from '../../../src/math/sorted-window.ts';
import { COMPARED_MAX, Divergence } from '../../../src/risk/panic/divergence.ts';
import { SpreadBlowout } from '../../../src/risk/panic/spread-blowout.ts';
import { Staleness } from '../../../src/risk/panic/staleness.ts';

/** The plain way, as the definition reads. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const low = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (low + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}

const number = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);

test('median and median distance of a window are those of its last numbers', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(number, { maxLength: 40 }),
      (capacity, all) => {
        const window = new SortedWindow(capacity);
        all.forEach((value, at) => {
          window.add(value);
          const kept = all.slice(Math.max(0, at + 1 - capacity), at + 1);
          assert.is(window.size, kept.length);
          const median = medianOf(kept);
          assert.is(window.median() === median, true);
          const distances = kept.map((one) => Math.abs(one - median));
          assert.is(window.medianDistance(median) === medianOf(distances), true);
        });
      },
    ),
  );
});

test('an empty window has no median, and what is no number has no place in it', () => {
  const window = new SortedWindow(2);
  assert.ok(Number.isNaN(window.median()) && Number.isNaN(window.medianDistance(0)));
  assert.throws(() => window.add(Number.NaN), /numbers only/);
  assert.throws(() => new SortedWindow(0), /at least one/);
});

const aSpread = () => {
  const detector = new SpreadBlowout({ window: 30, samplesMin: 8 });
  for (let at = 0; at < 8; at += 1) detector.onSpread(2);
  return detector;
};

test('C14: the third blow-out in a row is a halt, one normal sample ends the row', () => {
  const detector = aSpread();
  const states = [99, 99, 2, 99, 99, 99].map((bps) => detector.onSpread(bps));
  assert.equal(states, ['blowout', 'blowout', 'ok', 'blowout', 'blowout', 'halt']);
});

test('C14: the limits are z = 8 and five medians, and count as beyond', () => {
  const limit = 2 + 8 * 1.4826 * 0.1;
  assert.is(aSpread().onSpread(limit + 1e-9), 'blowout');
  assert.is(aSpread().onSpread(limit - 1e-6), 'ok');
  const wide = new SpreadBlowout({ window: 9, samplesMin: 9 });
  for (let at = 0; at < 9; at += 1) wide.onSpread(at * 5);
  assert.is(wide.onSpread(100), 'blowout');
  assert.ok(wide.z < 8);
});

test('C14: what is no spread is a blow-out and teaches the window nothing', () => {
  for (const bps of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    const detector = aSpread();
    assert.is(detector.onSpread(bps), 'blowout');
    assert.is(detector.onSpread(2), 'ok');
    assert.is(detector.medianBps, 2);
  }
  const cold = new SpreadBlowout({ window: 2, samplesMin: 1 });
  assert.is(cold.onSpread(Number.NaN), 'warming');
  assert.is(cold.onSpread(1), 'warming');
  assert.is(cold.onSpread(1), 'ok');
  assert.is(cold.state, 'ok');
});

test('C14: judging does not depend on the unit of the spread beyond the floor', () => {
  const widths = fc.array(fc.double({ min: 10, max: 100, noNaN: true }), {
    minLength: 9,
    maxLength: 30,
  });
  fc.assert(
    fc.property(widths, fc.constantFrom(2, 4, 1024), (all, factor) => {
      const [one, other] = [8, 8].map((size) => new SpreadBlowout({ window: size, samplesMin: 4 }));
      for (const width of all) {
        const left = one?.onSpread(width);
        const right = other?.onSpread(width * factor);
        // At the floor the two may begin rows of different lengths, which last beyond it.
        if ((one?.madBps ?? 1) < 0.1) return;
        assert.is(right, left);
      }
    }),
  );
});

test('C12: a symbol is as stale as can be before its first update, and has no pace at one', () => {
  const detector = new Staleness();
  assert.is(detector.stateAt(0), 'hard-halt');
  detector.onUpdate(1_000);
  const states = [1_250, 1_251, 3_000, 3_001, 11_000, 11_001].map((at) => detector.stateAt(at));
  assert.equal(states, ['ok', 'warn', 'warn', 'halt', 'halt', 'hard-halt']);
  assert.is(detector.stateAt(Number.NaN), 'hard-halt');
});

test('C12: an update before the last one does not make a symbol fresher or older', () => {
  const detector = new Staleness();
  for (const at of [0, 100, 50]) detector.onUpdate(at);
  assert.is(detector.medianGapMs, 50);
  assert.is(detector.stateAt(350), 'ok');
  assert.is(detector.stateAt(351), 'warn');
});

test('C12: staleness only grows until the next update', () => {
  const rank = ['ok', 'warn', 'halt', 'hard-halt'];
  fc.assert(
    fc.property(fc.array(fc.nat(4_000), { minLength: 1, maxLength: 100 }), (gaps) => {
      const detector = new Staleness();
      let atMs = 0;
      for (const gap of gaps) {
        atMs += gap;
        detector.onUpdate(atMs);
      }
      let worst = 0;
      for (let age = 0; age <= 12_000; age += 250) {
        const now = rank.indexOf(detector.stateAt(atMs + age));
        assert.ok(now >= worst);
        worst = now;
      }
      assert.is(worst, 3);
      assert.is(detector.stateAt(atMs), 'ok');
    }),
  );
});

test('C15: venues that agree are ok, one that leaves is seen, a silent one is not compared', () => {
  const detector = new Divergence(3);
  assert.is(detector.stateAt(0), 'blind');
  for (const venue of [0, 1, 2]) detector.onMid(venue, 100, 0);
  assert.is(detector.stateAt(2_000), 'ok');
  detector.onMid(2, 100.5, 0);
  assert.is(detector.stateAt(0), 'alert');
  detector.onMid(2, 101.5, 0);
  assert.is(detector.stateAt(0), 'halt');
  for (const mid of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
    detector.onMid(2, mid, 0);
    assert.is(detector.stateAt(0), 'ok');
    assert.ok(Number.isNaN(detector.deviationBps[2]));
  }
  assert.is(detector.stateAt(2_001), 'blind');
  assert.throws(() => detector.onMid(3, 1, 0), /one of those/);
  for (const venues of [0, 1.5, COMPARED_MAX + 1]) {
    assert.throws(() => new Divergence(venues), /1 to 16/);
  }
});

test('C15: deviations are those of the plain definition', () => {
  const mids = fc.array(fc.double({ min: 90, max: 110, noNaN: true }), {
    minLength: 2,
    maxLength: 8,
  });
  fc.assert(
    fc.property(mids, (all) => {
      const detector = new Divergence(all.length);
      all.forEach((mid, venue) => {
        detector.onMid(venue, mid, 0);
      });
      const state = detector.stateAt(0);
      const wanted = all.map((mid, venue) => {
        const others = medianOf(all.filter((_, at) => at !== venue));
        return ((mid - others) / others) * 10_000;
      });
      assert.equal([...detector.deviationBps], wanted);
      const worst = Math.max(...wanted.map(Math.abs));
      assert.is(state, worst >= 150 ? 'halt' : worst >= 50 ? 'alert' : 'ok');
    }),
  );
});

test.run();
