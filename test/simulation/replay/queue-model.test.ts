import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { QueueModel } from '../../../src/market/microstructure/queue-position.ts';
import { lotsInFront, parseQueueModel } from '../../../src/simulation/replay/queue-model.ts';
import { law } from '../../support/law.ts';

const power = (n: number): QueueModel => ({ kind: 'power', n });
const MODELS: readonly QueueModel[] = [
  { kind: 'risk-averse' },
  power(1),
  power(2),
  power(3),
  { kind: 'log' },
];

const aLevel = fc
  .record({ front: fc.nat(100_000), back: fc.nat(100_000), share: fc.double({ min: 0, max: 1 }) })
  .filter(({ share }) => !Number.isNaN(share))
  .map(({ front, back, share }) => ({ front, back, canceled: Math.round((front + back) * share) }));

test('the risk-averse queue loses its back first, and is clipped when none is left', () => {
  const model: QueueModel = { kind: 'risk-averse' };
  assert.is(lotsInFront(model, { front: 40, back: 60, canceled: 60 }, 1), 40);
  assert.is(lotsInFront(model, { front: 40, back: 60, canceled: 75 }, 1), 25);
  assert.is(lotsInFront(model, { front: 40, back: 0, canceled: 40 }, 1), 0);
});

test('the power model splits a cancellation by n-th powers of what is behind and in front', () => {
  // n = 1: 60/100 of 20 is behind, 8 in front; n = 2: 3600/5200 of 20 is behind, 6.15 in front.
  assert.is(lotsInFront(power(1), { front: 40, back: 60, canceled: 20 }, 1), 32);
  assert.is(lotsInFront(power(2), { front: 40, back: 60, canceled: 20 }, 1), 34);
  assert.is(lotsInFront(power(1), { front: 40, back: 0, canceled: 10 }, 1), 30);
  assert.is(lotsInFront(power(1), { front: 0, back: 40, canceled: 10 }, 1), 0);
});

test('the logarithmic model does the same with ln(1 + x), in units of base', () => {
  // ln 61 / (ln 61 + ln 41) = 0.5254 of 20 is behind, 9.49 in front: 30.51, rounded up.
  assert.is(lotsInFront({ kind: 'log' }, { front: 40, back: 60, canceled: 20 }, 1), 31);
  // In small units the logarithm is a line: 0.6 of 20 is behind, and a trace more in front.
  assert.is(lotsInFront({ kind: 'log' }, { front: 40, back: 60, canceled: 20 }, 1e-9), 32);
});

test('what exceeds the back comes off the front', () => {
  assert.is(lotsInFront(power(1), { front: 10, back: 90, canceled: 95 }, 1), 1);
  assert.is(lotsInFront(power(3), { front: 50, back: 50, canceled: 100 }, 1), 0);
});

test('no model lets an order fall back, jump over whole lots, or stand outside its level', () => {
  law(
    fc.property(fc.constantFrom(...MODELS), aLevel, (model, level) => {
      const after = lotsInFront(model, level, 0.001);
      assert.ok(Number.isInteger(after));
      assert.ok(after >= 0 && after <= level.front);
      assert.ok(after <= level.front + level.back - level.canceled);
      assert.ok(level.front - after <= level.canceled);
    }),
    500,
  );
});

test('no model brings an order on less than the risk-averse one', () => {
  law(
    fc.property(fc.constantFrom(...MODELS), aLevel, (model, level) => {
      const averse = lotsInFront({ kind: 'risk-averse' }, level, 0.001);
      assert.ok(lotsInFront(model, level, 0.001) <= averse);
    }),
    500,
  );
});

test('a model is read from its name, and what is none says so', () => {
  assert.equal(parseQueueModel('risk-averse'), { ok: true, value: { kind: 'risk-averse' } });
  assert.equal(parseQueueModel('log'), { ok: true, value: { kind: 'log' } });
  assert.equal(parseQueueModel('power 2.5'), { ok: true, value: { kind: 'power', n: 2.5 } });
  for (const text of ['', 'power', 'power 0.5', 'power 11', 'power x', 'fifo']) {
    const parsed = parseQueueModel(text);
    assert.ok(!parsed.ok && parsed.error.startsWith(`found ${text}, wanted risk-averse`));
  }
});

test.run();
