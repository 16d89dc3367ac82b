import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../src/core/rng.ts';
import { Ladder } from '../../src/market/ladder.ts';
import { LevelChanges } from '../../src/market/level-changes.ts';
import { law } from '../support/law.ts';

type Side = 'bid' | 'ask';

/** A side of a book as a plain map: slow, and plainly right. */
class ModelLadder {
  readonly levels = new Map<number, number>();
  dropped = 0;
  readonly #side: Side;
  readonly #levelsMax: number;

  constructor(side: Side, levelsMax: number) {
    this.#side = side;
    this.#levelsMax = levelsMax;
  }

  /** Best first. */
  sorted(): [ticks: number, lots: number][] {
    const sign = this.#side === 'bid' ? -1 : 1;
    return [...this.levels].sort(([one], [other]) => sign * (one - other));
  }

  set(ticks: number, lots: number): void {
    if (lots === 0) this.levels.delete(ticks);
    else this.levels.set(ticks, lots);
    if (this.levels.size <= this.#levelsMax) return;
    this.levels.delete((this.sorted().at(-1) as [number, number])[0]);
    this.dropped += 1;
  }
}

function assertEqual(ladder: Ladder, model: ModelLadder): void {
  const sorted = model.sorted();
  const [bestTicks, bestLots] = sorted[0] ?? [0, 0];
  assert.equal([ladder.bestTicks, ladder.bestLots], [bestTicks, bestLots]);
  assert.equal([ladder.depth, ladder.dropped], [sorted.length, model.dropped]);
  sorted.forEach(([ticks, lots], rank) => {
    assert.equal([ladder.ticksAt(rank), ladder.lotsAt(rank)], [ticks, lots]);
    assert.is(ladder.lotsOn(ticks), lots);
  });
  assert.equal([ladder.ticksAt(sorted.length), ladder.lotsAt(sorted.length)], [0, 0]);
}

const side = fc.constantFrom<Side[]>('bid', 'ask');
const change = fc.record({
  // Not whole where an order from a time of finer ticks still rests.
  ticks: fc.oneof(
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 2, max: 60 }).map((n) => n / 2),
  ),
  lots: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 })),
});

test('a ladder is a map sorted by price, full or not', () => {
  const levelsMax = fc.constantFrom(1, 2, 5, 100);
  law(
    fc.property(
      side,
      levelsMax,
      fc.array(change, { maxLength: 80, size: 'max' }),
      (of, most, changes) => {
        const [ladder, model] = [new Ladder(of, most), new ModelLadder(of, most)];
        for (const { ticks, lots } of changes) {
          ladder.set(ticks, lots);
          model.set(ticks, lots);
          assertEqual(ladder, model);
          assert.is(ladder.lotsOn(31.5), 0);
        }
      },
    ),
    500,
  );
});

for (const of of ['bid', 'ask'] as const) {
  test(`a deep ${of} ladder grows to its largest and then lets the farthest go`, () => {
    const levelsMax = 2500;
    const [ladder, model] = [new Ladder(of, levelsMax), new ModelLadder(of, levelsMax)];
    const random = rngOf(1);
    for (let at = 0; at < 4000; at += 1) {
      const [ticks, lots] = [1 + random.below(3000), random.below(8)];
      ladder.set(ticks, lots);
      model.set(ticks, lots);
    }
    for (let ticks = 1; ticks <= 3000; ticks += 1) {
      ladder.set(ticks, ticks);
      model.set(ticks, ticks);
    }
    assert.ok(model.dropped > 0);
    assertEqual(ladder, model);
  });
}

test('a truncated ladder keeps its best levels', () => {
  for (const [of, ticks] of [
    ['bid', [14, 13, 12]],
    ['ask', [10, 11, 12]],
  ] as const) {
    const ladder = new Ladder(of);
    for (let at = 10; at < 15; at += 1) ladder.set(at, at);
    ladder.truncate(9);
    assert.is(ladder.depth, 5);
    ladder.changes = new LevelChanges();
    ladder.truncate(3);
    const told = ladder.changes;
    assert.equal(
      Array.from({ length: told.count }, (_, at) => [told.ticks[at], told.lots[at]]),
      (of === 'bid' ? [10, 11] : [14, 13]).map((gone) => [gone, 0]),
    );
    assert.equal(
      [0, 1, 2, 3].map((rank) => ladder.ticksAt(rank)),
      [...ticks, 0],
    );
    assert.is(ladder.lotsOn(of === 'bid' ? 10 : 14), 0);
  }
});

test('levels better than the rank a ladder has changed from are as they were', () => {
  const aStep = fc.oneof(
    { weight: 12, arbitrary: change },
    { weight: 1, arbitrary: fc.record({ cutTo: fc.nat(20) }) },
  );
  const turns = fc.array(fc.array(aStep, { maxLength: 4 }), { maxLength: 40, size: 'max' });
  law(
    fc.property(side, turns, (of, all) => {
      const ladder = new Ladder(of);
      const levels = (): string[] =>
        Array.from(
          { length: ladder.depth },
          (_, at) => `${ladder.ticksAt(at)}×${ladder.lotsAt(at)}`,
        );
      for (const turn of all) {
        const before = levels();
        ladder.settle();
        for (const each of turn) {
          if ('cutTo' in each) ladder.truncate(each.cutTo);
          else ladder.set(each.ticks, each.lots);
        }
        const after = levels();
        const same = Math.min(ladder.changedFrom, Math.max(before.length, after.length));
        assert.equal(after.slice(0, same), before.slice(0, same));
      }
      ladder.clear();
      assert.is(ladder.changedFrom, 0);
    }),
    300,
  );
});

test('a change of a level far from the best does not touch the first', () => {
  const ladder = new Ladder('ask');
  for (let ticks = 1; ticks <= 40; ticks += 1) ladder.set(ticks, 1);
  ladder.settle();
  ladder.set(31, 2);
  assert.is(ladder.changedFrom, 30);
  ladder.set(12, 0);
  ladder.set(50, 0);
  assert.is(ladder.changedFrom, 11);
});

test('a cleared ladder is empty and can be filled again', () => {
  const ladder = new Ladder('bid');
  ladder.set(10, 1);
  ladder.clear();
  assert.equal([ladder.depth, ladder.bestTicks, ladder.bestLots, ladder.lotsOn(10)], [0, 0, 0, 0]);
  ladder.set(9, 2);
  assert.equal([ladder.depth, ladder.bestTicks, ladder.bestLots], [1, 9, 2]);
});

test.run();
