import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gridText, parseDictionary } from '../../../src/storage/columns/dictionary.ts';
import {
  blockOf,
  longAt,
  putLong,
  RECORD_BYTES,
  recordsOf,
} from '../../../src/storage/columns/record.ts';
import { anyRecord, aRecord, DICTIONARY } from './records.ts';

test('a record has 48 bytes and its fields lie where the layout says', () => {
  assert.is(RECORD_BYTES, 48);
  const { words } = blockOf([
    aRecord({ instrument: 0x1234, venue: 0x56, kind: 2, side: 1, flags: 5, price: -3 }),
  ]);
  const view = new DataView(words.buffer);
  assert.is(words.byteLength, 48);
  assert.is(view.getBigInt64(0, true), 1_723_161_253_000_000n);
  assert.is(view.getBigInt64(8, true), 1_723_161_253_001_500n);
  assert.is(view.getBigInt64(16, true), -3n);
  assert.is(view.getBigInt64(24, true), 1_500n);
  assert.is(view.getBigUint64(32, true), 50_093_421_584n);
  assert.is(view.getUint16(40, true), 0x1234);
  assert.is(view.getUint8(42), 0x56);
  assert.is(view.getUint8(43), 2);
  assert.is(view.getUint8(44), 1);
  assert.is(view.getUint8(45), 5);
  assert.is(view.getUint16(46, true), 0);
});

test('records survive being written and read, to 2^53 of either sign', () => {
  fc.assert(
    fc.property(fc.array(anyRecord), (records) => {
      assert.equal(recordsOf(blockOf(records)), records);
    }),
  );
});

test('a 64-bit number is the one that a BigInt would write', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const words = new Int32Array(2);
      putLong(words, 0, value);
      assert.is(new DataView(words.buffer).getBigInt64(0, true), BigInt(value));
      assert.is(longAt(words, 0), value);
    }),
  );
});

test('a dictionary survives its text, and says what is wrong with one that is none', () => {
  const read = parseDictionary(JSON.stringify(DICTIONARY));
  assert.equal(read.ok && read.value, DICTIONARY);
  const none = parseDictionary('{');
  assert.match(none.ok ? '' : none.error, 'found no JSON');
  const [first, ...others] = DICTIONARY.markets;
  const wrong = { ...DICTIONARY, markets: [{ ...first, tickSteps: 0 }, ...others] };
  const refused = parseDictionary(JSON.stringify(wrong));
  assert.match(refused.ok ? '' : refused.error, /^dictionary\.markets\.0\.tickSteps: /);
});

test('a grid is written as decimals', () => {
  assert.is(gridText(5, 2), '0.05');
  assert.is(gridText(1, 5), '0.00001');
  assert.is(gridText(10, 0), '10');
  assert.is(gridText(125, 2), '1.25');
});

test.run();
