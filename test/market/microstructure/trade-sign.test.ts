import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { leeReadySign, TickRule } from '../../../src/market/microstructure/trade-sign.ts';

test('the tick rule knows nothing at first and keeps its sign at an equal price', () => {
  const rule = new TickRule();
  const signs = [10, 10, 11, 11, Number.NaN, 11, 9, 9, 12].map((price) => rule.onTrade(price));
  assert.equal(signs, [0, 0, 1, 1, 1, 1, -1, -1, 1]);
});

test('a trade off the mid is told by it, one at the mid by the tick rule', () => {
  assert.equal(
    [99.4, 99.6, 99.5].map((price) => leeReadySign(price, 99, 100, 1)),
    [-1, 1, 1],
  );
  assert.is(leeReadySign(99.5, 99, 100, 0), 0);
});

test.run();
