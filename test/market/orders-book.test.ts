import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../src/market/book.ts';
import { OrdersBook } from '../../src/market/orders-book.ts';
import { law } from '../support/law.ts';

function aBook(ordersMax?: number) {
  const book = new Book();
  return { book, orders: new OrdersBook(book, ordersMax) };
}

test('orders of a price stand in the order in which they came', () => {
  const { book, orders } = aBook();
  for (const [id, lots] of [
    [1, 5],
    [2, 3],
    [3, 4],
  ] as const) {
    assert.is(orders.add(id, true, 100, lots), 'applied');
  }
  assert.equal(orders.queueOf(3), { orders: 2, lots: 8 });
  assert.equal(orders.queueOf(1), { orders: 0, lots: 0 });
  assert.is(book.bids.lotsOn(100), 12);
  orders.modify(1, 100, 2);
  assert.equal(orders.queueOf(2), { orders: 1, lots: 2 }, 'what shrinks keeps its place');
  orders.modify(1, 100, 6);
  assert.equal(orders.queueOf(1), { orders: 2, lots: 7 }, 'what grows goes to the back');
  orders.modify(2, 99, 3);
  assert.equal([book.bids.lotsOn(100), book.bids.lotsOn(99)], [10, 3]);
  orders.cancel(3);
  orders.modify(2, 99, 0);
  assert.equal([book.bids.depth, orders.size, orders.queueOf(3)], [1, 1, null]);
});

test('what a book cannot know is told and changes nothing', () => {
  const { book, orders } = aBook(1);
  assert.equal([orders.cancel(7), orders.modify(7, 1, 1)], ['unknown-order', 'unknown-order']);
  orders.add(1, false, 100, 5);
  assert.equal(
    [orders.add(1, false, 101, 5), orders.add(2, false, 101, 5)],
    ['known-order', 'full'],
  );
  assert.equal([book.asks.depth, orders.size], [1, 1]);
  orders.clear();
  assert.equal([book.asks.depth, orders.size], [0, 0]);
});

const aMessage = fc.record({
  what: fc.constantFrom('add', 'add', 'add', 'modify', 'modify', 'cancel'),
  id: fc.integer({ min: 1, max: 12 }),
  isBid: fc.boolean(),
  ticks: fc.integer({ min: 1, max: 4 }),
  lots: fc.integer({ min: 1, max: 9 }),
});

type Message = { what: string } & Listed[number];

/** Orders in a plain list, in the order of their queues: the second opinion. */
type Listed = { id: number; isBid: boolean; ticks: number; lots: number }[];

function follow(list: Listed, { what, id, isBid, ticks, lots }: Message): Listed {
  const known = list.find((order) => order.id === id);
  if (what === 'add') return known === undefined ? [...list, { id, isBid, ticks, lots }] : list;
  if (known === undefined) return list;
  const others = list.filter((order) => order !== known);
  if (what === 'cancel') return others;
  const changed = { ...known, ticks, lots };
  const keeps = known.ticks === ticks && lots <= known.lots;
  return keeps ? list.map((order) => (order === known ? changed : order)) : [...others, changed];
}

test('levels that follow from orders are those of a feed by levels, and every place is right', () =>
  law(
    fc.property(fc.array(aMessage, { maxLength: 60 }), (messages) => {
      const { book, orders } = aBook();
      let list: Listed = [];
      for (const message of messages) {
        const { what, id, isBid, ticks, lots } = message;
        if (what === 'add') orders.add(id, isBid, ticks, lots);
        else if (what === 'modify') orders.modify(id, ticks, lots);
        else orders.cancel(id);
        list = follow(list, message);
        for (const side of [true, false]) {
          for (let price = 1; price <= 4; price += 1) {
            const queue = list.filter((order) => order.isBid === side && order.ticks === price);
            const total = queue.reduce((sum, order) => sum + order.lots, 0);
            assert.is((side ? book.bids : book.asks).lotsOn(price), total);
            queue.forEach((order, at) => {
              const ahead = queue.slice(0, at).reduce((sum, each) => sum + each.lots, 0);
              assert.equal(orders.queueOf(order.id), { orders: at, lots: ahead });
            });
          }
        }
        assert.is(orders.size, list.length);
      }
    }),
  ));

test.run();
