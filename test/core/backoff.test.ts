import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backoffMs } from '../../src/core/backoff.ts';
import { rngOf } from '../../src/core/rng.ts';
import { law } from '../support/law.ts';

const policy = { minMs: 250, maxMs: 30_000, jitterFraction: 0, resetAfterMs: 60_000 };

test('without jitter the delay doubles up to its largest', () => {
  const delays = [0, 1, 2, 6, 7, 1000].map((attempt) => backoffMs(policy, attempt, rngOf(1)));
  assert.equal(delays, [250, 500, 1000, 16_000, 30_000, 30_000]);
});

test('a jittered delay stays between its share of the nominal one and the nominal one', () => {
  law(
    fc.property(
      fc.integer(),
      fc.nat(100),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (s, n, j) => {
        const nominal = backoffMs(policy, n, rngOf(s));
        const delay = backoffMs({ ...policy, jitterFraction: j }, n, rngOf(s));
        assert.ok(delay <= nominal && delay >= nominal * (1 - j));
      },
    ),
  );
});

test.run();
