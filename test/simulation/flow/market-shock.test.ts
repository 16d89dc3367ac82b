import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Shock } from '../../../src/simulation/flow/market-shock.ts';

test('a shock takes the price where it should be, however time is cut, and no further', () => {
  const shock = new Shock({ priceFactor: 0.7, seconds: 60, depthShare: 1 });
  let log = 0;
  for (const seconds of [0.25, 1, 13.75, 30]) log += shock.advance(seconds);
  assert.ok(Math.abs(Math.exp(log) - 0.7 ** 0.75) < 1e-12, 'as steep in every second');
  log += shock.advance(1_000);
  assert.ok(Math.abs(Math.exp(log) - 0.7) < 1e-12);
  assert.is(shock.advance(1), 0);
});

test.run();
