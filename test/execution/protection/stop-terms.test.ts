import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quoteAmount } from '../../../src/core/instrument.ts';
import { type Amount, amountOf, type Lots, lotsOf, ticksOf } from '../../../src/core/units.ts';
import { isDust, stopLots, stopTicks } from '../../../src/execution/protection/stop-terms.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const instrument = anInstrument();
const costAt = (ticks: number, lots: number): Amount =>
  quoteAmount(instrument, ticksOf(ticks), lotsOf(lots));

test('a stop is for the whole position, within what one order may have', () => {
  const bounds = { ...instrument, lotsMin: 5 as Lots, lotsMax: 100 as Lots };
  assert.equal(
    [0, 4, -4, 5, -50, 250, -250].map((position) => stopLots(bounds, position)),
    [0, 0, 0, 5, 50, 100, 100],
  );
});

test('an order of less than the venue takes is dust', () => {
  const notionalMin = costAt(6_000_000, 10);
  const bounds = { ...instrument, notionalMin };
  assert.ok(isDust(bounds, ticksOf(6_000_000), lotsOf(9)));
  assert.not(isDust(bounds, ticksOf(6_000_000), lotsOf(10)));
});

test('a stop lies against the position, rounded so that it wakes earlier', () => {
  assert.is(stopTicks(instrument, 10, costAt(6_000_000, 10), 200), 5_880_000);
  assert.is(stopTicks(instrument, -10, costAt(6_000_000, 10), 200), 6_120_000);
  // 6,000,001 × 0.98 = 5,880,000.98, and × 1.02 = 6,120,001.02.
  assert.is(stopTicks(instrument, 10, costAt(6_000_001, 10), 200), 5_880_001);
  assert.is(stopTicks(instrument, -10, costAt(6_000_001, 10), 200), 6_120_001);
});

test('a stop stays among the prices of the market', () => {
  const bounds = { ...instrument, ticksMin: ticksOf(5_900_000), ticksMax: ticksOf(6_100_000) };
  assert.is(stopTicks(bounds, 10, costAt(6_000_000, 10), 200), 5_900_000);
  assert.is(stopTicks(bounds, -10, costAt(6_000_000, 10), 200), 6_100_000);
});

test('no stop is further from the entry than its distance, nor a tick nearer', () => {
  const law = fc.property(
    fc.integer({ min: 1_000_000, max: 10_000_000 }),
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.integer({ min: 1, max: 9_999 }),
    fc.bigInt({ min: 0n, max: 1_000n }),
    (ticks, lots, bps, odd) => {
      const cost = amountOf(costAt(ticks, lots) + odd);
      const one = costAt(1, lots) * 10_000n;
      const long = BigInt(stopTicks(instrument, lots, cost, bps)) * one;
      const wanted = cost * BigInt(10_000 - bps);
      assert.ok(long >= wanted && long - one < wanted);
      const short = BigInt(stopTicks(instrument, -lots, cost, bps)) * one;
      const above = cost * BigInt(10_000 + bps);
      assert.ok(short <= above && short + one > above);
    },
  );
  fc.assert(law, { numRuns: 200 });
});

test.run();
