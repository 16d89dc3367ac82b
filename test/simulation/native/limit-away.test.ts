/** Limits that are counted from the price that wakes their order. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ticksOf } from '../../../src/core/units.ts';
import {
  type Away,
  awayFrom,
  type Trail,
  wakesAt,
  wokenTicks,
} from '../../../src/simulation/exchange/matching/trail.ts';

const aTrail: fc.Arbitrary<Trail> = fc.oneof(
  fc.integer({ min: 1, max: 9_999 }).map((bips) => ({ bips })),
  fc.integer({ min: 1, max: 100_000 }).map((ticks) => ({ ticks: ticksOf(ticks) })),
);
const anAway: fc.Arbitrary<Away> = fc.oneof(
  fc.integer({ min: -9_999, max: 9_999 }).map((bips) => ({ bips })),
  fc.integer({ min: -100_000, max: 100_000 }).map((ticks) => ({ ticks })),
);
const aMark = fc.integer({ min: 200_000, max: 100_000_000 });

test('a share of a price is exact and rounded away, and a limit is never below a tick', () => {
  assert.is(awayFrom(ticksOf(608_000), { bips: 100 }), 614_080);
  assert.is(awayFrom(ticksOf(608_001), { bips: -1 }), 607_940);
  assert.is(awayFrom(ticksOf(608_001), { bips: 1 }), 608_062);
  assert.is(awayFrom(ticksOf(608_000), { ticks: -10 }), 607_990);
  assert.is(awayFrom(ticksOf(5), { ticks: -10 }), 1);
});

test('an order without such a limit, or that follows nothing yet, keeps the one it has', () => {
  const order = { side: 'sell', ticks: ticksOf(7), markTicks: ticksOf(100) } as never as Parameters<
    typeof wokenTicks
  >[0];
  const trigger = { direction: 'falls-to', ticks: ticksOf(0), reference: 'last' } as const;
  const trail = { bips: 1_000 };
  assert.is(wokenTicks(order), 7);
  assert.is(wokenTicks({ ...order, trigger: { ...trigger, trail } }), 7);
  const away = { ...trigger, trail, limitAway: { ticks: -3 } };
  assert.is(wokenTicks({ ...order, trigger: away }), 87);
  const { markTicks: _, ...early } = { ...order, trigger: away };
  assert.is(wokenTicks(early), 7);
});

test('a purchase that follows a falling price never needs more than was held for it', () => {
  fc.assert(
    fc.property(aTrail, anAway, aMark, aMark, (trail, away, one, other) => {
      const limit = (mark: number) => awayFrom(wakesAt('buy', trail, ticksOf(mark)), away);
      assert.ok(limit(Math.min(one, other)) <= limit(Math.max(one, other)));
    }),
  );
});

test.run();
