import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Amount, amountOf, lotsOf } from '../../src/core/units.ts';
import {
  applyFill,
  averageEntryPerLot,
  type BookedFill,
  FLAT,
  type Position,
  unrealised,
} from '../../src/execution/positions.ts';
import { law } from '../support/law.ts';

const fillOf = (side: 'buy' | 'sell', lots: number, quote: bigint, fee = 0n): BookedFill => ({
  side,
  lots: lotsOf(lots),
  quote: amountOf(quote),
  fee: amountOf(fee),
});
const numbers = ({ lots, cost, realised, fees }: Position) => [lots, cost, realised, fees];

test('buying adds lots and cost', () => {
  const position = [fillOf('buy', 2, 200n), fillOf('buy', 3, 330n)].reduce(applyFill, FLAT);
  assert.equal(numbers(position), [5, 530n, 0n, 0n]);
});

test('reducing takes out cost in proportion and realises the difference', () => {
  const position = [fillOf('buy', 4, 400n), fillOf('sell', 1, 130n)].reduce(applyFill, FLAT);
  assert.equal(numbers(position), [3, 300n, 30n, 0n]);
});

test('a short gains when it is bought back below', () => {
  const position = [fillOf('sell', 4, 400n), fillOf('buy', 1, 80n)].reduce(applyFill, FLAT);
  assert.equal(numbers(position), [-3, 300n, 20n, 0n]);
});

test('closing leaves no cost behind', () => {
  const position = [fillOf('buy', 3, 100n), fillOf('sell', 3, 90n)].reduce(applyFill, FLAT);
  assert.equal(numbers(position), [0, 0n, -10n, 0n]);
});

test('a fill through zero closes the old position and opens the rest at its own price', () => {
  const long = [fillOf('buy', 2, 200n), fillOf('sell', 5, 600n)].reduce(applyFill, FLAT);
  assert.equal(numbers(long), [-3, 360n, 40n, 0n]);
  const short = [fillOf('sell', 2, 200n), fillOf('buy', 5, 450n)].reduce(applyFill, FLAT);
  assert.equal(numbers(short), [3, 270n, 20n, 0n]);
});

test('fees add up beside the profit, rebates count against them', () => {
  const fills = [
    fillOf('buy', 1, 100n, 5n),
    fillOf('buy', 1, 100n, -2n),
    fillOf('sell', 2, 200n, 1n),
  ];
  assert.equal(numbers(fills.reduce(applyFill, FLAT)), [0, 0n, 0n, 4n]);
});

test('open lots gain what they are worth above their cost, a short what it is worth below', () => {
  const long = applyFill(FLAT, fillOf('buy', 2, 200n));
  const short = applyFill(FLAT, fillOf('sell', 2, 200n));
  assert.is(unrealised(long, amountOf(250n)), 50n);
  assert.is(unrealised(short, amountOf(250n)), -50n);
  assert.is(unrealised(FLAT, amountOf(0n)), 0n);
});

test('the average entry is the cost of a lot, and none when flat', () => {
  const position = applyFill(FLAT, fillOf('sell', 4, 10n ** 9n));
  assert.is(averageEntryPerLot(position), 2.5);
  assert.ok(Number.isNaN(averageEntryPerLot(FLAT)));
});

/** Fills around one price, in sizes that make flips, exact closes and long runs alike. */
const aFill: fc.Arbitrary<BookedFill> = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    lots: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1_000_000 })),
    perLot: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    odd: fc.nat(),
    fee: fc.bigInt({ min: -1000n, max: 1000n }),
  })
  .map(({ side, lots, perLot, odd, fee }) =>
    fillOf(side, lots, BigInt(lots) * perLot + BigInt(odd % lots), fee),
  );
const fills = fc.array(aFill, { maxLength: 40, size: 'max' });

test('no sequence of fills makes or loses a unit of cash, a lot or a fee', () => {
  law(
    fc.property(fills, (sequence) => {
      let position = FLAT;
      let [lots, cash, fees] = [0, 0n, 0n];
      for (const fill of sequence) {
        position = applyFill(position, fill);
        const sign = fill.side === 'buy' ? 1 : -1;
        lots += sign * fill.lots;
        cash -= BigInt(sign) * fill.quote;
        fees += fill.fee;
        const { realised, cost } = position;
        assert.is(realised - (position.lots > 0 ? cost : -cost), cash);
        assert.equal([position.lots, position.fees], [lots, fees]);
        assert.ok(cost >= 0n);
        if (position.lots === 0) assert.is(cost, 0n);
      }
    }),
    500,
  );
});

test('profit marked at any price is the cash plus what the lots are worth', () => {
  law(
    fc.property(fills, fc.bigInt({ min: 0n, max: 10n ** 12n }), (sequence, price) => {
      const position = sequence.reduce(applyFill, FLAT);
      const worth = amountOf(BigInt(Math.abs(position.lots)) * price);
      const cash = sequence.reduce(
        (sum, fill) => sum + (fill.side === 'buy' ? -fill.quote : fill.quote),
        0n,
      );
      const profit = position.realised + unrealised(position, worth);
      assert.is(profit, cash + BigInt(position.lots) * price);
    }),
  );
});

/** What the open lots were entered at: the fills since the position was last flat or flipped. */
interface Entries {
  readonly fills: readonly BookedFill[];
  /** Each reduction may leave the cost of the rest less than one unit too high. */
  readonly reductions: bigint;
}

function entriesAfter(entries: Entries, before: Position, fill: BookedFill): Entries {
  const isAdding = before.lots === 0 || before.lots > 0 === (fill.side === 'buy');
  if (isAdding) return { ...entries, fills: [...entries.fills, fill] };
  if (fill.lots > Math.abs(before.lots)) return { fills: [fill], reductions: 1n };
  const isClosed = fill.lots === Math.abs(before.lots);
  return isClosed ? NO_ENTRIES : { ...entries, reductions: entries.reductions + 1n };
}

const NO_ENTRIES: Entries = { fills: [], reductions: 0n };

test('the average entry stays in the range of its fills, within a unit of cost a reduction', () => {
  law(
    fc.property(fills, (sequence) => {
      let position = FLAT;
      let entries = NO_ENTRIES;
      for (const fill of sequence) {
        entries = entriesAfter(entries, position, fill);
        position = applyFill(position, fill);
        if (position.lots === 0) continue;
        const held = BigInt(Math.abs(position.lots));
        // cost / held against quote / lots of each fill, without dividing.
        const isAbove = ({ quote, lots }: BookedFill) =>
          position.cost * BigInt(lots) >= quote * held;
        const isBelow = ({ quote, lots }: BookedFill) =>
          (position.cost - entries.reductions) * BigInt(lots) <= (quote as Amount) * held;
        assert.ok(entries.fills.some(isAbove) && entries.fills.some(isBelow));
      }
    }),
    500,
  );
});

test.run();
