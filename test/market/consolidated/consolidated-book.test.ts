import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../src/market/book.ts';
import { bookState } from '../../../src/market/consolidated/book-state.ts';
import {
  type BookSource,
  ConsolidatedBook,
} from '../../../src/market/consolidated/consolidated-book.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

type Level = readonly [ticks: number, lots: number];

function aBook(bids: readonly Level[], asks: readonly Level[]): Book {
  const book = new Book();
  for (const [ticks, lots] of bids) book.bids.set(ticks, lots);
  for (const [ticks, lots] of asks) book.asks.set(ticks, lots);
  return book;
}

function aSource(book: Book, over: Partial<BookSource> = {}): BookSource {
  return {
    instrument: anInstrument(),
    book,
    takerFeeFraction: 0,
    isLive: () => true,
    rate: () => 1,
    ...over,
  };
}

const { tickSize, lotSize } = anInstrument();

test('the best price is best after fees, not before', () => {
  const cheap = aSource(aBook([[990, 5]], [[1_000, 5]]), { takerFeeFraction: 0.01 });
  const free = aSource(aBook([[985, 7]], [[1_005, 7]]));
  const book = new ConsolidatedBook([cheap, free]);
  book.readBest();
  assert.is(book.ask.source, 1);
  assert.is(book.ask.price, 1_005 * tickSize);
  assert.is(book.bid.source, 1);
  assert.is(book.bid.quantity, 7 * lotSize);
});

test('another quote currency counts at its rate, and an unknown rate not at all', () => {
  let rate = 0.99;
  const dollar = aSource(aBook([], [[1_000, 1]]));
  const tether = aSource(aBook([], [[1_005, 1]]), { rate: () => rate });
  const book = new ConsolidatedBook([dollar, tether]);
  book.readBest();
  assert.is(book.ask.source, 1);
  for (const unknown of [Number.NaN, 0, -1]) {
    rate = unknown;
    book.readBest();
    assert.is(book.ask.source, 0);
  }
});

test('a book that is not live leaves at once, and with the last one the price', () => {
  let isLive = true;
  const only = aSource(aBook([[990, 1]], [[1_000, 1]]), { isLive: () => isLive });
  const book = new ConsolidatedBook([only]);
  book.readBest();
  assert.is(book.bid.source, 0);
  isLive = false;
  book.readBest();
  assert.equal(book.bid, { source: -1, net: 0, price: 0, quantity: 0 });
  assert.is(book.sweep('buy', 1).filled, 0);
});

const levels = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 900, max: 1_100 }), fc.integer({ min: 1, max: 50 })),
  { selector: ([ticks]) => ticks, maxLength: 12 },
);

test('a sweep costs what taking the cheapest levels one by one costs', () => {
  const venue = fc.record({ asks: levels, fee: fc.constantFrom(0, 0.001, 0.004) });
  law(
    fc.property(
      fc.array(venue, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 400 }),
      fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
      (venues, lots, side) => {
        const sources = venues.map(({ asks, fee }) =>
          aSource(side === 'buy' ? aBook([], asks) : aBook(asks, []), { takerFeeFraction: fee }),
        );
        const sweep = new ConsolidatedBook(sources).sweep(side, lots * lotSize);
        const sign = side === 'buy' ? 1 : -1;
        const all = venues
          .flatMap(({ asks, fee }) =>
            asks.map(([ticks, size]) => ({ net: ticks * tickSize * (1 + sign * fee), size })),
          )
          .sort((one, other) => sign * (one.net - other.net));
        let [left, net] = [lots, 0];
        for (const level of all) {
          const taken = Math.min(left, level.size);
          left -= taken;
          net += taken * lotSize * level.net;
        }
        assert.ok(Math.abs(sweep.filled - (lots - left) * lotSize) < 1e-9);
        assert.ok(Math.abs(sweep.net - net) <= 1e-9 * (1 + net), `${sweep.net} ${net}`);
        const bySource = sweep.bySource.reduce((sum, one) => sum + one, 0);
        assert.ok(Math.abs(bySource - sweep.filled) < 1e-9);
      },
    ),
  );
});

test('sources of another asset are a mistake', () => {
  const [one, other] = [aSource(aBook([], [])), aSource(aBook([], []))];
  const ether = { ...other, instrument: { ...other.instrument, base: 'ETH' } };
  assert.throws(() => new ConsolidatedBook([one, ether]), /one base asset/);
  assert.throws(() => new ConsolidatedBook([]), /1 … 16 sources/);
});

test('what is wrong with a book is said, the worst first', () => {
  const states = [
    bookState(aBook([[-5, 1]], [[10, 1]]), 0, 100),
    bookState(aBook([[10, 1]], [[11, -2]]), 0, 100),
    bookState(aBook([], [[10, 1]]), 0, 100),
    bookState(aBook([[11, 1]], [[10, 1]]), 0, 100),
    bookState(aBook([[10, 1]], [[10, 1]]), 0, 100),
    bookState(aBook([[9, 1]], [[10, 1]]), 101, 100),
    bookState(aBook([[9, 1]], [[10, 1]]), Number.NaN, 100),
    bookState(aBook([[9, 1]], [[10, 1]]), 100, 100),
  ];
  const wanted = [
    'negative',
    'negative',
    'one-sided',
    'crossed',
    'locked',
    'stale',
    'stale',
    'sound',
  ];
  assert.equal(states, wanted);
});

test.run();
