import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heatOf } from '../../../src/risk/portfolio/heat.ts';
import { near } from '../../support/near.ts';
import {
  aBookDesk,
  CALM_SD,
  COST,
  calm,
  ES_OF_T4,
  MARKETS,
  MINUTE,
  OF_ONE,
  OF_TWO,
  T4_AT_99,
} from '../../support/risk/book-desks.ts';
import { valueIn } from '../../support/risk/samples.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

/** Lots of one market alone that the value at risk of an equity allows, under a daily deviation. */
const most = (equity: number, sd: number): number => (0.03 * equity) / (sd * T4_AT_99 * 100);

test('C22: while the equity was never known nothing is measured, and nothing refused', () => {
  const { watch, ask, found } = aBookDesk();
  assert.is(ask('buy', 1e9), null);
  assert.equal(found, []);
  const { valueAtRisk95, valueAtRisk99, shortfall, heat, use } = watch.summary();
  assert.equal(
    [valueAtRisk95, valueAtRisk99, shortfall, heat, use],
    [null, null, null, null, null],
  );
});

test('C22: of one unknown market four percent a day are assumed, under fat tails', () => {
  const { ask, sample } = aBookDesk([MARKETS[0] as (typeof MARKETS)[0]]);
  sample(1e6);
  const lots = Math.floor(most(1e6, OF_ONE));
  assert.is(ask('buy', lots), null);
  const refused = ask('sell', lots + 1);
  assert.ok(refused?.kind === 'control' && refused.name === 'value-at-risk');
  assert.ok(refused.measured > 0.03 && refused.measured < 0.0302);
  assert.is(refused.limit, 0.03);
});

test('C22: a refusal names the largest order that would pass, and that one passes', () => {
  const { ask, hold, rest, sample } = aBookDesk();
  hold(1, 300);
  rest('buy', 7);
  sample(1e6);
  for (const side of ['buy', 'sell'] as const) {
    const refused = ask(side, 5_000);
    assert.ok(refused?.kind === 'control' && 'largestLots' in refused);
    assert.ok(refused.largestLots > 0);
    assert.is(ask(side, refused.largestLots), null);
    assert.is.not(ask(side, refused.largestLots + 1), null);
  }
});

test('C22: where the least that the venue takes is too much the hint is 0', () => {
  const market = anInstrument({ tick: '1', lot: '1', quantityMin: '100' });
  const { ask, sample } = aBookDesk([market]);
  sample(20_000);
  const refused = ask('buy', 100);
  assert.ok(refused?.kind === 'control' && 'largestLots' in refused);
  assert.is(refused.largestLots, 0);
});

test('C22: before it is known how they move, markets are assumed to move as one', () => {
  const { hold, ask, sample } = aBookDesk();
  hold(1, -300);
  sample(1e6);
  // 300 are short in the other market, and hedge nothing: 2 (a² + b²) is at least (a + b)².
  const lots = Math.floor(Math.sqrt(most(1e6, OF_TWO) ** 2 - 300 ** 2));
  assert.is(ask('buy', lots), null);
  assert.is.not(ask('buy', lots + 1), null);
});

test('C22: what was seen for half an hour counts: a hedge that is held is one', () => {
  const { watch, hold, ask, minutes } = aBookDesk();
  minutes(31, 1e6, calm);
  assert.ok(watch.summary().isSeeded);
  const alone = Math.floor(most(1e6, CALM_SD));
  assert.is.not(ask('buy', alone + 3), null);
  hold(1, -100);
  // The correlation is shrunk a little towards none.
  assert.is(ask('buy', alone + 75), null, 'a short of 100 that moves as one with it');
});

test('C22: a hedge that is only ordered hedges nothing, whichever orders fill', () => {
  const { ask, rest, minutes } = aBookDesk();
  minutes(31, 1e6, calm);
  const alone = Math.floor(most(1e6, CALM_SD));
  rest('sell', 100, 1);
  assert.is(ask('buy', alone - 103), null);
  assert.is.not(ask('buy', alone - 97), null, 'the sale adds what it can');
});

test('C22: an order that lowers the risk passes whatever the risk is', () => {
  const { watch, hold, ask, minutes } = aBookDesk();
  minutes(31, 100_000, calm);
  hold(1, -500);
  minutes(1, 100_000, calm);
  assert.ok((watch.summary().valueAtRisk99 as number) > 0.03);
  assert.is(ask('buy', 850), null, 'up to the same deviation on the other side');
  assert.is.not(ask('buy', 950), null);
  assert.is.not(ask('sell', 1), null);
});

test('C22: heat is what the worst days take of every market at once, closing included', () => {
  const { watch, hold, sample } = aBookDesk();
  hold(0, 30);
  hold(1, -20);
  sample(1e5);
  const shortfall = { expectedShortfall: OF_TWO * ES_OF_T4, stopDistance: null, cost: COST };
  const positions = [
    { symbol: 'BTCUSDT', notional: 3_000, ...shortfall },
    { symbol: 'ETHUSDT', notional: -2_000, ...shortfall },
  ];
  near(watch.summary().heat as number, valueIn(heatOf(positions, 1e5)).heat, 1e-3);
});

test('C22: an order that would heat the desk beyond its limit is refused with a hint', () => {
  const limits = { C22: { heatMax: 0.02 } };
  const { ask, hold, sample } = aBookDesk(MARKETS, { settings: { limits } });
  hold(1, -10);
  sample(1e5);
  const ofLot = 100 * (OF_TWO * ES_OF_T4 + COST);
  const room = Math.floor((0.02 * 1e5) / ofLot) - 10;
  assert.is(ask('buy', room), null);
  const refused = ask('buy', room + 1);
  assert.ok(refused?.kind === 'control' && 'largestLots' in refused);
  assert.equal([refused.name, refused.limit, refused.largestLots], ['heat', 0.02, room]);
  assert.is(ask('buy', 10, 1), null, 'what only shrinks the position of its market');
});

test('C22: the shortfall binds where its limit is the tightest', () => {
  const limits = { C22: { shortfallFraction: 0.01 } };
  const { ask, sample } = aBookDesk(MARKETS, { settings: { limits } });
  sample(1e5);
  const refused = ask('sell', 1_000);
  assert.ok(refused?.kind === 'control');
  assert.equal([refused.name, refused.limit], ['expected-shortfall', 0.01]);
});

test('C22: a desk beyond its value at risk may only shrink, and recovers by itself', () => {
  const { hold, found, rungs, sample, minutes } = aBookDesk();
  hold(0, 220);
  sample(1e5, 1_000);
  assert.equal(found, ['C22 desk reduced']);
  hold(0, 0);
  for (let minute = 0; minute < 21; minute += 1) sample(1e5, MINUTE);
  minutes(1, 1e5, calm);
  assert.is(found.at(-1), 'C22 desk fine');
  assert.equal(
    rungs.map((line) => line.split(' by ')[0]),
    ['none to reduce-only', 'reduce-only to scale', 'scale to warn', 'warn to none'],
  );
});

test('C22: what is only assumed flattens nothing', () => {
  const { hold, found, sample } = aBookDesk();
  hold(0, 10_000);
  for (let second = 0; second < 60; second += 1) sample(1e5, 1_000);
  assert.equal(found, ['C22 desk reduced']);
});

test('C22: what is measured flattens once ten samples in a row are far beyond the limit', () => {
  const { hold, found, rungs, sample, minutes } = aBookDesk();
  minutes(31, 1e5, calm);
  hold(0, 600);
  for (let second = 0; second < 9; second += 1) sample(1e5, 1_000);
  hold(0, 1);
  sample(1e5, 1_000);
  hold(0, 600);
  for (let second = 0; second < 9; second += 1) sample(1e5, 1_000);
  assert.equal(found, ['C22 desk reduced']);
  sample(1e5, 1_000);
  assert.equal(found, ['C22 desk reduced', 'C22 desk emergency']);
  assert.is(rungs.at(-1), 'reduce-only to emergency by value-at-risk-99');
});

test('C22: open orders alone never flatten', () => {
  const { rest, found, sample, minutes } = aBookDesk();
  minutes(31, 1e5, calm);
  rest('buy', 900);
  for (let second = 0; second < 30; second += 1) sample(1e5, 1_000);
  assert.equal(found, ['C22 desk reduced']);
});

test('C22: only people lead down from an emergency, and to shrinking alone', () => {
  const { watch, found, release, sample } = aBookDesk(MARKETS, { rung: 'none' });
  const { watch: restarted, ...later } = aBookDesk(MARKETS, { rung: 'flatten' });
  sample(1e5, 1_000);
  assert.is(watch.summary().rung, 'none');
  // What stood before a restart stands in the kernel; here nothing does: people have reset it.
  later.sample(1e5, 1_000);
  assert.is(restarted.summary().rung, 'reduce-only');
  assert.equal(later.found, ['C22 desk reduced']);
  assert.equal(found, []);
  release('C22 desk');
});

test('C22: an emergency that stands is not left, whatever the use is', () => {
  const { watch, hold, found, release, sample, minutes } = aBookDesk();
  minutes(31, 1e5, calm);
  hold(0, 600);
  for (let second = 0; second < 10; second += 1) sample(1e5, 1_000);
  hold(0, 0);
  for (let minute = 0; minute < 30; minute += 1) sample(1e5, MINUTE);
  assert.is(watch.summary().rung, 'emergency');
  release('C22 desk');
  sample(1e5, 1_000);
  assert.is(watch.summary().rung, 'reduce-only');
  assert.is(found.at(-1), 'C22 desk reduced');
});

test('C22: a desk without equity is beyond every limit', () => {
  const { watch, ask, found, sample } = aBookDesk();
  for (const equity of [0, -5]) {
    sample(equity, 1_000);
    assert.is(watch.summary().valueAtRisk99, Number.POSITIVE_INFINITY);
    const refused = ask('buy', 1);
    assert.ok(refused?.kind === 'control');
    assert.equal(
      [refused.measured, 'largestLots' in refused && refused.largestLots],
      [Number.POSITIVE_INFINITY, 0],
    );
  }
  assert.equal(found, ['C22 desk reduced']);
});

test('open orders count on the side that makes the larger position', () => {
  const { watch, hold, rest, sample } = aBookDesk();
  rest('sell', 3);
  hold(0, 1);
  sample(1e6);
  const sd = OF_TWO * 200;
  near(watch.summary().valueAtRisk99 as number, (sd * T4_AT_99) / 1e6, 1e-4);
});

test.run();
