import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scaleOf } from '../../../../src/venues/kraken/market/checksum.ts';
import { Level3Book } from '../../../../src/venues/kraken/market/level3-book.ts';
import type {
  Level3Frame,
  Level3Order,
} from '../../../../src/venues/kraken/market/level3-frame.ts';
import { rareFrameIn } from '../../../../src/venues/kraken/market/rare-frame.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { aPair } from '../../../support/kraken/pairs.ts';
import { law } from '../../../support/law.ts';

const pair = aPair();
const aBook = (depth = 10) => new Level3Book(pair, scaleOf(pair), depth);

/** Orders as texts, by price and then by time: the second opinion. */
type Model = { readonly id: string; readonly price: string; readonly size: string }[];

const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');
function crcOf(asks: Model, bids: Model): number {
  const top = (side: Model): Model => {
    const prices = [...new Set(side.map(({ price }) => price))].slice(0, 10);
    return side.filter(({ price }) => prices.includes(price));
  };
  const orders = [...top(asks), ...top(bids)];
  return crc32(orders.map(({ price, size }) => digits(price) + digits(size)).join(''));
}

const order = (
  orderId: string,
  price: string,
  quantity: string,
  event: Level3Order['event'] = 'add',
): Level3Order => ({ event, orderId, price, quantity, ms: 1 });

const ASKS: Model = [
  { id: 'a1', price: '42001.0', size: '0.80000000' },
  { id: 'a2', price: '42002.0', size: '2.00000000' },
];
const BIDS: Model = [
  { id: 'b1', price: '42000.5', size: '0.50000000' },
  { id: 'b2', price: '42000.5', size: '1.20000000' },
  { id: 'b3', price: '41999.0', size: '0.30000000' },
];
const frame = (bids: Level3Order[], asks: Level3Order[], checksum: number): Level3Frame => ({
  symbol: 'BTC/USD',
  checksum,
  bids,
  asks,
});
const plain = (side: Model) => side.map(({ id, price, size }) => order(id, price, size));
const aLiveBook = () => {
  const book = aBook();
  assert.is(book.onFrame(frame(plain(BIDS), plain(ASKS), crcOf(ASKS, BIDS)), true), 'applied');
  return book;
};
const ids = (book: Level3Book, rank = 0) =>
  book.ordersAt('buy', rank).map(({ orderId }) => orderId);

test('orders of a level stand in the order in which they came', () => {
  const book = aLiveBook();
  assert.equal(ids(book), ['b1', 'b2']);
  assert.equal(book.queueOf('b2'), { orders: 1, lots: 50_000_000 });
  assert.equal(book.queueOf('b1'), { orders: 0, lots: 0 });
  assert.is(book.queueOf('nobody'), null);
  assert.equal([book.size, book.isLive], [5, true]);
});

test('an order that shrinks keeps its place, one that grows or moves goes to the back', () => {
  const book = aLiveBook();
  const [, second, third] = BIDS as [Model[0], Model[0], Model[0]];
  const shrunk = { id: 'b1', price: '42000.5', size: '0.40000000' };
  const change = (modified: Model[0], bids: Model) =>
    book.onFrame(
      frame([order(modified.id, modified.price, modified.size, 'modify')], [], crcOf(ASKS, bids)),
      false,
    );
  assert.is(change(shrunk, [shrunk, second, third]), 'applied');
  assert.equal(ids(book), ['b1', 'b2']);
  const grown = { ...shrunk, size: '0.90000000' };
  assert.is(change(grown, [second, grown, third]), 'applied');
  assert.equal(ids(book), ['b2', 'b1']);
  const moved = { ...grown, price: '41999.0' };
  assert.is(change(moved, [second, third, moved]), 'applied');
  assert.equal([ids(book), ids(book, 1)], [['b2'], ['b3', 'b1']]);
});

test('a deleted order is gone, and its level with the last of them', () => {
  const book = aLiveBook();
  const gone = [order('a1', '42001.0', '0', 'delete'), order('stranger', '1', '0', 'delete')];
  assert.is(book.onFrame(frame([], gone, crcOf(ASKS.slice(1), BIDS)), false), 'applied');
  assert.is(book.ordersAt('sell', 0)[0]?.orderId, 'a2');
  assert.is(book.size, 4);
});

test('a wrong sequence of orders is seen by the checksum, and ends the book', () => {
  const book = aBook();
  const [first, second, third] = BIDS as [Model[0], Model[0], Model[0]];
  const swapped = frame(plain([second, first, third]), plain(ASKS), crcOf(ASKS, BIDS));
  assert.is(book.onFrame(swapped, true), 'checksum');
  assert.equal([book.isLive, book.size], [false, 0]);
  assert.is(book.onFrame(frame([], [], 0), false), 'ignored');
});

test('a crossed book and an order without a price end it too', () => {
  const crossed: Model = [{ id: 'x', price: '42000.0', size: '1.00000000' }];
  const book = aBook();
  assert.is(
    book.onFrame(frame(plain(BIDS), plain(crossed), crcOf(crossed, BIDS)), true),
    'crossed',
  );
  assert.is(book.onFrame(frame([order('x', 'free', '1')], [], 0), true), 'malformed');
});

test('levels beyond the depth are let go with their orders', () => {
  const book = aBook(1);
  const bids = plain(BIDS);
  const kept = BIDS.slice(0, 2);
  assert.is(book.onFrame(frame(bids, [], crcOf([], kept)), true), 'applied');
  assert.equal([book.size, book.ordersAt('buy', 1).length, book.queueOf('b3')], [2, 0, null]);
});

test("frames of the venue's pages are read", () => {
  const text = JSON.stringify({
    channel: 'level3',
    type: 'snapshot',
    data: [
      {
        symbol: 'BTC/USD',
        checksum: 5,
        bids: [
          {
            order_id: 'b',
            limit_price: 42000.5,
            order_qty: 0.5,
            timestamp: '2024-01-15T11:59:58Z',
          },
        ],
        asks: [],
      },
    ],
  });
  const read = rareFrameIn(frameOf(text));
  const ms = Date.UTC(2024, 0, 15, 11, 59, 58);
  const bid = { event: 'add', orderId: 'b', price: '42000.5', quantity: '0.5', ms };
  assert.equal(read, {
    kind: 'level3',
    isSnapshot: true,
    frame: { symbol: 'BTC/USD', checksum: 5, bids: [bid], asks: [] },
  });
});

const aChange = fc.record({
  id: fc.integer({ min: 0, max: 12 }),
  tenths: fc.integer({ min: 0, max: 11 }),
  lots: fc.integer({ min: 0, max: 5 }),
});

test('after any changes the queues are those of a book of texts', () => {
  law(
    fc.property(fc.array(aChange, { maxLength: 40 }), (changes) => {
      const book = aBook();
      let bids: Model = [];
      book.onFrame(frame([], [], crcOf([], [])), true);
      for (const { id, tenths, lots } of changes) {
        const name = `o${id}`;
        const price = `${100 + tenths}.0`;
        const size = `${lots}.00000000`;
        const known = bids.find((each) => each.id === name);
        const keeps = known?.price === price && lots > 0 && Number(size) <= Number(known.size);
        if (keeps) bids = bids.map((each) => (each === known ? { ...each, size } : each));
        else {
          bids = bids.filter((each) => each !== known);
          if (lots > 0) bids.push({ id: name, price, size });
          bids = bids
            .map((each, at) => ({ each, at }))
            .sort((a, b) => Number(b.each.price) - Number(a.each.price) || a.at - b.at)
            .map(({ each }) => each);
        }
        const prices = [...new Set(bids.map((each) => each.price))].slice(0, 10);
        bids = bids.filter((each) => prices.includes(each.price));
        const event = lots === 0 ? 'delete' : known === undefined ? 'add' : 'modify';
        const told = order(name, price, size, event);
        assert.is(book.onFrame(frame([told], [], crcOf([], bids)), false), 'applied');
      }
      assert.is(book.size, bids.length);
    }),
    200,
  );
});

test.run();
