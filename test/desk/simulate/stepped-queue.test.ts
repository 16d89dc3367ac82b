import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Runnable } from '../../../actors/runtime/run-queue.ts';
import { SteppedQueue } from '../../../src/desk/simulate/stepped-queue.ts';
import { manualEnv } from '../../support/manual-env.ts';

function worker(messages: number) {
  const work = { left: messages, limits: [] as number[] };
  const item: Runnable = {
    next: null,
    isQueued: false,
    get isRunnable() {
      return work.left > 0;
    },
    run(limit) {
      work.limits.push(limit);
      work.left -= 1;
      return 1;
    },
  };
  return { item, work };
}

test('nothing runs but what is picked, one message at a time', () => {
  const queue = new SteppedQueue(manualEnv().clock);
  const [first, second] = [worker(2), worker(1)];
  queue.add(first.item);
  queue.add(second.item);
  queue.add(first.item);
  assert.is(queue.size, 2, 'nobody waits twice');
  assert.is(queue.hold(), false);
  queue.drain();
  assert.is(first.work.left, 2);
  queue.run(0);
  assert.equal(first.work.limits, [1]);
  assert.is(queue.size, 2, 'who has more to do waits again');
  queue.run(0);
  assert.is(second.work.left, 0, 'whoever ran stands behind the others');
  queue.run(0);
  assert.is(queue.size, 0);
});

test('an actor that has nothing to do any more is passed over', () => {
  const queue = new SteppedQueue(manualEnv().clock);
  const { item, work } = worker(1);
  queue.add(item);
  work.left = 0;
  queue.run(0);
  assert.equal(work.limits, []);
});

test.run();
