import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../../src/market/book.ts';
import { BookSync } from '../../../../src/venues/kraken/market/book-sync.ts';
import { scaleOf } from '../../../../src/venues/kraken/market/checksum.ts';
import { MarketDecoder } from '../../../../src/venues/kraken/market/market-decoder.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import {
  ANCHOR,
  ANCHOR_CHECKSUM,
  aPair,
  bookFrame,
  checksumOf,
  type Level,
} from '../../../support/kraken/pairs.ts';
import { law } from '../../../support/law.ts';

const pair = aPair();

function aBook(depth = 10) {
  const decoder = new MarketDecoder([pair]);
  const sync = new BookSync(new Book(), scaleOf(pair), depth);
  const feed = (text: string) => {
    const kind = decoder.decode(frameOf(text));
    if (kind === 'book-snapshot') return sync.onSnapshot(decoder);
    return kind === 'book-update' ? sync.onUpdate(decoder) : kind;
  };
  return { decoder, sync, feed };
}

const snapshot = bookFrame('snapshot', { ...ANCHOR, checksum: ANCHOR_CHECKSUM });

test("the book of the venue's own page has the checksum 3310070434", () => {
  const { sync, feed } = aBook();
  assert.is(checksumOf(ANCHOR.asks, ANCHOR.bids), ANCHOR_CHECKSUM);
  assert.is(feed(snapshot), 'applied');
  assert.ok(sync.isLive);
  assert.equal([sync.book.bids.bestTicks, sync.book.asks.bestTicks], [452_835, 452_852]);
  assert.equal([sync.book.bids.bestLots, sync.book.asks.bestLots], [10_000_000, 100_000]);
});

test('an update moves levels, and what falls out of the depth is gone for good', () => {
  const { sync, feed } = aBook();
  feed(snapshot);
  const better: Level = ['45284.0', '0.50000000'];
  const bids = [better, ...ANCHOR.bids.slice(0, 9)];
  const update = { bids: [better], checksum: checksumOf(ANCHOR.asks, bids) };
  assert.is(feed(bookFrame('update', update)), 'applied');
  assert.equal([sync.book.bids.depth, sync.book.bids.ticksAt(9)], [10, 452_773]);
  const removed: Level = ['45284.0', '0.00000000'];
  // The tenth level comes back because the venue tells it, not because we had kept it.
  const last = ANCHOR.bids[9] as Level;
  const back = { bids: [removed, last], checksum: ANCHOR_CHECKSUM };
  assert.is(feed(bookFrame('update', back)), 'applied');
  assert.is(sync.book.bids.bestTicks, 452_835);
});

test('a checksum that differs ends the book until a new snapshot', () => {
  const { sync, feed } = aBook();
  feed(snapshot);
  const lost: Level = ['45283.5', '0.20000000'];
  const update = { bids: [lost], checksum: ANCHOR_CHECKSUM };
  assert.is(feed(bookFrame('update', update)), 'checksum');
  assert.equal([sync.isLive, sync.book.bids.depth, sync.book.asks.depth], [false, 0, 0]);
  assert.is(feed(bookFrame('update', update)), 'ignored');
  assert.is(feed(snapshot), 'applied');
});

test('a crossed book is given up however right its checksum is', () => {
  const { sync, feed } = aBook();
  const asks: Level[] = [['45283.0', '1.00000000']];
  const crossed = { asks, bids: ANCHOR.bids, checksum: checksumOf(asks, ANCHOR.bids) };
  assert.is(feed(bookFrame('snapshot', crossed)), 'crossed');
  assert.not.ok(sync.isLive);
});

test('a pair whose tick is coarser than its decimals is checked in its decimals', () => {
  const coarse = aPair({ tick: '0.5', pairDecimals: 2 });
  const decoder = new MarketDecoder([coarse]);
  const sync = new BookSync(new Book(), scaleOf(coarse), 10);
  const asks: Level[] = [['100.50', '1.00000000']];
  const bids: Level[] = [['99.50', '2.00000000']];
  decoder.decode(frameOf(bookFrame('snapshot', { asks, bids, checksum: checksumOf(asks, bids) })));
  assert.is(sync.onSnapshot(decoder), 'applied');
  assert.equal([sync.book.asks.bestTicks, sync.book.bids.bestTicks], [201, 199]);
});

test('sizes beyond 2^53 lots are kept, and checked digit for digit', () => {
  const { sync, feed } = aBook();
  const asks: Level[] = [['0.2', '123456789.00000000']];
  const bids: Level[] = [['0.1', '9007199254740.00000000']];
  assert.is(
    feed(bookFrame('snapshot', { asks, bids, checksum: checksumOf(asks, bids) })),
    'applied',
  );
  assert.is(sync.book.asks.bestLots, 12_345_678_900_000_000);
});

const aLevel = fc.record({
  isBid: fc.boolean(),
  offset: fc.integer({ min: 0, max: 14 }),
  lots: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9_007_199_254 })),
});

test('after any updates the book is that of the venue, digit for digit', () => {
  law(
    fc.property(
      fc.array(fc.array(aLevel, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 }),
      (updates) => {
        const { sync, feed } = aBook();
        const model = new Venue(ANCHOR);
        feed(snapshot);
        for (const changes of updates) {
          const frame = model.change(changes);
          assert.is(feed(frame), 'applied');
          assert.equal(ticksOf(sync), model.ticks());
        }
      },
    ),
    100,
  );
});

/** The venue's book in texts, cut to ten levels a side after every update. */
class Venue {
  asks: Level[];
  bids: Level[];

  constructor(book: typeof ANCHOR) {
    this.asks = [...book.asks];
    this.bids = [...book.bids];
  }

  change(changes: readonly { isBid: boolean; offset: number; lots: number }[]): string {
    const asks = new Map(this.asks);
    const bids = new Map(this.bids);
    const told = { asks: [] as Level[], bids: [] as Level[] };
    for (const { isBid, offset, lots } of changes) {
      const tenths = isBid ? 452_835 - offset : 452_852 + offset;
      const price = `${String(tenths).slice(0, -1)}.${String(tenths).slice(-1)}`;
      const size = (lots / 1e8).toFixed(8);
      told[isBid ? 'bids' : 'asks'].push([price, size]);
      const side = isBid ? bids : asks;
      if (lots === 0) side.delete(price);
      else side.set(price, size);
    }
    this.asks = [...asks].sort(([a], [b]) => Number(a) - Number(b)).slice(0, 10);
    this.bids = [...bids].sort(([a], [b]) => Number(b) - Number(a)).slice(0, 10);
    return bookFrame('update', { ...told, checksum: checksumOf(this.asks, this.bids) });
  }

  ticks(): number[][] {
    const tenths = (levels: Level[]) => levels.map(([price]) => Number(price.replace('.', '')));
    return [tenths(this.asks), tenths(this.bids)];
  }
}

function ticksOf({ book }: BookSync): number[][] {
  return [book.asks, book.bids].map((side) =>
    Array.from({ length: side.depth }, (_, rank) => side.ticksAt(rank)),
  );
}

test.run();
