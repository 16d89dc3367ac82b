import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NAKED_NS_MAX, NakedWatch } from '../../../src/execution/protection/naked-watch.ts';

test('a position is told of once when it has had no stop for too long, and anew after one', () => {
  const watch = new NakedWatch();
  assert.not(watch.look('naked', 5));
  assert.not(watch.look('naked', 4 + NAKED_NS_MAX));
  assert.ok(watch.look('naked', 5 + NAKED_NS_MAX));
  assert.not(watch.look('naked', 6 + NAKED_NS_MAX));
  assert.not(watch.look('protected', 7 + NAKED_NS_MAX));
  assert.not(watch.look('naked', 8 + NAKED_NS_MAX));
  assert.ok(watch.look('naked', 8 + 2 * NAKED_NS_MAX));
});

test('a stop in between, or no position, begins the time anew', () => {
  for (const calm of ['protected', 'flat', 'dust', 'unknown'] as const) {
    const watch = new NakedWatch();
    watch.look('naked', 0);
    watch.look(calm, NAKED_NS_MAX - 1);
    assert.not(watch.look('naked', NAKED_NS_MAX), calm);
  }
});

test.run();
