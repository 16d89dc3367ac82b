import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isWarmable, warmReturns } from '../../../../src/risk/volatility/live/warm-start.ts';
import { law } from '../../../support/law.ts';

const MINUTE = 60_000;
const at = (minute: number, price: number) => ({ endMs: minute * MINUTE, price });

test('a return is between the prices at two ends of periods that follow each other', () => {
  const closes = [at(1, 100), at(2, 110), at(3, 99), at(5, 100), at(6, 101)];
  const { returns, endsMs } = warmReturns(closes, MINUTE);
  assert.equal(
    endsMs.map((endMs) => endMs / MINUTE),
    [2, 3, 4, 5, 6],
  );
  const shown = returns.map((value) => (Number.isNaN(value) ? null : value.toFixed(6)));
  assert.equal(shown, ['0.095310', '-0.105361', null, null, '0.009950']);
});

test('longer periods take the minutes at which they end', () => {
  const closes = [at(3, 90), at(5, 100), at(7, 5), at(10, 121), at(12, 7)];
  const { returns, endsMs } = warmReturns(closes, 5 * MINUTE);
  assert.equal([endsMs, returns], [[10 * MINUTE], [Math.log(1.21)]]);
});

test('fewer than two prices are no return, and periods of no whole minutes none at all', () => {
  assert.equal(warmReturns([], MINUTE), { returns: [], endsMs: [] });
  assert.equal(warmReturns([at(1, 5)], MINUTE), { returns: [], endsMs: [] });
  assert.equal([MINUTE, 5 * MINUTE, 1_000, 90_000].map(isWarmable), [true, true, false, false]);
});

test('whatever minutes are missing, ends are a grid and returns add up between the gaps', () => {
  const minutes = fc.uniqueArray(fc.nat({ max: 60 }), { minLength: 1, maxLength: 40 });
  law(
    fc.property(minutes, fc.integer({ min: 1, max: 6 }), (known, length) => {
      const closes = known.sort((a, b) => a - b).map((minute) => at(minute, Math.exp(minute)));
      const periodMs = length * MINUTE;
      const { returns, endsMs } = warmReturns(closes, periodMs);
      endsMs.forEach((endMs, index) => {
        assert.is(endMs % periodMs, 0);
        if (index > 0) assert.is(endMs - (endsMs[index - 1] as number), periodMs);
        const isKnown = [endMs, endMs - periodMs].every((ms) => known.includes(ms / MINUTE));
        const value = returns[index] as number;
        assert.ok(isKnown ? Math.abs(value - length) < 1e-9 : Number.isNaN(value));
      });
    }),
  );
});

test.run();
