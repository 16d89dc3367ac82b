import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiErrors, CALLS_MAX, type CallOutcome } from '../../../src/risk/panic/api-errors.ts';
import { KyleLambda, Slippage } from '../../../src/risk/panic/slippage.ts';

test('C28: ten calls of which half failed by weight open a breaker, nine do not', () => {
  const detector = new ApiErrors(3);
  const outcomes: CallOutcome[] = ['5xx', 'ok', '429', 'ok', 'timeout', 'ok', '5xx', 'ok', '5xx'];
  outcomes.forEach((outcome, at) => {
    detector.onCall(0, outcome, at);
  });
  assert.ok(Number.isNaN(detector.openedAtMs(0)));
  detector.onCall(0, 'ok', 9);
  assert.is(detector.openedAtMs(0), 9);
  assert.is(detector.isCascade, false);
});

test('C28: a 4xx weighs a quarter and breaks a row', () => {
  const detector = new ApiErrors(3);
  for (let at = 0; at < 4; at += 1) detector.onCall(0, 'timeout', at * 60_000);
  detector.onCall(0, '4xx', 4 * 60_000);
  for (let at = 5; at < 9; at += 1) detector.onCall(0, '429', at * 60_000);
  assert.ok(Number.isNaN(detector.openedAtMs(0)));
  detector.onCall(0, '5xx', 9 * 60_000);
  assert.is(detector.openedAtMs(0), 9 * 60_000);
  for (let at = 0; at < 100; at += 1) detector.onCall(1, '4xx', at);
  assert.ok(Number.isNaN(detector.openedAtMs(1)));
});

test('C28: a call leaves the window exactly 30 s later', () => {
  const opensAt = (lastMs: number): boolean => {
    const detector = new ApiErrors(3);
    for (let at = 0; at < 4; at += 1) {
      detector.onCall(0, '5xx', 0);
      detector.onCall(0, 'ok', 0);
    }
    detector.onCall(0, '5xx', 0);
    detector.onCall(0, 'ok', lastMs);
    return !Number.isNaN(detector.openedAtMs(0));
  };
  assert.equal([opensAt(29_999), opensAt(30_000)], [true, false]);
});

test('C28: two open venues or half of them cascade until an operator closes it', () => {
  const failing = (detector: ApiErrors, venue: number, atMs: number): void => {
    for (let at = 0; at < 5; at += 1) detector.onCall(venue, 'timeout', atMs);
  };
  const five = new ApiErrors(5);
  failing(five, 3, 10);
  assert.is(five.isCascade, false);
  failing(five, 1, 20);
  assert.is(five.cascadeAtMs, 20);
  five.close(1);
  five.close(3);
  for (let at = 0; at < 10; at += 1) five.onCall(3, 'ok', 30);
  assert.is(five.cascadeAtMs, 20);
  five.closeCascade();
  five.onCall(0, 'ok', 40);
  assert.equal([five.isCascade, five.openedAtMs(3)], [false, Number.NaN]);
  const two = new ApiErrors(2);
  failing(two, 0, 1);
  assert.is(two.cascadeAtMs, 1);
  two.closeCascade();
  two.onCall(1, 'ok', 2);
  assert.is(two.cascadeAtMs, 2);
  assert.throws(() => two.onCall(2, 'ok', 0), /one of those/);
  assert.throws(() => new ApiErrors(0), /at least one/);
});

test('C28: more calls than are remembered forget the oldest', () => {
  const detector = new ApiErrors(3);
  for (let at = 0; at < CALLS_MAX / 2; at += 1) detector.onCall(0, 'ok', 1);
  for (let at = 2; at < CALLS_MAX; at += 1) detector.onCall(0, at % 2 === 0 ? 'ok' : '5xx', 2);
  assert.ok(Number.isNaN(detector.openedAtMs(0)));
  detector.onCall(0, '5xx', 3);
  assert.is(detector.openedAtMs(0), 3);
});

test('C28: a breaker opens when and only when the plain definition says so', () => {
  const weight = { ok: 0, '4xx': 0.25, '429': 1, '5xx': 1, timeout: 1 } as const;
  const call = fc.tuple(
    fc.nat(6_000),
    fc.constantFrom<CallOutcome>('ok', 'ok', '4xx', '429', '5xx', 'timeout'),
  );
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
      const detector = new ApiErrors(3);
      const seen: [atMs: number, weight: number][] = [];
      let wanted = Number.NaN;
      let atMs = 0;
      for (const [afterMs, outcome] of calls) {
        atMs += afterMs;
        seen.push([atMs, weight[outcome]]);
        detector.onCall(0, outcome, atMs);
        const recent = seen.filter(([at]) => at > atMs - 30_000);
        const sum = recent.reduce((total, [, one]) => total + one, 0);
        const isRow = seen.length >= 5 && seen.slice(-5).every(([, one]) => one === 1);
        const isOpen = isRow || (recent.length >= 10 && sum / recent.length >= 0.5);
        if (isOpen && Number.isNaN(wanted)) wanted = atMs;
      }
      assert.is(String(detector.openedAtMs(0)), String(wanted));
    }),
  );
});

test('C19: lambda finds the slope of any exact line', () => {
  const slope = fc.double({ min: -10, max: 10, noNaN: true });
  const volumes = fc.uniqueArray(fc.integer({ min: -1_000, max: 1_000 }), {
    minLength: 3,
    maxLength: 30,
  });
  fc.assert(
    fc.property(slope, slope, volumes, (lambda, alpha, all) => {
      const kyle = new KyleLambda(30);
      for (const volume of all) kyle.add(volume, alpha + lambda * volume);
      kyle.fit();
      assert.ok(Math.abs(kyle.lambda - lambda) < 1e-6 && Math.abs(kyle.alpha - alpha) < 1e-6);
    }),
  );
});

test('C19: too few points, equal volumes and figures that are none give no lambda', () => {
  const kyle = new KyleLambda(3);
  const unknown = (): boolean => {
    kyle.fit();
    return [kyle.lambda, kyle.alpha, kyle.standardError, kyle.r2].every(Number.isNaN);
  };
  assert.is(unknown(), true);
  kyle.add(1, 1);
  kyle.add(2, 2);
  kyle.add(Number.NaN, 1);
  kyle.add(1, Number.POSITIVE_INFINITY);
  assert.is(unknown(), true);
  for (let at = 0; at < 3; at += 1) kyle.add(5, at);
  assert.is(unknown(), true);
  assert.throws(() => new KyleLambda(2), /3 points/);
});

const aFill = (more = {}) => ({
  ...{ realised: 1, halfSpread: 0.1, size: 2, lambda: 0.2, atMs: 0 },
  ...more,
});

test('C19: a fill may slip three times what spread and lambda make of it, no more', () => {
  const limit = 3 * (0.1 + 0.2 * 2);
  assert.is(new Slippage().onFill(aFill({ realised: limit })), 'ok');
  assert.is(new Slippage().onFill(aFill({ realised: limit, size: -2 })), 'ok');
  assert.is(new Slippage().onFill(aFill({ realised: limit + 1e-9 })), 'excess');
  for (const lambda of [Number.NaN, -1]) {
    assert.is(new Slippage().onFill(aFill({ realised: 0.3, lambda })), 'ok');
    assert.is(new Slippage().onFill(aFill({ realised: 0.31, lambda })), 'excess');
  }
  assert.is(new Slippage().onFill(aFill({ realised: Number.NaN })), 'excess');
  assert.is(new Slippage().onFill(aFill({ halfSpread: Number.NaN })), 'excess');
});

test('C19: the third excess within ten minutes is a halt until it is closed', () => {
  const after = (timesMs: readonly number[]) => {
    const detector = new Slippage();
    return {
      detector,
      states: timesMs.map((atMs) => detector.onFill(aFill({ realised: 9, atMs }))),
    };
  };
  assert.equal(after([0, 300_000, 600_001, 600_002]).states, [
    'excess',
    'excess',
    'excess',
    'halt',
  ]);
  const { detector, states } = after([0, 300_000, 600_000]);
  assert.equal(states, ['excess', 'excess', 'halt']);
  assert.is(detector.onFill(aFill({ realised: 0, atMs: 9e9 })), 'halt');
  detector.close();
  assert.is(detector.onFill(aFill({ realised: 0, atMs: 9e9 })), 'ok');
});

test.run();
