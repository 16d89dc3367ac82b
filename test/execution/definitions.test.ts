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

test('a quantity keeps its value on a finer grid, and on the way back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (lots) => {
      const [coarse, fine] = [onGrid('0.05'), onGrid('0.0001')];
      const there = regriddedLots(lotsOf(lots), coarse, fine);
      assert.equal(there, { lots: lots * 500, isExact: true });
      assert.is(Number(quantityText(fine, there.lots)), (lots * 5) / 100);
      assert.equal(regriddedLots(there.lots, fine, coarse), { lots, isExact: true });
    }),
  );
});

test('what the new grid cannot hold is cut off towards zero, and said', () => {
  const [fine, coarse] = [onGrid('0.001'), onGrid('0.01')];
  assert.equal(regriddedLots(lotsOf(39), fine, coarse), { lots: 3, isExact: false });
  assert.equal(regriddedLots(lotsOf(-39), fine, coarse), { lots: -3, isExact: false });
  const most = Number.MAX_SAFE_INTEGER;
  for (const lots of [most, -most]) {
    const held = regriddedLots(lotsOf(lots), coarse, fine);
    assert.equal(held, { lots, isExact: false });
  }
});

test.run();
