/** A book by order against the same book in texts: queues, levels, checksum. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../../src/market/book.ts';
import { Level3Decoder } from '../../../../src/venues/kraken/level3/level3-decoder.ts';
import { Level3Sync } from '../../../../src/venues/kraken/level3/level3-sync.ts';
import { scaleOf } from '../../../../src/venues/kraken/market/checksum.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { level3Checksum, level3Frame, type OrderText } from '../../../support/kraken/level3.ts';
import { aPair } from '../../../support/kraken/pairs.ts';
import { law } from '../../../support/law.ts';

const ASKS: readonly OrderText[] = [
  { id: 'a1', price: '42001.0', size: '0.80000000' },
  { id: 'a2', price: '42002.0', size: '2.00000000' },
];
const BIDS: readonly OrderText[] = [
  { id: 'b1', price: '42000.5', size: '0.50000000' },
  { id: 'b2', price: '42000.5', size: '1.20000000' },
  { id: 'b3', price: '41999.0', size: '0.30000000' },
];
const [B1, B2, B3] = BIDS as [OrderText, OrderText, OrderText];

function aBook(depth = 10, ordersMax?: number) {
  const pair = aPair();
  const book = new Book();
  const decoder = new Level3Decoder([pair]);
  const sync = new Level3Sync(book, scaleOf(pair), depth, ordersMax);
  const feed = (text: string): string => {
    const kind = decoder.decode(frameOf(text));
    assert.ok(kind === 'snapshot' || kind === 'update', `${kind} ${decoder.fault}`);
    return sync.onFrame(decoder, kind === 'snapshot');
  };
  const levels = (): number[][] =>
    [book.bids, book.asks].map((side) =>
      Array.from({ length: side.depth }, (_, rank) => [
        side.ticksAt(rank),
        side.lotsAt(rank),
      ]).flat(),
    );
  return { book, sync, feed, levels };
}

/** With the book of above. */
function aLiveBook() {
  const made = aBook();
  const told = { asks: ASKS, bids: BIDS, checksum: level3Checksum(ASKS, BIDS) };
  assert.is(made.feed(level3Frame('snapshot', told)), 'applied');
  return made;
}

const updated = (change: OrderText, bids: readonly OrderText[]): string =>
  level3Frame('update', { bids: [change], checksum: level3Checksum(ASKS, bids) });

test('levels are the sums of their queues, in which orders stand as they came', () => {
  const { sync, levels } = aLiveBook();
  assert.equal(levels(), [
    [420_005, 170_000_000, 419_990, 30_000_000],
    [420_010, 80_000_000, 420_020, 200_000_000],
  ]);
  assert.equal(sync.queueOf('b2'), { orders: 1, lots: 50_000_000 });
  assert.equal(sync.queueOf('b1'), { orders: 0, lots: 0 });
  assert.is(sync.queueOf('nobody'), null);
  assert.equal([sync.size, sync.isLive], [5, true]);
});

test('an order that shrinks keeps its place, one that grows or moves goes to the back', () => {
  const { sync, feed } = aLiveBook();
  const shrunk = { ...B1, size: '0.40000000' };
  assert.is(feed(updated({ ...shrunk, event: 'modify' }, [shrunk, B2, B3])), 'applied');
  assert.is(sync.queueOf('b2')?.lots, 40_000_000);
  const grown = { ...B1, size: '0.90000000' };
  assert.is(feed(updated({ ...grown, event: 'modify' }, [B2, grown, B3])), 'applied');
  assert.equal([sync.queueOf('b2')?.orders, sync.queueOf('b1')?.orders], [0, 1]);
  const moved = { ...grown, price: '41999.0' };
  assert.is(feed(updated({ ...moved, event: 'modify' }, [B2, B3, moved])), 'applied');
  assert.equal(sync.queueOf('b1'), { orders: 1, lots: 30_000_000 });
});

test('a deleted order is gone, and its level with the last of them', () => {
  const { sync, feed, book } = aLiveBook();
  const gone = { id: 'a1', price: '42001.0', size: '0', event: 'delete' } as const;
  const stranger = { ...gone, id: 'stranger' };
  const checksum = level3Checksum(ASKS.slice(1), BIDS);
  assert.is(feed(level3Frame('update', { asks: [gone, stranger], checksum })), 'applied');
  assert.equal([book.asks.bestTicks, sync.size], [420_020, 4]);
});

test('an order of size 0 and one that changes sides leave their queues', () => {
  const { sync, feed, book } = aLiveBook();
  const emptied = { ...B1, size: '0.00000000', event: 'modify' } as const;
  assert.is(feed(updated(emptied, [B2, B3])), 'applied');
  assert.is(sync.queueOf('b1'), null);
  const turned = { ...B3, price: '42003.0', event: 'modify' } as const;
  const asks = [...ASKS, turned];
  const checksum = level3Checksum(asks, [B2]);
  assert.is(feed(level3Frame('update', { asks: [turned], checksum })), 'applied');
  assert.equal([book.bids.depth, book.asks.depth, sync.size], [1, 3, 4]);
  const gone = { ...turned, event: 'delete' } as const;
  assert.is(feed(level3Frame('update', { bids: [gone], checksum })), 'applied');
  assert.is(sync.size, 4, 'gone from the side on which it was');
});

test('F13: a wrong sequence of orders is seen by the checksum, and ends the book', () => {
  const { sync, feed, book } = aBook();
  const checksum = level3Checksum(ASKS, BIDS);
  const swapped = level3Frame('snapshot', { asks: ASKS, bids: [B2, B1, B3], checksum });
  assert.is(feed(swapped), 'checksum');
  assert.equal([sync.isLive, sync.size, book.bids.depth], [false, 0, 0]);
  assert.is(feed(level3Frame('update', { checksum })), 'ignored');
  assert.is(feed(level3Frame('snapshot', { asks: ASKS, bids: BIDS, checksum })), 'applied');
});

test('a crossed book is given up however right its checksum is', () => {
  const { feed, sync } = aBook();
  const asks = [{ id: 'x', price: '42000.0', size: '1.00000000' }];
  const checksum = level3Checksum(asks, BIDS);
  assert.is(feed(level3Frame('snapshot', { asks, bids: BIDS, checksum })), 'crossed');
  assert.not.ok(sync.isLive);
});

test('a book has room for a stated number of orders, and ends rather than lack one', () => {
  const { feed, sync } = aBook(10, 4);
  const checksum = level3Checksum(ASKS, BIDS);
  assert.is(feed(level3Frame('snapshot', { asks: ASKS, bids: BIDS, checksum })), 'too-many-orders');
  assert.equal([sync.isLive, sync.size], [false, 0]);
});

test('levels beyond the depth are let go with their orders', () => {
  const { sync, feed, book } = aBook(1);
  const checksum = level3Checksum([], [B1, B2]);
  assert.is(feed(level3Frame('snapshot', { bids: BIDS, checksum })), 'applied');
  assert.equal([sync.size, book.bids.depth, sync.queueOf('b3')], [2, 1, null]);
});

test('other decimals of the venue are checked digit for digit from a new snapshot on', () => {
  const { sync, feed } = aLiveBook();
  const pair = aPair();
  sync.rescale(scaleOf({ ...pair, pairDecimals: 2 }));
  assert.not.ok(sync.isLive);
  const finer = (side: readonly OrderText[]) => side.map((o) => ({ ...o, price: `${o.price}0` }));
  const [asks, bids] = [finer(ASKS), finer(BIDS)];
  const checksum = level3Checksum(asks, bids);
  assert.is(feed(level3Frame('snapshot', { asks, bids, checksum })), 'applied');
});

const aChange = fc.record({
  id: fc.integer({ min: 0, max: 12 }),
  tenths: fc.integer({ min: 0, max: 11 }),
  lots: fc.integer({ min: 0, max: 5 }),
});

test('after any changes the queues are those of a book of texts', () => {
  law(
    fc.property(fc.array(aChange, { maxLength: 40 }), (changes) => {
      const { sync, feed } = aBook();
      let bids: OrderText[] = [];
      feed(level3Frame('snapshot', { checksum: level3Checksum([], []) }));
      for (const { id, tenths, lots } of changes) {
        const order = { id: `o${id}`, price: `${100 + tenths}.0`, size: `${lots}.00000000` };
        const known = bids.find((each) => each.id === order.id);
        const keeps =
          known?.price === order.price && lots > 0 && Number(order.size) <= Number(known.size);
        if (keeps) bids = bids.map((each) => (each === known ? order : each));
        else {
          bids = bids.filter((each) => each !== known);
          if (lots > 0) bids.push(order);
          // Stable, so that who came first stays first.
          bids.sort((one, other) => Number(other.price) - Number(one.price));
        }
        const prices = [...new Set(bids.map(({ price }) => price))].slice(0, 10);
        bids = bids.filter(({ price }) => prices.includes(price));
        const event = lots === 0 ? 'delete' : known === undefined ? 'add' : 'modify';
        const checksum = level3Checksum([], bids);
        const told = level3Frame('update', { bids: [{ ...order, event }], checksum });
        assert.is(feed(told), 'applied');
        bids.forEach(({ id: name, price }, at) => {
          const ahead = bids.slice(0, at).filter((each) => each.price === price);
          const before = ahead.reduce((sum, each) => sum + Number(each.size) * 1e8, 0);
          assert.equal(sync.queueOf(name), { orders: ahead.length, lots: before });
        });
      }
      assert.is(sync.size, bids.length);
    }),
    200,
  );
});

test.run();
