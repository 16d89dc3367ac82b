import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Verdicts } from '../../../src/simulation/invariants/verdicts.ts';
import { WaitWatch } from '../../../src/simulation/invariants/wait-watch.ts';

function watched() {
  const verdicts = new Verdicts(
    () => ({ step: 1, atMs: 2 }),
    () => {},
  );
  const found = (): string[] => verdicts.violations.map(({ invariant }) => invariant);
  return { watch: new WaitWatch(verdicts), found };
}

const actor = { path: 'a/b', uid: 1, status: 'running', depth: 4 };

test('a mailbox above what its spec says is told, one that is full is not', () => {
  const { watch, found } = watched();
  watch.look([{ ...actor, depth: 5_000 }], 0);
  assert.equal(found(), [], 'nobody has declared it');
  watch.declared('a/b', 4);
  watch.look([actor], 0);
  assert.equal(found(), []);
  watch.look([{ ...actor, depth: 5 }], 0);
  assert.equal(found(), ['I9']);
});

test('an actor that waits beyond its bound is stuck, one that merely runs is not', () => {
  const { watch, found } = watched();
  for (const nowMs of [0, 30_000, 60_000]) watch.look([actor], nowMs);
  assert.equal(found(), []);
  const waiting = { ...actor, status: 'awaiting' };
  watch.look([waiting], 61_000);
  watch.look([waiting], 80_000);
  assert.equal(found(), []);
  watch.look([waiting], 81_001);
  assert.equal(found(), ['stuck']);
  watch.look([], 90_000);
  watch.look([waiting], 120_000);
  assert.equal(found(), ['stuck'], 'another incarnation begins anew');
});

test('an actor is busy from the look on at which something of it was under way', () => {
  const { watch } = watched();
  assert.is(watch.busyMs('a/b', 0), 0);
  watch.look([actor], 0);
  assert.is(watch.busyMs('a/b', 9_000), 0, 'it runs');
  watch.look([{ ...actor, status: 'awaiting' }], 1_000);
  assert.is(watch.busyMs('a/b', 4_000), 3_000);
  watch.look([actor], 5_000);
  assert.is(watch.busyMs('a/b', 9_000), 0);
});

test('a command is followed to its answer, and told when there is none', async () => {
  const { watch, found } = watched();
  assert.is(await watch.follow('x', 0, Promise.resolve(3)), 3);
  assert.is(await watch.follow('y', 0, Promise.reject(new Error('no'))), null);
  void watch.follow('z', 0, new Promise(() => {}));
  watch.look([], 20_000);
  assert.equal(found(), []);
  watch.look([], 20_001);
  assert.equal(found(), ['answered']);
  void watch.follow('lost with its process', 0, new Promise(() => {}));
  watch.forget();
  watch.look([], 90_000);
  assert.equal(found(), ['answered']);
});

test('no more than some violations of one run are kept', () => {
  const { watch, found } = watched();
  for (let time = 0; time < 100; time += 1) watch.unanswered('x');
  assert.is(found().length, 20);
});

test.run();
