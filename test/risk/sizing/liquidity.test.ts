import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liquidityAdjusted, liquidSize } from '../../../src/risk/sizing/liquidity.ts';
import { near } from '../../support/near.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

const MARKET = { volume: 900, participation: 0.1, horizon: 5 };

test('what can be closed in time is our share of what the others trade', () => {
  near(valueIn(liquidSize(MARKET)), 500);
  assert.is(valueIn(liquidSize({ ...MARKET, volume: 0 })), 0);
});

test('a position that takes longer to close risks more, by the root of the time', () => {
  near(valueIn(liquidityAdjusted(10, 50, MARKET)), 10);
  near(valueIn(liquidityAdjusted(10, -400, MARKET)), 20);
  const dead = { ...MARKET, volume: 0 };
  assert.is(valueIn(liquidityAdjusted(10, 1, dead)), Number.POSITIVE_INFINITY);
  assert.is(valueIn(liquidityAdjusted(0, 0, dead)), 0);
});

test('a market that is none is refused by name', () => {
  for (const [name, values] of [
    ['volume', [-1, Number.NaN, Number.POSITIVE_INFINITY]],
    ['participation', [0, 1, Number.NaN]],
    ['horizon', [0, -1, Number.NaN, Number.POSITIVE_INFINITY]],
  ] as const) {
    for (const value of values) {
      const market = { ...MARKET, [name]: value };
      assert.is(errorIn(liquidSize(market)).name, name);
      assert.is(errorIn(liquidityAdjusted(1, 1, market)).name, name);
    }
  }
});

test.run();
