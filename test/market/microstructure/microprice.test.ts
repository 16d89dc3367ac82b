import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { weightedMid } from '../../../src/market/microstructure/microprice.ts';
import { law } from '../../support/law.ts';

const price = fc.integer({ min: 1, max: 10_000_000 });
const size = fc.integer({ min: 1, max: 1_000_000 });

test('equal sizes give the mid', () => {
  assert.is(weightedMid(100, 7, 102, 7), 101);
});

test('the side with less size pulls: it is the next to give way', () => {
  assert.is(weightedMid(100, 3, 104, 1), 103);
  assert.is(weightedMid(100, 1, 104, 3), 101);
});

test('the microprice lies between bid and ask and mirrors with the book', () => {
  law(
    fc.property(price, size, price, size, (bid, bidSize, spread, askSize) => {
      const ask = bid + spread;
      const fair = weightedMid(bid, bidSize, ask, askSize);
      const slack = ask * 1e-12;
      assert.ok(fair >= bid - slack && fair <= ask + slack);
      const mirrored = weightedMid(bid, askSize, ask, bidSize);
      assert.ok(Math.abs(fair + mirrored - bid - ask) <= 4 * slack);
    }),
  );
});

test('without any size there is no price', () => {
  assert.ok(Number.isNaN(weightedMid(100, 0, 102, 0)));
});

test.run();
