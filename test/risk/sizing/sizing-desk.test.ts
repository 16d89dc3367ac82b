import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LIFTED_LOTS } from '../../../src/risk/sizing/board.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { matrixOf } from '../../support/risk/samples.ts';
import {
  aBook,
  aMarketTold,
  aSizingDesk,
  MINUTE_NS,
  SECOND,
  someSizing,
} from '../../support/risk/sizing-desks.ts';

test('the book is asked for at every look until the worth is known, then in its time', () => {
  const { desk } = aSizingDesk({ everySeconds: 5 });
  assert.ok(desk.look(1 * SECOND) && desk.look(1.25 * SECOND));
  desk.onBook(aBook(1.25 * SECOND));
  assert.not(desk.look(6 * SECOND));
  assert.ok(desk.look(6.25 * SECOND));
  desk.adopt(someSizing({ everySeconds: 10 }));
  assert.ok(desk.look(6.5 * SECOND));
  assert.not(desk.look(11.5 * SECOND));
});

test('sizes come out in whole lots, and the order in its share of them', () => {
  const { desk, board } = aSizingDesk({ orderFraction: 0.3 });
  desk.onBook(aBook(SECOND, { equity: 99_999 }));
  // 2.5 % of 99,999 at 100 a lot.
  assert.equal([board.positionLots(0, SECOND), board.orderLots(0, SECOND)], [24, 7]);
  const [row] = desk.summary().rows;
  assert.equal([row?.rule, row?.positionLots, row?.regime], ['starting', 24, 'calm']);
  near(row?.volatility ?? 0, 0.02, 1e-9);
});

test('a desk whose worth nobody knows is given nothing, and so is one without any', () => {
  const { desk, board, events } = aSizingDesk();
  assert.is(desk.summary().ageMs, null);
  desk.onBook(aBook(0, { equity: Number.NaN }));
  assert.equal([board.positionLots(0, 0), desk.summary().rows[0]?.rule], [0, 'no-equity']);
  assert.is(desk.summary().equity, null);
  desk.onBook(aBook(SECOND, { equity: -1 }));
  assert.equal([board.positionLots(0, SECOND), desk.summary().rows[0]?.rule], [0, 'no-equity']);
  assert.equal(
    events.map(({ rule }) => rule),
    ['no-equity', 'no-equity'],
  );
});

test('the last known worth counts for a quarter of an hour of silence', () => {
  const { desk, board } = aSizingDesk();
  const markets = [1, 2].map(() => aMarketTold({ tradedLots: 1e6 }));
  desk.onBook(aBook(0));
  desk.onBook(aBook(900 * SECOND, { equity: Number.NaN, markets }));
  assert.is(board.positionLots(0, 900 * SECOND), 25);
  desk.onBook(aBook(901 * SECOND, { equity: Number.NaN, markets }));
  assert.is(board.positionLots(0, 901 * SECOND), 0);
});

test('a market without a price has no size, and the others have theirs', () => {
  const { desk, board } = aSizingDesk();
  desk.onBook(aBook(0, { markets: [aMarketTold({ midTicks: Number.NaN }), aMarketTold()] }));
  assert.equal([board.positionLots(0, 0), board.positionLots(1, 0)], [0, 25]);
  assert.is(desk.summary().rows[0]?.rule, 'no-market');
});

test('a fault of the mathematics is no size of any market, and says its numbers', () => {
  const { desk, board } = aSizingDesk();
  desk.onBook(aBook(0));
  const covariance = matrixOf([
    [0.0004, 0],
    [0, 0],
  ]);
  desk.onBook(aBook(SECOND, { covariance }));
  assert.equal([board.positionLots(0, SECOND), board.positionLots(1, SECOND)], [0, 0]);
  assert.equal(JSON.parse(desk.summary().fault ?? ''), { kind: 'no-variance', row: 1 });
  desk.onBook(aBook(2 * SECOND, { equity: 1e-300, markets: [1, 2].map(() => aMarketTold()) }));
  assert.is(desk.summary().fault, null);
});

test('a position that no order can build is none', () => {
  const { desk, board } = aSizingDesk({}, { lotsMin: 13 as never });
  desk.onBook(aBook(0));
  assert.equal([board.positionLots(0, 0), desk.summary().rows[0]?.rule], [0, 'minimum']);
});

test('lifted sizes hold nobody, and nothing is learnt from them', () => {
  const { desk, board } = aSizingDesk({ enabled: false });
  for (let minute = 0; minute <= 40; minute += 1) {
    const told = aMarketTold({ profit: minute, positionLots: 5 });
    desk.onBook(aBook(minute * MINUTE_NS, { markets: [told, told] }));
  }
  assert.is(board.positionLots(0, 40 * MINUTE_NS), LIFTED_LOTS);
  const { isEnabled, rows } = desk.summary();
  assert.equal([isEnabled, rows[0]?.rule, rows[0]?.edge.periods], [false, 'lifted', 0]);
});

/** Minutes in which the first market earns an amount and more or less. */
function earning(minutes: number, gain: number, parts: Record<string, unknown> = {}) {
  const made = aSizingDesk(parts);
  let profit = 0;
  for (let minute = 0; minute <= minutes; minute += 1) {
    profit += gain + (minute % 2 === 0 ? 1 : -1);
    const told = aMarketTold({ profit, positionLots: 5, tradedLots: minute * 1_000 });
    const markets = [told, aMarketTold({ tradedLots: minute * 1_000 })];
    made.desk.onBook(aBook(minute * MINUTE_NS, { markets }));
  }
  return { ...made, rows: made.desk.summary().rows };
}

test('what a strategy earns is measured against what it was given', () => {
  const { rows } = earning(40, 1, { evidenceHalfLifeHours: 8_760 });
  const [first, second] = rows;
  // One a minute of the 2,500, and later of the 5,000, that it may hold.
  assert.ok((first?.edge.mean ?? 0) > 1 / 5_000 && (first?.edge.mean ?? 0) < 1 / 2_500);
  near(first?.edge.periods ?? 0, 40, 1e-3);
  assert.equal([first?.rule, first?.positionLots], ['symbol', 50]);
  // It moves with the first, which takes some of its room.
  assert.equal([second?.rule, second?.edge.periods], ['kelly-fraction', 0]);
});

test('a strategy that is proven to lose gets nothing, and begins again when that has faded', () => {
  const { desk, board, rows } = earning(60, -1);
  assert.equal([rows[0]?.rule, rows[0]?.positionLots], ['no-edge', 0]);
  const told = aMarketTold({ tradedLots: 1e6 });
  const daysNs = 5 * 86_400 * SECOND;
  for (const atNs of [daysNs, daysNs + MINUTE_NS]) {
    desk.onBook(aBook(atNs, { markets: [told, told] }));
  }
  assert.is(board.positionLots(0, daysNs + MINUTE_NS), 25);
});

test('a period with a hole in it says nothing of a strategy', () => {
  const { desk } = aSizingDesk();
  const at = (minute: number, profit: number): void => {
    const told = aMarketTold({ profit, positionLots: 1 });
    desk.onBook(aBook(minute * MINUTE_NS, { markets: [told, told] }));
  };
  at(0, 0);
  at(2, 10);
  assert.is(desk.summary().rows[0]?.edge.periods, 1);
  at(4.1, 20);
  assert.ok((desk.summary().rows[0]?.edge.periods ?? 2) < 1);
});

test('a market that hardly trades takes no more than can be closed in time', () => {
  const { desk, board } = aSizingDesk();
  for (let minute = 0; minute <= 6; minute += 1) {
    const markets = [2, 0].map((lots) => aMarketTold({ tradedLots: lots * minute }));
    desk.onBook(aBook(minute * MINUTE_NS, { markets }));
  }
  // Two lots a minute for an hour, a tenth of all: a ninth of what the others trade.
  const nowNs = 6 * MINUTE_NS;
  assert.ok(Math.abs(board.positionLots(0, nowNs) - (2 * 60) / 9) < 3);
  assert.is(desk.summary().rows[0]?.rule, 'liquidity');
  assert.equal([board.positionLots(1, nowNs), desk.summary().rows[1]?.rule], [0, 'minimum']);
});

test('a volume that is no number is a fault, and no size', () => {
  const { desk, board } = aSizingDesk();
  for (let minute = 0; minute <= 6; minute += 1) {
    const told = aMarketTold({ tradedLots: minute === 6 ? Number.POSITIVE_INFINITY : minute });
    desk.onBook(aBook(minute * MINUTE_NS, { markets: [told, aMarketTold()] }));
  }
  assert.is(board.positionLots(0, 6 * MINUTE_NS), 0);
  assert.match(desk.summary().fault ?? '', /liquidityMax/);
});

test('a size is journaled when it begins, ends or moves, and not more often than that', () => {
  const { desk, events } = aSizingDesk();
  const at = (second: number, equity: number): void =>
    desk.onBook(aBook(second * SECOND, { equity }));
  at(0, 100_000);
  at(5, 200_000);
  at(59, 200_000);
  assert.is(events.length, 2);
  at(60, 200_000);
  assert.is(events.length, 4);
  at(180, 210_000);
  assert.is(events.length, 4);
  at(185, Number.NaN);
  at(190, -1);
  assert.is(events.length, 6);
  assert.equal(
    [events[0]?.kind, events[0]?.positionLots, events[4]?.positionLots],
    ['size-set', 25, 0],
  );
  assert.is(JSON.parse(events[0]?.detail ?? '').equity, 100_000);
});

test('a desk without strategies has nothing to size', () => {
  const { desk } = aSizingDesk();
  desk.onBook(aBook(0));
  desk.look(2 * SECOND);
  assert.is(desk.summary().ageMs, 2_000);
});

test('in another currency the lots are the same', () => {
  law(
    fc.property(fc.double({ min: 0.01, max: 1e4, noNaN: true }), (scale) => {
      const one = aSizingDesk();
      const other = aSizingDesk();
      one.desk.onBook(aBook(0, { equity: 100_050 }));
      const markets = [1, 2].map(() => aMarketTold({ midTicks: 100 * scale }));
      other.desk.onBook(aBook(0, { equity: 100_050 * scale, markets }));
      assert.is(other.board.positionLots(0, 0), one.board.positionLots(0, 0));
    }),
    100,
  );
});

test('whatever is told, a size is a number of lots and never beyond the symbol’s share', () => {
  const wild = fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -1, 1e-300, 1e300),
  );
  const aTold = fc.record({
    midTicks: wild,
    profit: wild,
    positionLots: fc.integer(),
    tradedLots: wild,
    regime: fc.constantFrom('calm' as const, 'turbulent' as const),
  });
  const some = fc.array(fc.tuple(wild, aTold, aTold, wild), { minLength: 1, maxLength: 6 });
  law(
    fc.property(some, (books) => {
      const { desk, board } = aSizingDesk();
      books.forEach(([equity, one, other, variance], minute) => {
        const covariance = matrixOf([
          [variance, 0],
          [0, 0.0004],
        ]);
        const atNs = minute * MINUTE_NS;
        desk.onBook(aBook(atNs, { equity, markets: [one, other], covariance }));
        for (const market of [0, 1]) {
          const lots = board.positionLots(market, atNs);
          assert.ok(lots >= 0 && Number.isSafeInteger(lots), `${lots}`);
        }
      });
    }),
  );
});

test.run();
