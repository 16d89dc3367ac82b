import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { JsonScanner } from '../../../src/venues/binance/json-scanner.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { law } from '../../support/law.ts';

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;

function scannerOf(text: string): JsonScanner {
  const scanner = new JsonScanner();
  scanner.reset(frameOf(text));
  return scanner;
}

test('any JSON value is skipped whole, whatever blanks surround it', () => {
  const blanks = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 });
  law(
    fc.property(
      fc.json({ maxDepth: 5 }),
      blanks,
      blanks,
      fc.nat({ max: 3 }),
      (json, l, r, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        const scanner = scannerOf(`${l}${text}${r}`);
        assert.ok(scanner.skip() && scanner.atEnd(), scanner.fault);
        assert.is(scanner.fault, '');
      },
    ),
    500,
  );
});

test('no JSON value is skipped when its end is missing', () => {
  const closed = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
  law(
    fc.property(closed, fc.nat(), (value, cut) => {
      const text = JSON.stringify(value);
      const scanner = scannerOf(text.slice(0, cut % text.length));
      assert.not.ok(scanner.skip());
      assert.is.not(scanner.fault, '');
    }),
    500,
  );
});

test('strings are kept between their quotes, escapes and all', () => {
  law(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const json = JSON.stringify(text);
      const scanner = scannerOf(` ${json} `);
      assert.ok(scanner.string() && scanner.atEnd());
      const kept = scanner.bytes.subarray(scanner.textStart, scanner.textEnd);
      assert.is(new TextDecoder().decode(kept), json.slice(1, -1));
    }),
  );
});

test('whole numbers are read exactly up to the largest safe one', () => {
  law(
    fc.property(fc.maxSafeNat(), fc.constantFrom('', ' ', ',', '}', ']', '\n', ':'), (n, after) => {
      const scanner = scannerOf(`${n}${after}`);
      assert.ok(scanner.peekIsNumber());
      assert.is(scanner.integer(), n);
    }),
  );
});

test('what is no whole number is refused', () => {
  for (const text of ['', '-1', '1.5', '1e3', 'x', '"1"', '1x', '9007199254740992', '1"', '[']) {
    const scanner = scannerOf(text);
    assert.is(scanner.integer(), -1, text);
    assert.match(scanner.fault, /^no whole number at byte \d+$/);
  }
});

test('a key is passed with its colon and compared with a text', () => {
  const scanner = scannerOf(' "pu" : 12');
  assert.ok(scanner.key());
  assert.ok(scanner.textIs('pu'));
  assert.not.ok(scanner.textIs('p') || scanner.textIs('pu ') || scanner.textIs('pU'));
  assert.is(scanner.integer(), 12);
});

test('what is no key is refused with its place', () => {
  for (const [text, fault] of [
    ['pu": 1', 'no string at byte 0'],
    ['"pu" 1', 'no colon at byte 5'],
    ['  "pu', 'a string without end at byte 2'],
    ['"pu\\"', 'a string without end at byte 0'],
  ] as const) {
    const scanner = scannerOf(text);
    assert.not.ok(scanner.key());
    assert.is(scanner.fault, fault);
  }
});

test('brackets are opened, closed and expected', () => {
  const scanner = scannerOf('{ } , x');
  assert.ok(scanner.open(OPEN_BRACE));
  assert.not.ok(scanner.close(OPEN_BRACKET));
  assert.ok(scanner.expect(CLOSE_BRACE));
  assert.ok(scanner.comma());
  assert.not.ok(scanner.comma());
  assert.is(scanner.fault, '');
  assert.not.ok(scanner.open(OPEN_BRACKET));
  assert.is(scanner.fault, 'no [ at byte 6');
});

test('the first fault is the one that is told, until the next frame', () => {
  const scanner = scannerOf('x');
  assert.not.ok(scanner.expect(CLOSE_BRACE));
  assert.not.ok(scanner.fail('something later'));
  assert.is(scanner.fault, 'no } or comma at byte 0');
  scanner.reset(frameOf('{}'));
  assert.is(scanner.fault, '');
});

test('a place that was passed can be read again', () => {
  const scanner = scannerOf('  [1,2]');
  const at = scanner.offset();
  assert.is(at, 2);
  assert.ok(scanner.skip() && scanner.atEnd());
  scanner.seek(at);
  assert.ok(scanner.open(OPEN_BRACKET));
  assert.is(scanner.integer(), 1);
});

test('nesting is followed to a depth that no venue reaches and no further', () => {
  assert.ok(scannerOf('['.repeat(64) + ']'.repeat(64)).skip());
  const scanner = scannerOf('['.repeat(65) + ']'.repeat(65));
  assert.not.ok(scanner.skip());
  assert.is(scanner.fault, 'nesting deeper than 64 at byte 64');
});

test('nothing that cannot begin a value is skipped', () => {
  for (const text of ['', ' ', ',', ':', '}', ']', '"open', '[1,', '[1 \u0001']) {
    const scanner = scannerOf(text);
    assert.not.ok(scanner.skip(), text);
    assert.is.not(scanner.fault, '');
  }
});

test('bytes behind the value are a fault', () => {
  const scanner = scannerOf('{} {}');
  assert.ok(scanner.skip());
  assert.not.ok(scanner.atEnd());
  assert.is(scanner.fault, 'something behind the value at byte 3');
});

test('no bytes whatever make it throw or run past the end', () => {
  law(
    fc.property(fc.uint8Array({ maxLength: 60, size: 'max' }), (bytes) => {
      const scanner = new JsonScanner();
      for (const read of ['skip', 'string', 'key', 'integer', 'atEnd', 'peekIsNumber'] as const) {
        scanner.reset(bytes);
        scanner[read]();
        assert.ok(scanner.offset() <= bytes.length);
      }
    }),
    500,
  );
});

test.run();
