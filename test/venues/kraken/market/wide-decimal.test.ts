import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../../src/market/book.ts';
import { BookSync } from '../../../../src/venues/kraken/market/book-sync.ts';
import { scaleOf } from '../../../../src/venues/kraken/market/checksum.ts';
import { MarketDecoder } from '../../../../src/venues/kraken/market/market-decoder.ts';
import { wideDecimal } from '../../../../src/venues/kraken/market/wide-decimal.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { aPair, bookFrame } from '../../../support/kraken/pairs.ts';

test('a decimal beyond the safe integers is the double nearest to it', () => {
  assert.is(wideDecimal('123456789012.5', 8), 12345678901250000000);
  assert.is(wideDecimal('0.50', 1), 5);
  for (const text of ['', '-1', '1e9', '1.', '0.55', `1${'0'.repeat(25)}`, '9'.repeat(400)]) {
    assert.ok(Number.isNaN(wideDecimal(text, 1)), text);
  }
});

test('a level of hundreds of digits makes a frame malformed and throws nothing', () => {
  const pair = aPair();
  const decoder = new MarketDecoder([pair]);
  const sync = new BookSync(new Book(), scaleOf(pair), 10);
  const wide = bookFrame('snapshot', { bids: [['9'.repeat(400), '1.00000000']], checksum: 7 });
  assert.is(decoder.decode(frameOf(wide)), 'malformed');
  const most = bookFrame('snapshot', { bids: [['9'.repeat(23), '9'.repeat(16)]], checksum: 7 });
  assert.is(decoder.decode(frameOf(most)), 'book-snapshot');
  assert.is(sync.onSnapshot(decoder), 'checksum');
});

test.run();
