import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileInstrument, type Instrument, quantityText } from '../../src/core/instrument.ts';
import { lotsOf } from '../../src/core/units.ts';
import { isSameDefinition, regriddedLots } from '../../src/execution/definitions.ts';

function onGrid(lot: string): Instrument {
  const rules = { index: 0, venue: 'v', symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT' };
  const compiled = compileInstrument({ ...rules, tick: '0.01', lot });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value;
}

test('a definition is the same only when every rule is', () => {
  assert.ok(isSameDefinition(onGrid('0.001'), onGrid('0.001')));
  assert.not.ok(isSameDefinition(onGrid('0.001'), onGrid('0.01')));
  assert.not.ok(isSameDefinition(onGrid('0.001'), { ...onGrid('0.001'), index: 1 }));
});

test('a quantity keeps its value on a finer grid', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (lots) => {
      const [coarse, fine] = [onGrid('0.05'), onGrid('0.0001')];
      const there = regriddedLots(lotsOf(lots), coarse, fine);
      assert.is(there, lots * 500);
      assert.is(Number(quantityText(fine, lotsOf(lots * 500))), (lots * 5) / 100);
      assert.is(regriddedLots(lotsOf(lots * 500), fine, coarse), lots);
    }),
  );
});

test('a quantity that the new grid cannot hold has no lots there', () => {
  assert.is(regriddedLots(lotsOf(3), onGrid('0.001'), onGrid('0.01')), null);
  const most = lotsOf(Number.MAX_SAFE_INTEGER);
  assert.is(regriddedLots(most, onGrid('1'), onGrid('0.1')), null);
});

test.run();
