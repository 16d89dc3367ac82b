import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PairStates } from '../../../../src/venues/kraken/market/pair-states.ts';
import type { PairRules } from '../../../../src/venues/kraken/market/rare-frame.ts';

const rules = (symbol: string, status: PairRules['status'] = 'online'): PairRules => ({
  ...{ symbol, status, priceDecimals: 1, quantityDecimals: 8, tick: '0.1' },
  ...{ quantityMin: '0.0001', notionalMin: '0.5' },
});

test('what is known is known as long as anybody hears of it', () => {
  const states = new PairStates(['BTC/USD']);
  const [one, other] = [{}, {}];
  assert.is(states.of('BTC/USD'), null);
  states.take(one, rules('BTC/USD'));
  states.take(other, rules('BTC/USD', 'maintenance'));
  assert.is(states.of('BTC/USD')?.status, 'maintenance');
  states.leave(one);
  assert.is(states.of('BTC/USD')?.status, 'maintenance');
  const { edits } = states;
  states.leave(other);
  assert.equal([states.of('BTC/USD'), states.edits], [null, edits + 1]);
  states.leave(other);
  assert.is(states.edits, edits + 1, 'who has left has left');
});

test('pairs that nobody follows are not kept', () => {
  const states = new PairStates(['BTC/USD']);
  states.take({}, rules('DOGE/USD'));
  assert.equal([states.of('DOGE/USD'), states.edits], [null, 0]);
  states.take({}, rules('BTC/USD'));
  assert.is(states.of('ETH/USD'), null);
});

test.run();
