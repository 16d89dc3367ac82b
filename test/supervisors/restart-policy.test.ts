import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StopReason } from '../../actors/runtime/actor-spec.ts';
import { type Nanos, nanosOf } from '../../src/core/units.ts';
import { STRATEGIES } from '../../supervisors/child-spec.ts';
import { admitRestart, isRestarted, restartGroup } from '../../supervisors/restart-policy.ts';

const failed: StopReason = { kind: 'failed', error: new Error('x'), isFatal: false };
const ends: [StopReason, permanent: boolean, transient: boolean, temporary: boolean][] = [
  [{ kind: 'normal' }, true, false, false],
  [{ kind: 'shutdown', why: 'requested' }, true, false, false],
  [{ kind: 'shutdown', why: 'gave-up' }, true, false, false],
  [failed, true, true, false],
  [{ kind: 'killed' }, true, true, false],
];
for (const [reason, permanent, transient, temporary] of ends) {
  test(`after ${reason.kind} a child is restarted as its type says`, () => {
    assert.is(isRestarted('permanent', reason), permanent);
    assert.is(isRestarted('transient', reason), transient);
    assert.is(isRestarted('temporary', reason), temporary);
  });
}

test('each strategy restarts its own group', () => {
  const ids = ['a', 'b', 'c'];
  assert.equal(restartGroup('one-for-one', ids, 'b'), ['b']);
  assert.equal(restartGroup('dynamic', ids, 'b'), ['b']);
  assert.equal(restartGroup('one-for-all', ids, 'b'), ['a', 'b', 'c']);
  assert.equal(restartGroup('rest-for-one', ids, 'b'), ['b', 'c']);
});

test('a group holds the child that ended and keeps the order of the specs', () => {
  const lists = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lists, fc.nat(), fc.constantFrom(...STRATEGIES), (ids, at, strategy) => {
      const ended = ids[at % ids.length] as string;
      const group = restartGroup(strategy, ids, ended);
      assert.ok(group.includes(ended));
      assert.equal(
        ids.filter((id) => group.includes(id)),
        group,
      );
    }),
  );
});

test('two in a period are admitted, the third is not, and later ones are again', () => {
  const limits = { intensity: 2, periodMs: 100 };
  const first = admitRestart([], nanosOf(0), limits);
  assert.equal(first, [0]);
  const second = admitRestart(first as Nanos[], nanosOf(50e6), limits);
  assert.equal(second, [0, 50e6]);
  assert.is(admitRestart(second as Nanos[], nanosOf(100e6), limits), null, 'both ends count');
  assert.equal(admitRestart(second as Nanos[], nanosOf(101e6), limits), [50e6, 101e6]);
});

test('an intensity of 0 admits nothing', () => {
  assert.is(admitRestart([], nanosOf(0), { intensity: 0, periodMs: 100 }), null);
});

test('no window of a period ever holds more than the intensity', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.nat(5), fc.integer({ min: 1, max: 100 }), (steps, intensity, periodMs) => {
      let window: readonly Nanos[] = [];
      let nowMs = 0;
      const admitted: number[] = [];
      for (const step of steps) {
        nowMs += step;
        const next = admitRestart(window, nanosOf(nowMs * 1e6), { intensity, periodMs });
        const recent = admitted.filter((atMs) => nowMs - atMs <= periodMs);
        assert.is(next === null, recent.length >= intensity);
        if (next === null) continue;
        window = next;
        admitted.push(nowMs);
        assert.ok(window.length <= intensity);
      }
    }),
  );
});

test.run();
