import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../src/market/book.ts';
import {
  type DepthDiff,
  type DepthRule,
  type DepthSnapshot,
  DepthSync,
  DIFFS_BUFFERED_MAX,
} from '../../../src/venues/binance/depth-sync.ts';
import { levelsOf } from '../../support/binance/levels.ts';
import { law } from '../../support/law.ts';

type Level = readonly [ticks: number, lots: number];
const RULES: readonly DepthRule[] = ['spot', 'futures'];

function diffOf(
  firstId: number,
  finalId: number,
  bids: Level[] = [],
  asks: Level[] = [],
): DepthDiff {
  const previousId = firstId - 1;
  return { firstId, finalId, previousId, bids: levelsOf(bids), asks: levelsOf(asks) };
}

function snapshotOf(finalId: number, bids: Level[] = [[10, 1]], asks: Level[] = [[20, 1]]) {
  return { finalId, bids: levelsOf(bids), asks: levelsOf(asks) };
}

function syncOf(rule: DepthRule): { sync: DepthSync; applied: number[] } {
  const applied: number[] = [];
  return { sync: new DepthSync(new Book(), rule, (finalId) => applied.push(finalId)), applied };
}

for (const rule of RULES) {
  test(`${rule}: diffs wait for the snapshot, and those newer than it are replayed`, () => {
    const { sync, applied } = syncOf(rule);
    assert.equal([sync.isLive, sync.lastId], [false, 0]);
    assert.is(sync.onDiff(diffOf(1, 2, [[11, 5]])), 'buffered');
    assert.is(sync.onDiff(diffOf(3, 5, [[12, 5]])), 'buffered');
    assert.is(sync.onDiff(diffOf(6, 8, [[13, 5]])), 'buffered');
    assert.not.ok(sync.book.isTwoSided);
    assert.is(sync.onSnapshot(snapshotOf(4)), 'live');
    assert.equal([sync.isLive, sync.lastId], [true, 8]);
    assert.equal([sync.book.bids.depth, sync.book.bids.bestTicks], [3, 13]);
    assert.is(sync.book.bids.lotsOn(11), 0);
    assert.equal(applied, [5, 8]);
  });

  test(`${rule}: a snapshot older than the first diff that was kept is stale`, () => {
    const { sync, applied } = syncOf(rule);
    sync.onDiff(diffOf(6, 8));
    assert.is(sync.onSnapshot(snapshotOf(4)), 'stale');
    assert.not.ok(sync.isLive);
    assert.is(sync.onSnapshot(snapshotOf(7)), 'live');
    assert.equal(applied, [8]);
  });

  test(`${rule}: a repeated diff is ignored and a missing one is a gap`, () => {
    const { sync, applied } = syncOf(rule);
    sync.onDiff(diffOf(1, 2));
    sync.onSnapshot(snapshotOf(2));
    assert.is(sync.onDiff(diffOf(3, 4, [[11, 1]])), 'applied');
    assert.is(sync.onDiff(diffOf(3, 4, [[12, 1]])), 'ignored');
    assert.is(sync.book.bids.bestTicks, 11);
    assert.is(sync.onDiff(diffOf(6, 7, [[13, 1]])), 'gap');
    assert.equal([sync.isLive, sync.lastId, sync.book.bids.depth], [false, 0, 0]);
    assert.is(sync.onDiff(diffOf(8, 9)), 'buffered');
    assert.is(applied.at(-1), 4);
  });

  test(`${rule}: a gap among the diffs that were kept is found in the replay`, () => {
    const { sync } = syncOf(rule);
    sync.onDiff(diffOf(1, 2));
    sync.onDiff(diffOf(3, 4));
    sync.onDiff(diffOf(6, 7));
    assert.is(sync.onSnapshot(snapshotOf(3)), 'gap');
    assert.not.ok(sync.isLive || sync.book.isTwoSided);
  });

  test(`${rule}: a crossed book is not live, from a diff, a snapshot or the replay`, () => {
    const { sync, applied } = syncOf(rule);
    assert.is(sync.onSnapshot(snapshotOf(2, [[20, 1]])), 'crossed');
    assert.not.ok(sync.isLive || sync.book.isTwoSided);
    sync.onDiff(diffOf(1, 2));
    sync.onDiff(diffOf(3, 3, [[25, 1]]));
    assert.is(sync.onSnapshot(snapshotOf(2)), 'crossed');
    sync.onDiff(diffOf(4, 5));
    assert.is(sync.onSnapshot(snapshotOf(5)), 'live');
    assert.is(sync.onDiff(diffOf(6, 7, [], [[10, 1]])), 'crossed');
    assert.equal([sync.isLive, sync.lastId, sync.book.asks.depth], [false, 0, 0]);
    assert.not.ok(applied.includes(7) || applied.includes(3));
  });

  test(`${rule}: a reset forgets the book and what was kept`, () => {
    const { sync, applied } = syncOf(rule);
    sync.onDiff(diffOf(1, 2));
    sync.reset();
    assert.is(sync.onSnapshot(snapshotOf(1)), 'live');
    assert.equal(applied, []);
    sync.reset();
    assert.equal([sync.isLive, sync.lastId, sync.book.bids.depth], [false, 0, 0]);
  });

  test(`${rule}: what is kept is bounded, so a snapshot of long ago is stale`, () => {
    const { sync, applied } = syncOf(rule);
    for (let id = 1; id <= DIFFS_BUFFERED_MAX + 1; id += 1) sync.onDiff(diffOf(id, id));
    assert.is(sync.onSnapshot(snapshotOf(0)), 'stale');
    assert.is(sync.onSnapshot(snapshotOf(2)), 'live');
    assert.is(applied.length, DIFFS_BUFFERED_MAX - (rule === 'spot' ? 1 : 0));
  });
}

test('a snapshot right before the first diff is enough, and one before that is stale', () => {
  for (const rule of ['spot', 'futures'] as const) {
    const { sync } = syncOf(rule);
    sync.onDiff(diffOf(6, 8));
    assert.is(sync.onSnapshot(snapshotOf(4)), 'stale', rule);
    assert.is(sync.onSnapshot(snapshotOf(5)), 'live', rule);
  }
});

test('a futures diff follows by what it came after, wherever its own numbers begin', () => {
  const { sync, applied } = syncOf('futures');
  assert.is(sync.onSnapshot(snapshotOf(7)), 'live');
  // The numbers count the changes of all markets: none of ours was between 5 and 9.
  assert.is(sync.onDiff({ ...diffOf(9, 10), previousId: 5 }), 'applied');
  assert.equal(applied, [10]);
  const lacking = syncOf('futures');
  assert.is(lacking.sync.onSnapshot(snapshotOf(7)), 'live');
  assert.is(lacking.sync.onDiff({ ...diffOf(9, 10), previousId: 8 }), 'gap');
});

test('what is kept is a copy, since the decoder overwrites its lists', () => {
  const { sync } = syncOf('spot');
  const diff = diffOf(1, 2, [[11, 5]]);
  sync.onDiff(diff);
  diff.bids.ticks[0] = 99;
  diff.bids.lots[0] = 99;
  sync.onSnapshot(snapshotOf(1));
  assert.equal([sync.book.bids.bestTicks, sync.book.bids.bestLots], [11, 5]);
});

test('futures follow by the id of the previous diff, whatever the first id says', () => {
  const { sync } = syncOf('futures');
  sync.onDiff(diffOf(1, 4));
  assert.is(sync.onSnapshot(snapshotOf(3)), 'live');
  assert.is(sync.onDiff({ ...diffOf(9, 12), previousId: 4 }), 'applied');
  assert.is(sync.onDiff({ ...diffOf(13, 14), previousId: 11 }), 'gap');
});

test('futures: after a snapshot the first diff must contain its id', () => {
  const { sync } = syncOf('futures');
  sync.onSnapshot(snapshotOf(5));
  assert.is(sync.onDiff(diffOf(1, 4)), 'ignored');
  assert.is(sync.onDiff(diffOf(4, 5)), 'applied');
  sync.reset();
  sync.onSnapshot(snapshotOf(5));
  assert.is(sync.onDiff(diffOf(7, 8)), 'gap');
});

/** A venue's true book by update id, cut into diffs as the venue sends them. */
interface History {
  readonly diffs: readonly DepthDiff[];
  snapshotAt(id: number): DepthSnapshot;
  readonly lastId: number;
  readonly last: string;
}

type Update = { isBid: boolean; ticks: number; lots: number };

/** Levels of a side after the first `count` updates, levels of size 0 left out. */
function sideAfter(updates: readonly Update[], count: number, isBid: boolean): Level[] {
  const levels = new Map<number, number>();
  for (const update of updates.slice(0, count)) {
    if (update.isBid === isBid) levels.set(update.ticks, update.lots);
  }
  return [...levels].filter(([, lots]) => lots > 0).sort(([one], [other]) => one - other);
}

const FIRST_ID = 100;

function historyOf(updates: readonly Update[], cuts: readonly number[]): History {
  const ends = [...new Set([...cuts.map((cut) => 1 + (cut % updates.length)), updates.length])];
  ends.sort((one, other) => one - other);
  const diffs = ends.map((end, at) => {
    const start = at === 0 ? 0 : (ends[at - 1] as number);
    const part = updates.slice(start, end);
    // One level occurs once in a diff, with its size at the end.
    const side = (isBid: boolean): Level[] => {
      const changed = part.filter((update) => update.isBid === isBid);
      return [...new Map(changed.map(({ ticks, lots }) => [ticks, lots]))];
    };
    return diffOf(FIRST_ID + start, FIRST_ID + end - 1, side(true), side(false));
  });
  const bookAt = (count: number) => [true, false].map((isBid) => sideAfter(updates, count, isBid));
  return {
    diffs,
    snapshotAt(id) {
      const [bids = [], asks = []] = bookAt(id - FIRST_ID + 1);
      return { finalId: id, bids: levelsOf(bids), asks: levelsOf(asks) };
    },
    lastId: FIRST_ID + updates.length - 1,
    last: JSON.stringify(bookAt(updates.length)),
  };
}

function shown({ bids, asks }: Book): string {
  const levels = [bids, asks].map((side) =>
    Array.from(
      { length: side.depth },
      (_, rank): Level => [side.ticksAt(rank), side.lotsAt(rank)],
    ).sort(([one], [other]) => one - other),
  );
  return JSON.stringify(levels);
}

// Bids stay below asks, so the true book never crosses.
const update: fc.Arbitrary<Update> = fc
  .record({ isBid: fc.boolean(), price: fc.integer({ min: 1, max: 9 }), lots: fc.nat({ max: 3 }) })
  .map(({ isBid, price, lots }) => ({ isBid, ticks: isBid ? price : price + 10, lots }));
const history = fc
  .tuple(
    fc.array(update, { minLength: 1, maxLength: 40, size: 'max' }),
    fc.array(fc.nat(), { maxLength: 12, size: 'max' }),
  )
  .map(([updates, cuts]) => historyOf(updates, cuts));

test('the snapshot may come at any place, of any moment: the book is the same', () => {
  law(
    fc.property(
      history,
      fc.constantFrom(...RULES),
      fc.nat(),
      fc.nat(),
      (past, rule, where, when) => {
        const { diffs, snapshotAt, lastId, last } = past;
        const arrival = where % (diffs.length + 1);
        // No snapshot is from before the stream; a futures one is not from before its diffs.
        const first = diffs[0] as DepthDiff;
        const earliest = rule === 'spot' ? first.firstId - 1 : first.firstId;
        const id = earliest + (when % (lastId - earliest + 1));
        const { sync, applied } = syncOf(rule);
        const early = diffs.slice(0, arrival);
        for (const diff of early) assert.is(sync.onDiff(diff), 'buffered');
        assert.is(sync.onSnapshot(snapshotAt(id)), 'live');
        for (const diff of diffs.slice(arrival)) {
          assert.ok(['applied', 'ignored'].includes(sync.onDiff(diff)));
        }
        assert.is(shown(sync.book), last);
        assert.is(sync.lastId, lastId);
        const isNews = (diff: DepthDiff) =>
          rule === 'spot' ? diff.finalId > id : diff.finalId >= id;
        assert.equal(
          applied,
          diffs.filter(isNews).map(({ finalId }) => finalId),
        );
      },
    ),
    1000,
  );
});

test('whatever is lost or repeated, a live book is the true one of its id', () => {
  const fate = fc.constantFrom('once', 'once', 'once', 'lost', 'twice', 'snapshot', 'old');
  law(
    fc.property(history, fc.constantFrom(...RULES), fc.array(fate), (past, rule, fates) => {
      const sync = new DepthSync(new Book(), rule);
      const oldest = (past.diffs[0] as DepthDiff).finalId;
      past.diffs.forEach((diff, at) => {
        const fate = fates[at] ?? 'once';
        for (let times = fate === 'twice' ? 2 : Number(fate !== 'lost'); times > 0; times -= 1) {
          sync.onDiff(diff);
        }
        if (fate === 'snapshot') sync.onSnapshot(past.snapshotAt(diff.finalId));
        if (fate === 'old') sync.onSnapshot(past.snapshotAt(oldest));
        if (sync.isLive) {
          const truth = new DepthSync(new Book(), 'spot');
          truth.onSnapshot(past.snapshotAt(sync.lastId));
          assert.is(shown(sync.book), shown(truth.book));
        } else {
          assert.is(sync.book.bids.depth + sync.book.asks.depth, 0);
        }
      });
    }),
    1000,
  );
});

test.run();
