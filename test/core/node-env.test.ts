import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertDelay, DELAY_MS_MAX, type Net } from '../../src/core/env.ts';
import { nodeClock, nodeEnv, nodeTimers } from '../../src/core/node-env.ts';
import { nodeFiles } from '../../src/core/node-files.ts';
import { law } from '../support/law.ts';

const NODE_DELAY_MS_MAX = 2 ** 31 - 1;

const noNet: Net = {
  webSocket: () => {
    throw new Error('no socket is opened');
  },
  http: () => {
    throw new Error('no request is sent');
  },
};

/** Node's timers as a list of armed delays that the test runs by hand. */
interface FakeTimer {
  readonly delayMs: number;
  readonly run: () => void;
  isCleared: boolean;
}

function withFakeTimers(use: (armed: FakeTimer[]) => void): void {
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  const armed: FakeTimer[] = [];
  const fake = {
    setTimeout(run: () => void, delayMs: number): FakeTimer {
      const timer = { delayMs, run, isCleared: false };
      armed.push(timer);
      return timer;
    },
    clearTimeout(timer: FakeTimer): void {
      timer.isCleared = true;
    },
  };
  Object.assign(globalThis, fake);
  try {
    use(armed);
  } finally {
    Object.assign(globalThis, { setTimeout: realSet, clearTimeout: realClear });
  }
}

test('a delay that is no number from 0 to ten years is refused before anything is armed', () => {
  withFakeTimers((armed) => {
    for (const delayMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, DELAY_MS_MAX + 1]) {
      const isRange = (thrown: Error) => thrown instanceof RangeError;
      assert.throws(() => nodeTimers.after(delayMs, () => {}), isRange);
      assert.throws(() => assertDelay(delayMs), isRange);
    }
    assert.is(armed.length, 0);
  });
  assertDelay(0);
  assertDelay(DELAY_MS_MAX);
});

test('a timer of any length fires once, after steps that node can hold and never early', () => {
  law(
    fc.property(fc.double({ min: 0, max: DELAY_MS_MAX, noNaN: true }), (delayMs) => {
      withFakeTimers((armed) => {
        let fired = 0;
        nodeTimers.after(delayMs, () => {
          fired += 1;
        });
        let waitedMs = 0;
        for (let step = 0; step < armed.length; step += 1) {
          const timer = armed[step] as FakeTimer;
          assert.is(fired, 0);
          // Node runs longer delays at once and cuts off fractions of a millisecond.
          assert.ok(timer.delayMs <= NODE_DELAY_MS_MAX);
          waitedMs += Math.trunc(timer.delayMs);
          timer.run();
        }
        assert.is(fired, 1);
        assert.is(waitedMs, Math.ceil(delayMs));
      });
    }),
  );
});

test('a long timer is cancelled in whatever step it is', () => {
  withFakeTimers((armed) => {
    const timer = nodeTimers.after(NODE_DELAY_MS_MAX * 2.5, () => assert.unreachable());
    armed[0]?.run();
    timer.cancel();
    assert.equal(
      armed.map(({ isCleared }) => isCleared),
      [false, true],
    );
  });
});

test('a real timer runs, and a cancelled one does not', async () => {
  const ran: string[] = [];
  const cancelled = nodeTimers.after(1, () => ran.push('cancelled'));
  cancelled.cancel();
  await new Promise<void>((resolve) => nodeTimers.after(2, resolve));
  cancelled.cancel();
  assert.equal(ran, []);
});

test('a turn comes after the code that asked for it and after what was promised', async () => {
  const order: string[] = [];
  const turned = new Promise<void>((resolve) =>
    nodeTimers.turn(() => {
      order.push('turn');
      resolve();
    }),
  );
  Promise.resolve().then(() => order.push('promise'));
  order.push('now');
  await turned;
  assert.equal(order, ['now', 'promise', 'turn']);
});

test('both clocks tell whole numbers, and the monotonic one never goes back', () => {
  assert.ok(Number.isSafeInteger(nodeClock.now()));
  assert.ok(nodeClock.now() > Date.UTC(2024, 0));
  let last = nodeClock.mono();
  for (let reading = 0; reading < 1000; reading += 1) {
    const now = nodeClock.mono();
    assert.ok(Number.isSafeInteger(now) && now >= last);
    last = now;
  }
});

test('a seeded environment repeats itself, an unseeded one does not', () => {
  const first = (seed?: number) => nodeEnv(noNet, seed).random.next();
  assert.is(first(1), first(1));
  assert.is(new Set([first(), first(), first(), first()]).size, 4);
});

test('the environment hands out entropy, files and the sockets it was given', () => {
  const env = nodeEnv(noNet, 1);
  assert.is(env.net, noNet);
  assert.is(env.files, nodeFiles);
  assert.is(env.clock, nodeClock);
  const [one, other] = [env.entropy(16), env.entropy(16)];
  assert.is(one.length, 16);
  assert.is.not(Buffer.from(one).toString('hex'), Buffer.from(other).toString('hex'));
});

test.run();
