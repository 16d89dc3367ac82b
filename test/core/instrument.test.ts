import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDecimal } from '../../src/core/decimal.ts';
import {
  baseAmount,
  bookLots,
  bookTicks,
  compileInstrument,
  type InstrumentRules,
  lotsBelow,
  notionalAt,
  parseLots,
  parseTicks,
  priceAt,
  priceText,
  quantityAt,
  quantityText,
  quoteAmount,
  ticksBelow,
} from '../../src/core/instrument.ts';
import { lotsOf, ticksOf } from '../../src/core/units.ts';
import { law } from '../support/law.ts';
import { anInstrument } from '../support/trade/instruments.ts';

/** Grids such as 0.01, 0.05, 0.00025 and 10, as a text and as what they are made of. */
const grid = fc
  .record({ steps: fc.constantFrom(1, 2, 5, 10, 25, 50), decimals: fc.nat({ max: 8 }) })
  .map(({ steps, decimals }) => ({ steps, decimals, text: formatDecimal(steps, decimals) }));

const rulesOf = (parts: Partial<InstrumentRules>): InstrumentRules => ({
  index: 0,
  venue: 'binance',
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  tick: '0.01',
  lot: '0.00001',
  ...parts,
});

test('ticks and lots come back from the text that is sent', () => {
  law(
    fc.property(grid, grid, fc.nat(), fc.nat(), (tick, lot, ticks, lots) => {
      const instrument = anInstrument({ tick: tick.text, lot: lot.text });
      assert.is(parseTicks(instrument, priceText(instrument, ticksOf(ticks))), ticks);
      assert.is(parseLots(instrument, quantityText(instrument, lotsOf(lots))), lots);
    }),
  );
});

test('a price or quantity off the grid is never rounded onto it', () => {
  law(
    fc.property(grid, fc.nat({ max: 1e9 }), (tick, scaled) => {
      const instrument = anInstrument({ tick: tick.text, lot: tick.text });
      const text = formatDecimal(scaled, tick.decimals + 1);
      const exact = scaled / (tick.steps * 10);
      const expected = Number.isInteger(exact) ? exact : Number.NaN;
      assert.ok(Object.is(parseTicks(instrument, text), expected), text);
      assert.ok(Object.is(parseLots(instrument, text), expected), text);
      const bytes = new TextEncoder().encode(text);
      for (const read of [bookTicks, bookLots]) {
        const fine = read(instrument, bytes, 0, bytes.length);
        assert.is(Number.isInteger(fine), Number.isInteger(exact));
        assert.ok(Math.abs(fine - exact) <= exact * 1e-15);
      }
    }),
  );
});

test('orders of others are rounded down onto the grid', () => {
  law(
    fc.property(grid, fc.nat({ max: 1e9 }), (tick, scaled) => {
      const instrument = anInstrument({ tick: tick.text, lot: tick.text });
      const text = formatDecimal(scaled, tick.decimals + 1);
      const below = Math.floor(scaled / (tick.steps * 10));
      assert.is(ticksBelow(instrument, text), below, text);
      assert.is(lotsBelow(instrument, text), below, text);
    }),
  );
  const instrument = anInstrument();
  for (const text of ['', 'x', '1e5', '-1']) {
    assert.ok(Number.isNaN(ticksBelow(instrument, text)), text);
    assert.ok(Number.isNaN(lotsBelow(instrument, text)), text);
  }
});

test('doubles of a price, a quantity and a notional are estimates of the exact ones', () => {
  law(
    fc.property(grid, grid, fc.nat({ max: 1e7 }), fc.nat({ max: 1e7 }), (tick, lot, t, l) => {
      const instrument = anInstrument({ tick: tick.text, lot: lot.text });
      const price = Number(priceText(instrument, ticksOf(t)));
      const quantity = Number(quantityText(instrument, lotsOf(l)));
      assert.ok(Math.abs(priceAt(instrument, t) - price) <= price * 1e-15);
      assert.ok(Math.abs(quantityAt(instrument, l) - quantity) <= quantity * 1e-15);
      const notional = price * quantity;
      assert.ok(Math.abs(notionalAt(instrument, t, l) - notional) <= notional * 1e-14);
    }),
  );
});

test('exact amounts agree with bigint arithmetic and cut off what is below a unit', () => {
  law(
    fc.property(grid, grid, fc.nat(), fc.nat(), (tick, lot, ticks, lots) => {
      const instrument = anInstrument({ tick: tick.text, lot: lot.text });
      const quantity = BigInt(lots) * BigInt(lot.steps) * 10n ** 20n;
      const base = quantity / 10n ** BigInt(lot.decimals) / 10n ** 12n;
      assert.is(baseAmount(instrument, lotsOf(lots)), base);
      const product = quantity * BigInt(ticks) * BigInt(tick.steps);
      const quote = product / 10n ** BigInt(lot.decimals + tick.decimals) / 10n ** 12n;
      assert.is(quoteAmount(instrument, ticksOf(ticks), lotsOf(lots)), quote);
    }),
  );
});

test('a grid is compiled to steps of the fewest decimals', () => {
  const { priceDecimals, tickSteps, quantityDecimals, lotSteps, tickSize, lotSize } = anInstrument({
    tick: '0.05000000',
    lot: '10.0',
  });
  assert.equal([priceDecimals, tickSteps, tickSize], [2, 5, 0.05]);
  assert.equal([quantityDecimals, lotSteps, lotSize], [0, 10, 10]);
});

test('bounds are whole ticks and lots inside the range that the venue states', () => {
  const instrument = anInstrument({
    tick: '0.05',
    lot: '0.002',
    priceMin: '0.12',
    priceMax: '9.99',
    quantityMin: '0.003',
    quantityMax: '1.001',
    notionalMin: '0.00000001',
  });
  const { ticksMin, ticksMax, lotsMin, lotsMax, notionalMin } = instrument;
  assert.equal([ticksMin, ticksMax, lotsMin, lotsMax], [3, 199, 2, 500]);
  assert.is(notionalMin, 1n);
});

test('bounds of zero or none are one tick and the largest that is exact', () => {
  const none = { lot: '0.00005' };
  const zero = '0.00000000';
  const zeros = { priceMin: zero, priceMax: zero, quantityMin: zero, quantityMax: zero };
  for (const bounds of [none, { ...none, ...zeros }]) {
    const instrument = anInstrument({ ...bounds, notionalMin: '0' });
    assert.equal([instrument.ticksMin, instrument.lotsMin], [1, 1]);
    const largest = Math.floor(Number.MAX_SAFE_INTEGER / 5);
    assert.equal([instrument.ticksMax, instrument.lotsMax], [largest, largest]);
    assert.is(instrument.notionalMin, 0n);
    assert.is(parseLots(instrument, quantityText(instrument, instrument.lotsMax)), largest);
  }
});

test('without a smallest notional there is none', () => {
  const compiled = compileInstrument(rulesOf({}));
  assert.ok(compiled.ok && compiled.value.notionalMin === 0n);
});

const senseless: [parts: Partial<InstrumentRules>, field: string, found: string][] = [
  [{ tick: '0' }, 'tick', '0'],
  [{ tick: '0.000' }, 'tick', '0.000'],
  [{ tick: '1e-8' }, 'tick', '1e-8'],
  [{ tick: '-0.01' }, 'tick', '-0.01'],
  [{ tick: '1.' }, 'tick', '1.'],
  [{ tick: '0.0000000000001' }, 'tick', '0.0000000000001'],
  [{ lot: '' }, 'lot', ''],
  [{ lot: '99999999999999999999' }, 'lot', '99999999999999999999'],
  [{ priceMin: '2', priceMax: '1' }, 'price', '2 to 1'],
  [{ priceMin: '0.001' }, 'price', '0.001 to no bound'],
  [{ priceMin: '-1' }, 'price', '-1 to no bound'],
  [{ priceMax: 'dear' }, 'price', 'no bound to dear'],
  [{ quantityMin: '-1' }, 'quantity', '-1 to no bound'],
  [{ quantityMax: '0.000001' }, 'quantity', 'no bound to 0.000001'],
  [{ notionalMin: '-1' }, 'notionalMin', '-1'],
  [{ notionalMin: '0.000000001' }, 'notionalMin', '0.000000001'],
];
for (const [parts, field, found] of senseless) {
  test(`rules with ${JSON.stringify(parts)} are refused by name`, () => {
    const compiled = compileInstrument(rulesOf(parts));
    assert.ok(!compiled.ok);
    const { kind, symbol, wanted } = compiled.error;
    assert.equal([kind, symbol], ['instrument-rules', 'BTCUSDT']);
    assert.equal([compiled.error.field, compiled.error.found], [field, found]);
    assert.ok(wanted.length > 0);
  });
}

test.run();
