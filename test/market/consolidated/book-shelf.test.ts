import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../src/market/book.ts';
import { BookShelf, type ShelvedView } from '../../../src/market/consolidated/book-shelf.ts';

const aView = (over: Partial<ShelvedView> = {}): ShelvedView => ({
  instrument: { index: 0 },
  book: new Book(),
  isLive: true,
  eventMs: 0,
  queueOf: (id) => (id === 'ours' ? { orders: 2, lots: 7 } : null),
  ...over,
});
const OURS = { instrument: 0, side: 'buy', ticks: 100, venueOrderId: 'ours' } as const;

test('an order stands where the book of its market says, beside all at its price', () => {
  const shelf = new BookShelf();
  assert.equal(shelf.placeOf(OURS), { ahead: null, levelLots: null }, 'no feed has begun');
  const view = aView();
  view.book.bids.set(100, 12);
  view.book.asks.set(100, 5);
  shelf.follow(view);
  assert.equal(shelf.placeOf(OURS), { ahead: { orders: 2, lots: 7 }, levelLots: 12 });
  const other = { ...OURS, side: 'sell', venueOrderId: '' } as const;
  assert.equal(shelf.placeOf(other), { ahead: null, levelLots: 5 });
});

test('nothing is said of a place by a book that its feed does not believe in', () => {
  const shelf = new BookShelf();
  shelf.follow(aView({ isLive: false }));
  assert.equal(shelf.placeOf(OURS), { ahead: null, levelLots: null });
  shelf.follow(aView());
  shelf.follow(aView({ isLive: false }));
  assert.is(shelf.placeOf(OURS).ahead?.orders, 2, 'the connection that is live counts');
});

test.run();
