import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BookPlayback } from '../../../../src/simulation/replay/playback/book-playback.ts';
import { pacedBlocks } from '../../../../src/simulation/replay/playback/paced-blocks.ts';
import { virtualTime } from '../../../../src/simulation/virtual-time.ts';
import {
  blockOf,
  FLAG,
  KIND,
  type MarketRecord,
  type RecordBlock,
  recordsOf,
  SIDE,
} from '../../../../src/storage/columns/record.ts';
import { aRecord, DICTIONARY } from '../../../storage/columns/records.ts';

const anEvent = fc
  .record({
    kind: fc.constantFrom(KIND.depth, KIND.snapshot, KIND.trade, KIND.clear, KIND.gap),
    side: fc.constantFrom(SIDE.buy, SIDE.sell),
    instrument: fc.constantFrom(0, 1, 7),
    price: fc.integer({ min: 1, max: 50 }),
    quantity: fc.nat(5),
    flags: fc.constantFrom(0, FLAG.frameEnd),
  })
  .map((drawn): MarketRecord => aRecord(drawn));

function played(records: readonly MarketRecord[], cuts: number): BookPlayback {
  const playback = new BookPlayback(DICTIONARY);
  for (let from = 0; from < records.length; from += cuts) {
    playback.play(blockOf(records.slice(from, from + cuts)));
  }
  return playback;
}

test('the same records leave the same state, however they are cut into blocks', () => {
  fc.assert(
    fc.property(fc.array(anEvent), fc.integer({ min: 1, max: 20 }), (records, cuts) => {
      assert.is(played(records, cuts).hash(), played(records, 1_000).hash());
    }),
  );
});

test('a level, a trade or an order of things that differs leaves another state', () => {
  const level = (changes: Partial<MarketRecord>) => aRecord({ flags: FLAG.frameEnd, ...changes });
  const base = [level({ price: 10, quantity: 1 }), level({ price: 11, quantity: 2 })];
  const hashes = [
    base,
    [...base].reverse(),
    [base[0] as MarketRecord, level({ price: 11, quantity: 3 })],
    [...base, level({ kind: KIND.trade })],
    base.map((record) => ({ ...record, instrument: 1 })),
  ].map((records) => played(records, 10).hash());
  assert.is(new Set(hashes).size, hashes.length);
});

test('orders of a feed by order give the levels, and what does not fit is counted', () => {
  const order = (kind: number, sequence: number, changes: Partial<MarketRecord> = {}) =>
    aRecord({ kind, sequence, price: 10, quantity: 4, flags: FLAG.frameEnd, ...changes });
  const [market] = played(
    [
      order(KIND.add, 1),
      order(KIND.add, 2, { quantity: 6 }),
      order(KIND.add, 3, { side: SIDE.sell, price: 12 }),
      order(KIND.fill, 1, { quantity: 1 }),
      order(KIND.modify, 1, { quantity: 3 }),
      order(KIND.cancel, 2),
      order(KIND.cancel, 9),
    ],
    3,
  ).markets();
  assert.equal(
    [market?.bidTicks, market?.askTicks, market?.levels, market?.orders, market?.misfits],
    [10, 12, 2, 2, 1],
  );
  const emptied = played([order(KIND.add, 1), order(KIND.clear, 0), order(KIND.add, 1)], 9);
  assert.equal(
    emptied.markets().map(({ orders, misfits, levels }) => [orders, misfits, levels]),
    [[1, 0, 1]],
  );
});

test('what is played is counted by market, with what was lost and where a book was crossed', () => {
  const records = [
    aRecord({ price: 10, quantity: 1 }),
    aRecord({ price: 9, quantity: 1, side: SIDE.sell, flags: FLAG.frameEnd }),
    aRecord({ kind: KIND.trade, flags: FLAG.frameEnd }),
    aRecord({ kind: KIND.gap, quantity: 40 }),
    aRecord({ kind: KIND.bbo }),
  ];
  assert.equal(played(records, 10).markets(), [
    {
      symbol: 'BTCUSDT',
      venue: 'binance',
      events: 5,
      trades: 1,
      lost: 40,
      crossed: 2,
      bidTicks: 10,
      askTicks: 9,
      levels: 2,
      orders: 0,
      misfits: 0,
    },
  ]);
});

test('a record of a market that nobody described is said', () => {
  assert.throws(() => played([aRecord({ instrument: 3 })], 1), /no market has the number 3/);
});

test('records come when their time does, at any pace, and none is missing', async () => {
  const startUs = 1_723_161_253_000_000;
  const records = [0, 0, 500, 1_000, 1_001, 4_000].map((ms) =>
    aRecord({ tsLocal: startUs + ms * 1_000, sequence: ms }),
  );
  async function* once(): AsyncGenerator<RecordBlock> {
    yield blockOf(records);
  }
  for (const pace of [1, 10]) {
    const time = virtualTime(0);
    const seen: [number, number[]][] = [];
    let isOver = false;
    const all = (async () => {
      const originNs = time.clock.mono();
      for await (const block of pacedBlocks(once(), pace, time)) {
        const ms = (time.clock.mono() - originNs) / 1e6;
        seen.push([ms, recordsOf(block).map(({ sequence }) => sequence)]);
      }
      isOver = true;
    })();
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      time.runNext();
    }
    await all;
    assert.equal(seen, [
      [0, [0, 0]],
      [500 / pace, [500]],
      [1_000 / pace, [1_000, 1_001]],
      [4_000 / pace, [4_000]],
    ]);
  }
});

test('without a pace every block comes as it is', async () => {
  async function* once(): AsyncGenerator<RecordBlock> {
    yield blockOf([aRecord(), aRecord()]);
  }
  const time = virtualTime(0);
  const counts: number[] = [];
  for await (const { count } of pacedBlocks(once(), Number.POSITIVE_INFINITY, time))
    counts.push(count);
  assert.equal(counts, [2]);
});

test.run();
