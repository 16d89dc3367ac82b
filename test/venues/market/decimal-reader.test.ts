import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDecimalBytes } from '../../../src/core/decimal.ts';
import { DecimalReader } from '../../../src/venues/market/decimal-reader.ts';
import { law } from '../../support/law.ts';

const reader = new DecimalReader();
const bytesOf = (text: string) => new TextEncoder().encode(text);

test('a decimal is worth what the careful reader says, and ends where it ends', () => {
  const part = fc.stringMatching(/^[0-9]{0,9}$/);
  const decimal = fc.tuple(part, fc.boolean(), part, fc.constantFrom('', '0', '000'));
  law(
    fc.property(decimal, fc.nat(9), ([whole, hasDot, fraction, zeros], decimals) => {
      const text = hasDot ? `${whole}.${fraction}${zeros}` : whole;
      const bytes = bytesOf(`"${text}","1"`);
      const wanted = parseDecimalBytes(bytes, 1, 1 + text.length, decimals);
      const found = reader.read(bytes, 1, decimals);
      assert.equal(found, wanted, `${text} with ${decimals}`);
      if (!Number.isNaN(found)) assert.is(reader.end, 1 + text.length);
    }),
    1_000,
  );
});

test('what is no plain decimal, finer, or beyond the safe integers is no number', () => {
  for (const text of ['', '-1', '.5', '1.', 'x', '0.001', '0.0100001', '99999999999999999999']) {
    assert.ok(Number.isNaN(reader.read(bytesOf(`${text}"`), 0, 2)), text);
  }
});

test.run();
