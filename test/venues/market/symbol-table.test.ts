import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SymbolTable } from '../../../src/venues/market/symbol-table.ts';
import { law } from '../../support/law.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const symbol = fc.stringMatching(/^[A-Z0-9]{1,6}\/[A-Z]{1,4}$/);

test('every symbol is found and no other text is', () => {
  const symbols = fc.uniqueArray(symbol, { minLength: 1, maxLength: 60, size: 'max' });
  law(
    fc.property(symbols, symbol, (all, other) => {
      const table = new SymbolTable(all.map((each) => ({ symbol: each })));
      for (const each of all) {
        assert.is(table.find(bytesOf(`{"${each}",`), 2)?.symbol, each);
        assert.is(table.end, 2 + each.length, 'the quote behind it');
      }
      const found = table.find(bytesOf(`"${other}"`), 1);
      assert.is(found?.symbol ?? null, all.includes(other) ? other : null);
    }),
  );
});

test('a text that goes on behind the longest symbol, or never ends, is none', () => {
  const table = new SymbolTable([{ symbol: 'BTC/USD' }, { symbol: 'ETH/USD' }]);
  for (const text of ['"BTC/USDT"', '"BTC/USD', '"BTC', '"']) {
    assert.is(table.find(bytesOf(text), 1), null, text);
  }
});

test.run();
