import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../src/market/book.ts';
import { law } from '../support/law.ts';

const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat({ max: 2 })));

test('a book is crossed when both sides are there and a bid meets an ask', () => {
  law(
    fc.property(levels, levels, (bids, asks) => {
      const book = new Book();
      for (const [ticks, lots] of bids) book.bids.set(ticks, lots);
      for (const [ticks, lots] of asks) book.asks.set(ticks, lots);
      const pricesOf = (side: [number, number][]) =>
        [...new Map(side)].filter(([, lots]) => lots > 0).map(([ticks]) => ticks);
      const [buying, selling] = [pricesOf(bids), pricesOf(asks)];
      const isTwoSided = buying.length > 0 && selling.length > 0;
      assert.is(book.isTwoSided, isTwoSided);
      assert.is(book.isCrossed, isTwoSided && Math.max(...buying) >= Math.min(...selling));
    }),
  );
});

test('a locked book counts as crossed, a one-sided one never does', () => {
  const book = new Book();
  book.bids.set(10, 1);
  assert.not.ok(book.isCrossed);
  book.asks.set(10, 1);
  assert.ok(book.isCrossed);
  book.asks.set(10, 0);
  book.asks.set(11, 1);
  assert.not.ok(book.isCrossed);
});

test('a cleared book has no side, and a bounded one keeps its bound', () => {
  const book = new Book(2);
  for (const ticks of [1, 2, 3]) book.bids.set(ticks, 1);
  for (const ticks of [11, 12, 13]) book.asks.set(ticks, 1);
  assert.equal([book.bids.depth, book.bids.bestTicks], [2, 3]);
  assert.equal([book.asks.depth, book.asks.bestTicks], [2, 11]);
  book.clear();
  assert.not.ok(book.isTwoSided);
});

test.run();
