import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BACKLOG_MS_MAX,
  commitDelayMs,
  DEFAULT_COMMIT_BOUNDS,
  isBacklogTolerable,
  NOTHING_STAGED,
  staged,
} from '../../src/audit/group-commit.ts';
import { nanosOf } from '../../src/core/units.ts';
import { law } from '../support/law.ts';

const at = (ms: number) => nanosOf(ms * 1e6);
const delay = (what: Parameters<typeof commitDelayMs>[1], ms: number) =>
  commitDelayMs(DEFAULT_COMMIT_BOUNDS, what, at(ms));

test('nothing staged is never due', () => {
  assert.is(delay(NOTHING_STAGED, 1e9), null);
  assert.ok(isBacklogTolerable(NOTHING_STAGED, at(1e9)));
});

test('an entry waits 5 ms, counted from the oldest one', () => {
  let what = staged(NOTHING_STAGED, false, at(100));
  what = staged(what, false, at(104));
  assert.is(delay(what, 100), 5);
  assert.is(delay(what, 104), 1);
  assert.is(delay(what, 105), 0);
  assert.is(delay(what, 200), 0);
});

test('the 256th entry waits for nothing, nor does a safety event', () => {
  let what = NOTHING_STAGED;
  for (let count = 0; count < 255; count += 1) what = staged(what, false, at(0));
  assert.is(delay(what, 0), 5);
  assert.is(delay(staged(what, false, at(0)), 0), 0);
  assert.is(delay(staged(NOTHING_STAGED, true, at(0)), 0), 0);
  assert.is(delay(staged(staged(NOTHING_STAGED, true, at(0)), false, at(0)), 0), 0);
});

test('a backlog of a second closes the way for orders', () => {
  const what = staged(NOTHING_STAGED, false, at(0));
  assert.ok(isBacklogTolerable(what, at(BACKLOG_MS_MAX - 1)));
  assert.not(isBacklogTolerable(what, at(BACKLOG_MS_MAX)));
});

test('the wait is never longer than the bound and never grows as time passes', () => {
  const bounds = fc.record({
    delayMs: fc.nat({ max: 50 }),
    entries: fc.integer({ min: 1, max: 9 }),
  });
  law(
    fc.property(
      bounds,
      fc.nat({ max: 12 }),
      fc.nat(99),
      fc.nat(99),
      (limits, entries, one, two) => {
        let what = NOTHING_STAGED;
        for (let count = 0; count < entries; count += 1) what = staged(what, false, at(count));
        const waits = [one, one + two].map((ms) => commitDelayMs(limits, what, at(entries + ms)));
        if (entries === 0) return assert.equal(waits, [null, null]);
        const [soon, late] = waits as [number, number];
        assert.ok(soon <= limits.delayMs && late <= soon && late >= 0);
      },
    ),
  );
  assert.throws(
    () => commitDelayMs({ delayMs: -1, entries: 1 }, NOTHING_STAGED, at(0)),
    /negative/,
  );
});

test.run();
