import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../../src/market/book.ts';
import type { Ladder } from '../../../../src/market/ladder.ts';
import {
  BEGIN,
  BookChecksum,
  bookChecksum,
  ended,
  scaleOf,
  withNumber,
} from '../../../../src/venues/kraken/market/checksum.ts';
import { checksumOf, type Level } from '../../../support/kraken/pairs.ts';
import { law } from '../../../support/law.ts';

/** Prices of two decimals on a wire of `pairDecimals`, sizes of eight. */
const scaleFor = (pairDecimals: number) =>
  scaleOf({
    priceDecimals: 2,
    tickSteps: 1,
    quantityDecimals: 8,
    lotSteps: 1,
    pairDecimals,
    lotDecimals: 8,
  });

/** Levels as the wire has them, best first. */
function texts(side: Ladder, pairDecimals: number): Level[] {
  return Array.from({ length: Math.min(side.depth, 10) }, (_, rank) => {
    const price = side.ticksAt(rank) / 100;
    return [price.toFixed(pairDecimals), (side.lotsAt(rank) / 1e8).toFixed(8)];
  });
}

const byTheBook = ({ asks, bids }: Book, pairDecimals: number): number =>
  checksumOf(texts(asks, pairDecimals), texts(bids, pairDecimals));

// Few prices, so that most changes meet a level; sizes of one digit up to fourteen.
const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      does: fc.constant('set' as const),
      isBid: fc.boolean(),
      away: fc.integer({ min: 1, max: 25 }),
      lots: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 1e14 }),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('cut' as const), to: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('clear' as const) }) },
  { weight: 10, arbitrary: fc.record({ does: fc.constant('check' as const) }) },
);

test('a checksum that follows a book is that of its digits, whatever changes', () => {
  const decimals = fc.constantFrom(2, 5);
  law(
    fc.property(decimals, fc.array(step, { maxLength: 120, size: 'max' }), (wire, steps) => {
      const book = new Book();
      const checksum = new BookChecksum(scaleFor(wire));
      for (const does of [...steps, { does: 'check' as const }]) {
        if (does.does === 'set') {
          const ticks = does.isBid ? 9_990 - does.away : 9_990 + 7 * does.away;
          (does.isBid ? book.bids : book.asks).set(ticks, does.lots);
        } else if (does.does === 'cut') {
          book.bids.truncate(does.to);
          book.asks.truncate(does.to);
        } else if (does.does === 'clear') {
          book.clear();
        } else {
          assert.is(checksum.of(book), byTheBook(book, wire));
        }
      }
    }),
    300,
  );
});

test('to look at a book once takes nothing from the checksum that follows it', () => {
  const book = new Book();
  const scale = scaleFor(2);
  const checksum = new BookChecksum(scale);
  book.bids.set(9_990, 5);
  checksum.of(book);
  book.bids.set(9_990, 6);
  assert.is(bookChecksum(book, scale), byTheBook(book, 2));
  assert.is(checksum.of(book), byTheBook(book, 2));
});

test('a number adds its digits, as many as it has', () => {
  const number = fc.oneof(
    fc.maxSafeNat(),
    fc.integer({ min: 1, max: 15 }).chain((places) => fc.nat(10 ** places)),
  );
  law(
    fc.property(fc.array(number), (values) => {
      const digits = values.filter((value) => value > 0).map((value): Level => [`${value}`, '0']);
      const added = values.reduce(withNumber, BEGIN);
      const sides = [digits.slice(0, 10), digits.slice(10, 20)] as const;
      if (digits.length <= 20) assert.is(ended(added), checksumOf(...sides));
    }),
    500,
  );
});

test.run();
