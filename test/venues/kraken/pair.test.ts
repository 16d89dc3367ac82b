import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PairRules } from '../../../src/venues/kraken/market/rare-frame.ts';
import { pairChangeOf } from '../../../src/venues/kraken/pair.ts';
import { aPair } from '../../support/kraken/pairs.ts';

const OURS: PairRules = {
  symbol: 'BTC/USD',
  status: 'online',
  priceDecimals: 1,
  quantityDecimals: 8,
  tick: '0.10',
  quantityMin: '0.00005',
  notionalMin: '0.5',
};

test('the rules that a pair was opened with are no change, and neither are lower minima', () => {
  for (const rules of [{}, { quantityMin: '', notionalMin: '' }, { notionalMin: '0.1' }]) {
    assert.is(pairChangeOf(aPair(), { ...OURS, ...rules }), '');
  }
});

test('another grid and higher minima are a change, and so are rules that make no sense', () => {
  for (const [rules, said] of [
    [{ tick: '0.5' }, /^tick: ours is 0.1, the venue's is 0.5$/],
    [{ tick: '0.01', priceDecimals: 2 }, /^tick: ours is 0.1, the venue's is 0.01$/],
    [{ quantityDecimals: 6 }, /^lot: ours is 1e-8, the venue's is 0.000001$/],
    [{ quantityMin: '0.0001' }, /^smallest quantity: ours is 5000 lots, the venue's is 10000$/],
    [{ notionalMin: '5' }, /^smallest notional: ours is 0.5/],
    [{ tick: 'none' }, /^tick: found none, wanted a decimal above 0$/],
  ] as const) {
    assert.match(pairChangeOf(aPair(), { ...OURS, ...rules }), said);
  }
});

test.run();
