import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  DEFAULT_LADDER,
  LADDER_START,
  type LadderState,
  ladderScale,
  ladderStep,
  RUNGS,
  rungOf,
} from '../../../src/risk/portfolio/de-risking.ts';
import {
  DEFAULT_DRAWDOWN,
  type DrawdownState,
  drawdownOf,
  drawdownScale,
  drawdownStep,
  startDrawdown,
} from '../../../src/risk/portfolio/drawdown.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';

const HOUR = DEFAULT_DRAWDOWN.recoverMs;
const equityAt = (state: DrawdownState, equity: number, atMs = 0): DrawdownState =>
  drawdownStep(state, { kind: 'equity', equity, atMs });

test('a fall of 15 % halves the sizes at once, one of 20 % takes nothing new', () => {
  const start = startDrawdown(100);
  assert.is(drawdownScale(start), 1);
  const before = equityAt(start, 85.01);
  assert.equal([before.stage, drawdownScale(before)], ['normal', 1]);
  const soft = equityAt(before, 85);
  assert.is(soft.stage, 'soft');
  near(drawdownScale(soft), 0.5);
  near(drawdownScale(equityAt(soft, 82.5)), 0.25);
  const hard = equityAt(soft, 80);
  assert.equal([hard.stage, drawdownScale(hard)], ['hard', 0]);
  assert.is(equityAt(start, 70).stage, 'hard');
});

test('the soft limit is left after an hour below four fifths of it, without a break', () => {
  const soft = equityAt(startDrawdown(100), 84);
  const calm = equityAt(soft, 90, 1_000);
  assert.equal([calm.stage, calm.calmSinceMs], ['soft', 1_000]);
  near(drawdownScale(calm), 0.5);
  const broken = equityAt(equityAt(calm, 87, 2_000), 90, 3_000);
  assert.is(broken.calmSinceMs, 3_000);
  assert.is(equityAt(broken, 90, 2_999 + HOUR).stage, 'soft');
  const again = equityAt(broken, 90, 3_000 + HOUR);
  assert.equal([again.stage, again.calmSinceMs], ['normal', null]);
});

test('the hard limit waits for people, and after them the soft one holds', () => {
  const hard = equityAt(startDrawdown(100), 78);
  assert.is(equityAt(hard, 120, 99 * HOUR).stage, 'hard');
  const released = drawdownStep(hard, { kind: 'released' });
  assert.is(released.stage, 'soft');
  near(drawdownOf(released), 0.15);
  near(drawdownScale(released), 0.5);
  assert.is(equityAt(released, 78 * (0.8 / 0.85) - 0.01).stage, 'hard');
  const soft = equityAt(startDrawdown(100), 84);
  assert.is(drawdownStep(soft, { kind: 'released' }), soft);
  const ruined = equityAt(startDrawdown(100), -5);
  assert.is(drawdownStep(ruined, { kind: 'released' }).stage, 'hard');
  assert.ok(drawdownOf(ruined) > 1);
});

test('deposits and withdrawals are no profit and no loss', () => {
  const down = equityAt(startDrawdown(100), 90);
  for (const amount of [-45, 900]) {
    const moved = drawdownStep(down, { kind: 'transfer', amount });
    near(drawdownOf(moved), 0.1);
    assert.is(moved.equity, 90 + amount);
  }
  for (const amount of [-90, -200, Number.NaN]) {
    assert.is(drawdownStep(down, { kind: 'transfer', amount }).stage, 'hard');
  }
  const ruined = equityAt(startDrawdown(100), -5);
  assert.is(drawdownStep(ruined, { kind: 'transfer', amount: 50 }).stage, 'hard');
});

test('an equity that is not known is the hard limit', () => {
  assert.is(equityAt(startDrawdown(100), Number.NaN).stage, 'hard');
  assert.throws(() => startDrawdown(0), /some equity/);
  assert.throws(() => startDrawdown(Number.POSITIVE_INFINITY), /some equity/);
});

test('whatever the equity does, the peak never falls and the scale follows the stage', () => {
  law(
    fc.property(
      fc.array(fc.double({ min: 1, max: 200, noNaN: true }), { maxLength: 50 }),
      (path) => {
        let state = startDrawdown(100);
        path.forEach((equity, at) => {
          const next = equityAt(state, equity, at * (HOUR / 2));
          assert.ok(next.peak >= state.peak && next.peak >= equity);
          const scale = drawdownScale(next);
          assert.ok(scale >= 0 && scale <= 1);
          if (drawdownOf(next) >= 0.2) assert.is(scale, 0);
          else if (drawdownOf(next) >= 0.15) assert.ok(scale <= 0.5);
          assert.not.ok(state.stage === 'hard' && next.stage !== 'hard');
          state = next;
        });
      },
    ),
  );
});

const used = (state: LadderState, use: number, atMs = 0): LadderState =>
  ladderStep(state, { kind: 'use', use, atMs });
const WAIT = DEFAULT_LADDER.recoverMs;

test('each rung is reached at its use, at once and over the heads of the others', () => {
  const expected = [
    [0.79, 'none'],
    [0.8, 'warn'],
    [0.9, 'scale'],
    [1, 'reduce-only'],
    [1.25, 'flatten'],
    [1.5, 'emergency'],
    [Number.POSITIVE_INFINITY, 'emergency'],
  ] as const;
  for (const [use, rung] of expected) assert.is(used(LADDER_START, use).rung, rung);
  const falling = { ...DEFAULT_LADDER, from: [1, 0.9, 1.1, 1.2, 1.3] as const };
  assert.throws(() => rungOf(1, { ...falling, from: [1, 0.9, 1.1, 1.2, 1.3] }), /rises/);
});

test('sizes shrink from whole to a quarter on the way to reduce-only, and then to none', () => {
  assert.is(ladderScale(used(LADDER_START, 0.85)), 1);
  assert.is(ladderScale(used(LADDER_START, 0.9)), 1);
  near(ladderScale(used(LADDER_START, 0.95)), 0.625);
  assert.is(ladderScale(used(LADDER_START, 1)), 0);
  near(ladderScale(used(used(LADDER_START, 0.95), 0.1)), 1);
});

test('a rung is left one at a time, each after its own wait below nine tenths of where it began', () => {
  const up = used(LADDER_START, 1.1);
  const near90 = used(up, 0.9, 1_000);
  assert.equal([near90.rung, near90.calmSinceMs], ['reduce-only', null]);
  const calm = used(near90, 0.5, 2_000);
  assert.is(calm.calmSinceMs, 2_000);
  assert.is(used(calm, 0.5, 1_999 + WAIT).rung, 'reduce-only');
  const one = used(calm, 0.5, 2_000 + WAIT);
  assert.is(one.rung, 'scale');
  assert.is(used(one, 0.5, 2_001 + WAIT).rung, 'scale');
  const two = used(one, 0.5, 2_000 + 2 * WAIT);
  assert.is(two.rung, 'warn');
  assert.is(used(two, 0.5, 2_000 + 3 * WAIT).rung, 'none');
});

test('from flattening on only people lead down, and only to reduce-only', () => {
  for (const use of [1.3, 2]) {
    const latched = used(LADDER_START, use);
    const later = used(used(latched, 0, 1), 0, 9 * WAIT);
    assert.is(later.rung, latched.rung);
    assert.is(ladderStep(later, { kind: 'released' }).rung, 'reduce-only');
  }
  const warned = used(LADDER_START, 0.85);
  assert.is(ladderStep(warned, { kind: 'released' }), warned);
});

test('a use that cannot be told is reduce-only, and never lowers what stands', () => {
  assert.is(used(LADDER_START, Number.NaN).rung, 'reduce-only');
  assert.is(used(used(LADDER_START, 1.3), Number.NaN).rung, 'flatten');
  assert.is(ladderScale(used(LADDER_START, Number.NaN)), 0);
});

test('no sequence of uses skips a rung on the way down, or stands below the one it calls for', () => {
  law(
    fc.property(fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { maxLength: 60 }), (uses) => {
      let state = LADDER_START;
      uses.forEach((use, at) => {
        const next = used(state, use, at * WAIT);
        const place = (rung: LadderState['rung']): number => RUNGS.indexOf(rung);
        assert.ok(place(next.rung) >= place(rungOf(use)));
        assert.ok(place(next.rung) >= place(state.rung) - 1);
        assert.ok(ladderScale(next) >= 0 && ladderScale(next) <= 1);
        state = next;
      });
    }),
  );
});

test.run();
