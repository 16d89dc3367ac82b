import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { BOOK_ORDERS_MAX, crosses, OrderBook } from '../../../src/simulation/book/order-book.ts';

const order = (orderId: number, side: 'buy' | 'sell', ticks: number, lots: number) => ({
  orderId,
  owner: null,
  side,
  ticks: ticks as Ticks,
  lots: lots as Lots,
});

test('levels come from the best on, on both sides', () => {
  const book = new OrderBook(1000 as Ticks);
  for (const ticks of [5, 9, 7]) book.add(order(ticks, 'buy', ticks, 1));
  for (const ticks of [15, 11, 13]) book.add(order(ticks, 'sell', ticks, 2));
  assert.equal(
    book.depth('buy', 2).map(({ ticks }) => ticks),
    [9, 7],
  );
  assert.equal(
    book.depth('sell', 9).map(({ ticks }) => ticks),
    [11, 13, 15],
  );
  assert.is(book.best('buy')?.ticks, 9);
  assert.is(new OrderBook(1000 as Ticks).best('sell'), null);
});

test('the highest price of the market can rest and be the best', () => {
  const book = new OrderBook(1000 as Ticks);
  book.add(order(1, 'buy', 1000, 1));
  assert.is(book.best('buy')?.ticks, 1000);
});

test('a queue keeps its order when one leaves from the front, the middle or the end', () => {
  for (const [leaver, left] of [
    [1, [2, 3]],
    [2, [1, 3]],
    [3, [1, 2]],
  ] as const) {
    const book = new OrderBook(1000 as Ticks);
    for (const id of [1, 2, 3]) book.add(order(id, 'buy', 7, 10 * id));
    const leaving = book.find(leaver);
    if (leaving !== null) book.remove(leaving);
    const queue: number[] = [];
    for (let at = book.best('buy')?.first ?? null; at !== null; at = at.next) {
      queue.push(at.orderId);
    }
    assert.equal(queue, left);
    assert.is(book.best('buy')?.lots, 60 - 10 * leaver);
    assert.is(book.find(leaver), null);
  }
});

test('a partial fill keeps its place, a full one gives it up, and an empty level is gone', () => {
  const book = new OrderBook(1000 as Ticks);
  const first = book.add(order(1, 'sell', 7, 10));
  book.fill(first, 4 as Lots);
  assert.is(book.best('sell')?.first, first);
  assert.is(book.best('sell')?.lots, 6);
  book.fill(first, 6 as Lots);
  assert.is(book.best('sell'), null);
  assert.is(book.size, 0);
});

test('more than is left is never filled, and an order that left is not filled', () => {
  const book = new OrderBook(1000 as Ticks);
  const resting = book.add(order(1, 'sell', 7, 10));
  assert.throws(() => book.fill(resting, 11 as Lots), /no more is filled/);
  book.remove(resting);
  assert.throws(() => book.remove(resting), /it rests here/);
  assert.throws(() => book.add(order(2, 'sell', 7, 0)), /has lots/);
});

test('the number of orders is bounded', () => {
  const book = new OrderBook(1000 as Ticks);
  for (let id = 0; id < BOOK_ORDERS_MAX; id += 1) book.add(order(id, 'buy', 1 + (id % 9), 1));
  assert.ok(book.isFull);
  assert.throws(() => book.add(order(BOOK_ORDERS_MAX, 'buy', 1, 1)), /full/);
});

test('an order crosses a level that is as good as its own price or better', () => {
  const book = new OrderBook(1000 as Ticks);
  book.add(order(1, 'sell', 10, 1));
  book.add(order(2, 'buy', 8, 1));
  assert.equal(
    [9, 10, 11].map((ticks) => crosses('buy', ticks, book.best('sell'))),
    [false, true, true],
  );
  assert.equal(
    [7, 8, 9].map((ticks) => crosses('sell', ticks, book.best('buy'))),
    [true, true, false],
  );
  assert.not.ok(crosses('buy', 999, null));
});

test.run();
