import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  amountOf,
  bpsOf,
  fractionOf,
  lotsOf,
  millisOf,
  moneyOf,
  NO_AMOUNT,
  nanosOf,
  priceOf,
  quantityOf,
  ticksOf,
} from '../../src/core/units.ts';

test('a brand changes nothing at run time', () => {
  for (const brand of [priceOf, quantityOf, moneyOf, ticksOf, lotsOf, nanosOf, millisOf]) {
    assert.is(brand(1.5), 1.5);
  }
  assert.is(amountOf(7n), 7n);
  assert.is(NO_AMOUNT, 0n);
});

test('a basis point is a ten-thousandth', () => {
  assert.is(bpsOf(0.0025), 25);
  assert.is(fractionOf(bpsOf(0.0025)), 0.0025);
});

test.run();
