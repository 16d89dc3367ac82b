import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatDecimal,
  parseBigDecimal,
  parseDecimal,
  parseDecimalBytes,
  parseFineDecimalBytes,
  significantDecimals,
} from '../../src/core/decimal.ts';
import { law } from '../support/law.ts';

const encoder = new TextEncoder();
const places = fc.integer({ min: 0, max: 12 });
const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });

/** Plain decimals, shaped so that many lie on a coarse grid and some beyond 2^53. */
const decimalText = fc
  .tuple(fc.boolean(), digits(1, 20), fc.option(digits(1, 14)), fc.nat({ max: 6 }))
  .map(([isNegative, whole, fraction, zeros]) => {
    const tail = fraction === null ? '' : `.${fraction}${'0'.repeat(zeros)}`;
    return `${isNegative ? '-' : ''}${whole}${tail}`;
  });

/** The exact value of a decimal text at a scale, by bigint alone; null when it does not fit. */
function exactUnits(text: string, decimals: number): bigint | null {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + fraction) * 10n ** BigInt(decimals);
  const scale = 10n ** BigInt(fraction.length);
  if (units % scale !== 0n) return null;
  return text.startsWith('-') ? -(units / scale) : units / scale;
}

const isSafe = (units: bigint): boolean =>
  units <= BigInt(Number.MAX_SAFE_INTEGER) && units >= BigInt(Number.MIN_SAFE_INTEGER);

test('a number comes back from its text over the whole range', () => {
  law(
    fc.property(fc.maxSafeInteger(), places, (scaled, decimals) => {
      assert.is(parseDecimal(formatDecimal(scaled, decimals), decimals), scaled);
    }),
    500,
  );
});

test('a bigint comes back from its text, however large', () => {
  law(
    fc.property(fc.bigInt(), places, (scaled, decimals) => {
      assert.is(parseBigDecimal(formatDecimal(scaled, decimals), decimals), scaled);
    }),
  );
});

test('parsing agrees with bigint arithmetic and never rounds', () => {
  law(
    fc.property(decimalText, places, (text, decimals) => {
      const exact = exactUnits(text, decimals);
      assert.is(parseBigDecimal(text, decimals), exact);
      const expected = exact === null || !isSafe(exact) ? Number.NaN : Number(exact);
      assert.ok(Object.is(parseDecimal(text, decimals), expected), `wanted ${expected}`);
    }),
    1000,
  );
});

test('the first integers beyond the safe ones are refused', () => {
  assert.is(parseDecimal('9007199254740991', 0), Number.MAX_SAFE_INTEGER);
  assert.is(parseDecimal('-90071992547409.91', 2), Number.MIN_SAFE_INTEGER);
  assert.ok(Number.isNaN(parseDecimal('9007199254740992', 0)));
  assert.ok(Number.isNaN(parseDecimal('90071992547410', 2)));
});

test('what is no plain decimal is refused by every parser', () => {
  const noise = fc.string({ unit: fc.constantFrom(...'0123456789.-+eE x,٣'), maxLength: 12 });
  law(
    fc.property(
      noise.filter((text) => !/^-?\d+(\.\d+)?$/.test(text)),
      (text) => {
        const bytes = encoder.encode(text);
        assert.ok(Number.isNaN(parseDecimal(text, 4)));
        assert.is(parseBigDecimal(text, 4), null);
        assert.ok(Number.isNaN(parseFineDecimalBytes(bytes, 0, bytes.length, 4)));
      },
    ),
    1000,
  );
});

test('a decimal is read from the middle of a frame', () => {
  const frame = encoder.encode('["61737.63000000","0.5"]');
  assert.is(parseDecimalBytes(frame, 2, 16, 2), 6_173_763);
  assert.ok(Number.isNaN(parseDecimalBytes(frame, 1, 16, 2)));
  assert.ok(Number.isNaN(parseDecimalBytes(frame, 2, 2, 2)));
  assert.is(parseFineDecimalBytes(frame, 2, 16, 2), 6_173_763);
});

test('a zero has no sign', () => {
  assert.ok(Object.is(parseDecimal('-0.00', 2), 0));
  assert.is(formatDecimal(-0, 2), '0.00');
});

test('a fine decimal is exact on the grid and lies between its neighbours off it', () => {
  const positive = decimalText.filter((text) => !text.startsWith('-'));
  law(
    fc.property(positive, places, (text, decimals) => {
      const bytes = encoder.encode(text);
      const fine = parseFineDecimalBytes(bytes, 0, bytes.length, decimals);
      const finer = exactUnits(text, decimals + 20) as bigint;
      const below = finer / 10n ** 20n;
      if (!isSafe(below)) return assert.ok(Number.isNaN(fine));
      const exact = exactUnits(text, decimals);
      if (exact !== null) return assert.is(fine, Number(exact));
      assert.ok(fine >= Number(below) && fine <= Number(below + 1n), `${fine}`);
      // A double of this size resolves its own last place and no more.
      const error = Math.abs(fine - Number(below) - Number(finer % 10n ** 20n) / 1e20);
      assert.ok(error <= Math.max(1e-12, Number(below) * 2 ** -51), `off by ${error}`);
    }),
    1000,
  );
});

test('a fine decimal has no sign', () => {
  const bytes = encoder.encode('-1.5');
  assert.ok(Number.isNaN(parseFineDecimalBytes(bytes, 0, bytes.length, 2)));
});

test('the decimals that count are the fewest that keep the value', () => {
  assert.is(significantDecimals('61737.63000000'), 2);
  assert.is(significantDecimals('10'), 0);
  assert.is(significantDecimals('10.000'), 0);
  law(
    fc.property(decimalText, (text) => {
      const decimals = significantDecimals(text);
      assert.is.not(parseBigDecimal(text, decimals), null);
      if (decimals > 0) assert.is(parseBigDecimal(text, decimals - 1), null);
    }),
  );
});

test.run();
