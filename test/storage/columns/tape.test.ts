import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SlotRing } from '../../../src/core/slot-ring.ts';
import { Book } from '../../../src/market/book.ts';
import { LEVEL_CHANGES_MAX } from '../../../src/market/level-changes.ts';
import {
  blankRecord,
  FLAG,
  KIND,
  type MarketRecord,
  RECORD_WORDS,
  readRecord,
  SIDE,
} from '../../../src/storage/columns/record.ts';
import { MarketTape } from '../../../src/storage/columns/tape.ts';

function aTape(slots = 64) {
  const shared = new SharedArrayBuffer(SlotRing.bytesFor(slots, RECORD_WORDS));
  const ring = new SlotRing(shared, slots, RECORD_WORDS);
  const reader = new SlotRing(shared, slots, RECORD_WORDS);
  const book = new Book();
  const tape = new MarketTape(ring, [3], ['a', 'b', 'c', 'kraken']);
  tape.anchor(1_000, 0);
  tape.follow({ instrument: 0, book, eventMs: () => 7 });
  /** Takes everything out, as the disk would. */
  const drain = (most = slots): MarketRecord[] => {
    const records: MarketRecord[] = [];
    for (let run = reader.run(most); run > 0; run = reader.run(most - records.length)) {
      const from = reader.front;
      for (let at = 0; at < run; at += 1) {
        records.push(readRecord(reader.words, from + at * RECORD_WORDS, blankRecord()));
      }
      reader.take(run);
    }
    return records;
  };
  return { tape, book, drain };
}

/** A book that is rebuilt from records, as a replay does it. */
function rebuilt(into: Book, records: readonly MarketRecord[]): Book {
  for (const { kind, side, price, quantity } of records) {
    if (kind === KIND.clear) into.clear();
    else if (kind === KIND.depth || kind === KIND.snapshot) {
      (side === SIDE.buy ? into.bids : into.asks).set(price, quantity);
    }
  }
  return into;
}

function levelsOf({ bids, asks }: Book): number[][] {
  return [bids, asks].map((side) =>
    Array.from({ length: side.depth }, (_, rank) => [side.ticksAt(rank), side.lotsAt(rank)]).flat(),
  );
}

const aTrade = (tradeId: number) => ({
  instrument: 0,
  ticks: 100,
  lots: 2,
  takerSide: 'sell' as const,
  tradeId,
  venueMs: 6,
  receivedNs: 9_000,
});

test('a book begins with a snapshot, and each frame ends with its mark', () => {
  const { tape, book, drain } = aTape();
  book.bids.set(100, 5);
  book.asks.set(101, 6);
  tape.onBook(0, 11, 2_000);
  book.bids.set(100, 0);
  book.bids.set(99, 4);
  tape.onBook(0, 12, 3_000);
  const records = drain();
  assert.equal(
    records.map(({ kind, side, price, quantity, flags }) => [kind, side, price, quantity, flags]),
    [
      [KIND.clear, SIDE.none, 0, 0, 0],
      [KIND.snapshot, SIDE.buy, 100, 5, 0],
      [KIND.snapshot, SIDE.sell, 101, 6, FLAG.frameEnd],
      [KIND.depth, SIDE.buy, 100, 0, 0],
      [KIND.depth, SIDE.buy, 99, 4, FLAG.frameEnd],
    ],
  );
  const last = records.at(-1);
  assert.equal(
    [last?.tsExchange, last?.tsLocal, last?.sequence, last?.venue],
    [7_000, 1_000_003, 12, 3],
  );
});

test('local time never goes back, whatever the wall clock does', () => {
  const { tape, drain } = aTape();
  tape.onTrade(aTrade(1));
  tape.anchor(10, 0);
  tape.onTrade(aTrade(2));
  const [first, second] = drain();
  assert.is(first?.tsLocal, 1_000_009);
  assert.is(second?.tsLocal, 1_000_009);
});

test('what is finer than the grid is the nearest on it, and marked', () => {
  const { tape, book, drain } = aTape();
  tape.onBook(0, 1, 0);
  book.bids.set(100.4, 1.7);
  tape.onBook(0, 2, 0);
  const last = drain().at(-1);
  assert.equal([last?.price, last?.quantity, last?.flags], [100, 2, FLAG.rounded | FLAG.frameEnd]);
});

test('a book that is lost is emptied, and begins anew', () => {
  const { tape, book, drain } = aTape();
  book.bids.set(100, 5);
  tape.onBook(0, 1, 0);
  tape.onLost(0, 0);
  book.clear();
  book.bids.set(90, 1);
  tape.onBook(0, 2, 0);
  assert.equal(
    drain().map(({ kind }) => kind),
    [KIND.clear, KIND.snapshot, KIND.clear, KIND.clear, KIND.snapshot],
  );
});

test('more changes than are noted make the frame a snapshot', () => {
  const { tape, book, drain } = aTape(16_384);
  tape.onBook(0, 1, 0);
  for (let at = 0; at <= LEVEL_CHANGES_MAX; at += 1) book.bids.set(100 + at, 1);
  tape.onBook(0, 2, 0);
  const records = drain();
  assert.is(records.length, 1 + 1 + LEVEL_CHANGES_MAX + 1);
  assert.equal(levelsOf(rebuilt(new Book(), records)), levelsOf(book));
});

test('from three quarters of the ring on, only the last change of a level is kept', () => {
  const { tape, book, drain } = aTape(64);
  tape.onBook(0, 1, 0);
  for (let id = 0; id < 50; id += 1) tape.onTrade(aTrade(id));
  assert.is(tape.rung, 'conflated');
  for (let lots = 1; lots <= 9; lots += 1) {
    book.bids.set(100, lots);
    book.asks.set(101, lots);
    tape.onBook(0, 1 + lots, 0);
  }
  tape.onTrade(aTrade(50));
  drain();
  book.bids.set(99, 1);
  tape.onBook(0, 20, 0);
  assert.is(tape.rung, 'whole');
  const records = drain();
  assert.equal(
    records.map(({ price, quantity, flags }) => [price, quantity, flags & FLAG.conflated]),
    [
      [99, 1, FLAG.conflated],
      [100, 9, FLAG.conflated],
      [101, 9, FLAG.conflated],
    ],
  );
  assert.is(tape.counts.conflated, 16);
  assert.is(tape.counts.lost, 0);
});

test('a full ring drops and counts, says how many, and the book begins anew', () => {
  const { tape, book, drain } = aTape(32);
  tape.onBook(0, 1, 0);
  for (let id = 0; id < 40; id += 1) {
    book.bids.set(100 + id, 1);
    tape.onBook(0, 2 + id, 0);
    tape.onTrade(aTrade(id));
  }
  assert.is(tape.rung, 'dropping');
  const saidBefore = drain()
    .filter(({ kind }) => kind === KIND.gap)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  const { lost } = tape.counts;
  tape.onTrade(aTrade(99));
  tape.onBook(0, 99, 0);
  // Of 40 levels there is no snapshot in a ring of 32; the trade says what is missing.
  const [gap, trade] = drain();
  assert.is(gap?.kind, KIND.gap);
  assert.is(trade?.sequence, 99);
  assert.is(saidBefore + (gap?.quantity ?? 0), lost);
});

test('whatever is given up, the recorded book ends as the real one, and gaps add up', () => {
  const step = fc.record({
    side: fc.boolean(),
    price: fc.integer({ min: 95, max: 105 }),
    lots: fc.nat(3),
    ends: fc.boolean(),
    trade: fc.boolean(),
    drained: fc.nat(20),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { tape, book, drain } = aTape(64);
      const copy = new Book();
      const all: MarketRecord[] = [];
      const take = (most: number): void => {
        const records = drain(most);
        all.push(...records);
        rebuilt(copy, records);
      };
      for (const { side, price, lots, ends, trade, drained } of steps) {
        (side ? book.bids : book.asks).set(price + (side ? 0 : 20), lots);
        if (ends) tape.onBook(0, 1, 0);
        if (trade) tape.onTrade(aTrade(1));
        take(drained);
      }
      take(64);
      tape.onTrade(aTrade(2));
      tape.onBook(0, 2, 0);
      take(64);
      assert.equal(levelsOf(copy), levelsOf(book));
      const gaps = all.filter(({ kind }) => kind === KIND.gap);
      assert.is(
        gaps.reduce((sum, { quantity }) => sum + quantity, 0),
        tape.counts.lost,
      );
      assert.is(all.length, tape.counts.records);
    }),
  );
});

const aQuote = (bidTicks: number, updateId: number) => ({
  kind: 'quote-updated' as const,
  instrument: 0,
  bidTicks,
  bidLots: 5,
  askTicks: 101,
  askLots: 6,
  updateId,
  receivedNs: 4_000,
});

test('best prices of a ticker are recorded where they are ahead of the book', () => {
  const { tape, book, drain } = aTape();
  book.bids.set(99, 5);
  book.asks.set(101, 6);
  tape.onBook(0, 11, 2_000);
  tape.onTouch(aQuote(99, 11));
  tape.onTouch(aQuote(100, 12));
  const records = drain().filter(({ kind }) => kind === KIND.bbo);
  assert.equal(
    records.map(({ side, price, quantity, sequence, tsExchange, flags }) => [
      side,
      price,
      quantity,
      sequence,
      tsExchange,
      flags,
    ]),
    [
      [SIDE.buy, 100, 5, 12, 7_000, 0],
      [SIDE.sell, 101, 6, 12, 7_000, FLAG.frameEnd],
    ],
  );
});

test('tickers are given up before books are, and counted', () => {
  const { tape, drain } = aTape(64);
  for (let id = 0; id < 50; id += 1) tape.onTrade(aTrade(id));
  tape.onTouch(aQuote(100, 12));
  assert.is(tape.counts.tickers, 1);
  assert.is(drain().filter(({ kind }) => kind === KIND.bbo).length, 0);
});

const aMark = {
  kind: 'mark-priced',
  instrument: 0,
  mark: 61_000.123_456_78,
  index: 60_999.5,
  fundingFraction: -0.000_012_5,
  nextFundingMs: 1_723_190_400_000,
  venueMs: 1_723_161_253_000.25,
} as const;

test('a mark, its index and its funding are one frame, exact to their last digit', () => {
  const { tape, drain } = aTape();
  tape.onFact(aMark, 5_000);
  assert.equal(
    drain().map(({ kind, price, quantity, tsExchange, flags }) => [
      kind,
      price,
      quantity,
      tsExchange,
      flags,
    ]),
    [
      [KIND.mark, 6_100_012_345_678, 0, 1_723_161_253_000_250, 0],
      [KIND.index, 6_099_950_000_000, 0, 1_723_161_253_000_250, 0],
      [KIND.funding, -12_500_000, 1_723_190_400_000, 1_723_161_253_000_250, FLAG.frameEnd],
    ],
  );
});

test('forced orders, open interest and the state of the venue are recorded as told', () => {
  const { tape, drain } = aTape();
  for (const side of ['buy', 'sell'] as const) {
    const forced = { kind: 'liquidation-sampled', instrument: 0, ticks: 7, lots: 3, venueMs: 8 };
    tape.onFact({ ...forced, kind: 'liquidation-sampled', side }, 0);
  }
  tape.onFact({ kind: 'interest-measured', instrument: 0, lots: 41, venueMs: 8 }, 0);
  tape.onFact({ kind: 'venue-announced', venue: 'kraken', status: 'post-only' }, 0);
  assert.equal(
    drain().map(({ kind, side, price, quantity }) => [kind, side, price, quantity]),
    [
      [KIND.liquidation, SIDE.buy, 7, 3],
      [KIND.liquidation, SIDE.sell, 7, 3],
      [KIND.openInterest, SIDE.none, 0, 41],
      [KIND.status, SIDE.none, 0, 2],
    ],
  );
});

test('a fact of a venue without markets here, or of no known form, is counted', () => {
  const { tape, drain } = aTape();
  tape.onFact({ kind: 'venue-announced', venue: 'elsewhere', status: 'online' }, 0);
  tape.onFact({ ...aMark, kind: 'never-heard-of' } as unknown as typeof aMark, 0);
  assert.is(tape.counts.otherFacts, 2);
  assert.equal(drain(), []);
});

test('facts that found no room are owed, and the next that do say so', () => {
  const { tape, drain } = aTape(64);
  for (let id = 0; id < 62; id += 1) tape.onTrade(aTrade(id));
  tape.onFact(aMark, 0);
  assert.is(tape.counts.lost, 3);
  drain();
  tape.onFact(aMark, 0);
  assert.equal(
    drain().map(({ kind, quantity }) => [kind, kind === KIND.gap ? quantity : 0]),
    [
      [KIND.gap, 3],
      [KIND.mark, 0],
      [KIND.index, 0],
      [KIND.funding, 0],
    ],
  );
});

test.run();
