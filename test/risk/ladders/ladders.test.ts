import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultsOf } from '../../../src/risk/controls/control.ts';
import { drawdown } from '../../../src/risk/controls/money.ts';
import { valueAtRisk } from '../../../src/risk/controls/portfolio.ts';
import {
  LADDER_START,
  type LadderState,
  ladderPolicy,
  ladderScale,
  ladderStep,
  RUNGS,
  rungOf,
  sizeStep,
} from '../../../src/risk/ladders/de-risking.ts';
import {
  DRAWDOWN_START,
  type DrawdownState,
  drawdownPolicy,
  drawdownRung,
  drawdownScale,
  drawdownStep,
  lossAtRelease,
} from '../../../src/risk/ladders/drawdown.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';

const LADDER = ladderPolicy(defaultsOf(valueAtRisk));
const DRAWDOWN = drawdownPolicy(defaultsOf(drawdown));
const HOUR = DRAWDOWN.recoverMs;
const fallen = (state: DrawdownState, fall: number, atMs = 0): DrawdownState =>
  drawdownStep(state, { kind: 'fall', fall, atMs }, DRAWDOWN);
const scale = (state: DrawdownState): number => drawdownScale(state, DRAWDOWN);

test('a fall beyond 15 % halves the sizes at once, one beyond 20 % takes nothing new', () => {
  assert.is(scale(DRAWDOWN_START), 1);
  const before = fallen(DRAWDOWN_START, 0.15);
  assert.equal([before.stage, scale(before)], ['normal', 1]);
  const soft = fallen(before, 0.150_001);
  assert.is(soft.stage, 'soft');
  near(scale(soft), 0.5, 1e-4);
  near(scale(fallen(soft, 0.175)), 0.25);
  assert.is(fallen(soft, 0.2).stage, 'soft');
  const hard = fallen(soft, 0.200_001);
  assert.equal([hard.stage, scale(hard)], ['hard', 0]);
  assert.is(fallen(DRAWDOWN_START, 0.3).stage, 'hard');
  assert.is(drawdownScale(soft, { ...DRAWDOWN, soft: 0.2 }), 0);
});

test('the soft limit is left after an hour below four fifths of it, without a break', () => {
  const soft = fallen(DRAWDOWN_START, 0.16);
  const calm = fallen(soft, 0.1, 1_000);
  assert.equal([calm.stage, calm.calmSinceMs], ['soft', 1_000]);
  near(scale(calm), 0.5);
  const broken = fallen(fallen(calm, 0.13, 2_000), 0.1, 3_000);
  assert.is(broken.calmSinceMs, 3_000);
  assert.is(fallen(broken, 0.1, 2_999 + HOUR).stage, 'soft');
  const again = fallen(broken, 0.1, 3_000 + HOUR);
  assert.equal([again.stage, again.calmSinceMs], ['normal', null]);
  const relapsed = fallen(calm, 0.16, 2_000);
  assert.equal([relapsed.stage, relapsed.calmSinceMs], ['soft', null]);
});

test('the hard limit waits for people, and after them the soft one holds', () => {
  const hard = fallen(DRAWDOWN_START, 0.22);
  assert.is(fallen(hard, 0, 99 * HOUR).stage, 'hard');
  const released = drawdownStep(hard, { kind: 'released' }, DRAWDOWN);
  assert.is(released.stage, 'soft');
  const soft = fallen(DRAWDOWN_START, 0.16);
  assert.is(drawdownStep(soft, { kind: 'released' }, DRAWDOWN), soft);
});

test('people who take a desk on leave it the distance between the limits and no more', () => {
  const loss = lossAtRelease(78, DRAWDOWN);
  near(loss / (78 + loss), 0.15);
  for (const equity of [0, -5, Number.NaN]) assert.is(lossAtRelease(equity, DRAWDOWN), 0);
  assert.is(lossAtRelease(100, { ...DRAWDOWN, soft: 1 }), 0);
});

test('a fall that is not known is the hard limit', () => {
  assert.is(fallen(DRAWDOWN_START, Number.NaN).stage, 'hard');
});

test('each stage of a fall is a rung of the ladder', () => {
  const rung = (fall: number) => drawdownRung(fallen(DRAWDOWN_START, fall), DRAWDOWN);
  assert.equal([0.1, 0.11, 0.16, 0.21].map(rung), ['none', 'warn', 'scale', 'flatten']);
});

test('whatever the falls, a limit acts at once and the scale follows the stage', () => {
  law(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1.5, noNaN: true }), { maxLength: 50 }),
      (path) => {
        let state = DRAWDOWN_START;
        path.forEach((fall, at) => {
          const next = fallen(state, fall, at * (HOUR / 2));
          const size = scale(next);
          assert.ok(size >= 0 && size <= 1);
          if (fall > 0.2) assert.is(size, 0);
          else if (fall > 0.15) assert.ok(size <= 0.5);
          assert.not.ok(state.stage === 'hard' && next.stage !== 'hard');
          state = next;
        });
      },
    ),
  );
});

test('sizes shrink in eighths, and are nothing only where nothing is left', () => {
  assert.equal([1, 0.99, 0.625, 0.5, 0.26, 0.01, 0, -1].map(sizeStep), [
    ...[1, 0.875, 0.625, 0.5, 0.25, 0.125, 0, 0],
  ]);
  law(
    fc.property(fc.double({ min: 1 / 8, max: 1, noNaN: true }), (size) => {
      assert.ok(sizeStep(size) <= size + 1e-9 && sizeStep(size) > size - 1 / 8 - 1e-9);
    }),
  );
});

const used = (state: LadderState, use: number, atMs = 0): LadderState =>
  ladderStep(state, { kind: 'use', use, atMs }, LADDER);
const WAIT = LADDER.recoverMs;

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
  const falling = { ...LADDER, from: [1, 0.9, 1.1, 1.2, 1.3] as const };
  assert.throws(() => rungOf(1, { ...falling, from: [1, 0.9, 1.1, 1.2, 1.3] }), /rises/);
});

test('sizes shrink from whole to a quarter on the way to reduce-only, and then to none', () => {
  assert.is(ladderScale(used(LADDER_START, 0.85), LADDER), 1);
  assert.is(ladderScale(used(LADDER_START, 0.9), LADDER), 1);
  near(ladderScale(used(LADDER_START, 0.95), LADDER), 0.625);
  assert.is(ladderScale(used(LADDER_START, 1), LADDER), 0);
  near(ladderScale(used(used(LADDER_START, 0.95), 0.1), LADDER), 1);
});

test('a rung is left one at a time, each after its own wait below nine tenths of it', () => {
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
    assert.is(ladderStep(later, { kind: 'released' }, LADDER).rung, 'reduce-only');
  }
  const warned = used(LADDER_START, 0.85);
  assert.is(ladderStep(warned, { kind: 'released' }, LADDER), warned);
});

test('a use that cannot be told is reduce-only, and never lowers what stands', () => {
  assert.is(used(LADDER_START, Number.NaN).rung, 'reduce-only');
  assert.is(used(used(LADDER_START, 1.3), Number.NaN).rung, 'flatten');
  assert.is(ladderScale(used(LADDER_START, Number.NaN), LADDER), 0);
});

test('no uses skip a rung on the way down, or stand below the one they call for', () => {
  law(
    fc.property(fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { maxLength: 60 }), (uses) => {
      let state = LADDER_START;
      uses.forEach((use, at) => {
        const next = used(state, use, at * WAIT);
        const place = (rung: LadderState['rung']): number => RUNGS.indexOf(rung);
        assert.ok(place(next.rung) >= place(rungOf(use, LADDER)));
        assert.ok(place(next.rung) >= place(state.rung) - 1);
        assert.ok(ladderScale(next, LADDER) >= 0 && ladderScale(next, LADDER) <= 1);
        state = next;
      });
    }),
  );
});

test.run();
