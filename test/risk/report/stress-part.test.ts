import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bookOf, bookReturns, type MarketPosition } from '../../../src/risk/report/book.ts';
import { bookCovariance } from '../../../src/risk/report/breakdown.ts';
import type { PriceRows } from '../../../src/risk/report/price-history.ts';
import { type RiskReportSettings, riskReportSection } from '../../../src/risk/report/settings.ts';
import { type StressPart, stressPart } from '../../../src/risk/report/stress-part.ts';
import { SCENARIOS } from '../../../src/risk/stress/scenarios.ts';
import { near } from '../../support/near.ts';
import { HOUR_MS, somePositions, somePrices } from '../../support/risk/reports.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

const EQUITY = 100_000;
const settings = riskReportSection.parse({});
const PUTS = { strike: 0.9, premium: 0.02, bearableLoss: 0.01, budget: 0.5 };

function stressed(
  parts: Partial<MarketPosition>[] = [],
  how: { rows?: PriceRows; hedge?: RiskReportSettings['hedge'] } = {},
): StressPart {
  const book = valueIn(bookOf(somePositions(parts), EQUITY));
  const { rows = somePrices(300), hedge } = how;
  const known = {
    returns: bookReturns(book, rows),
    covariance: bookCovariance(book, rows, 100),
    periodMs: HOUR_MS,
    closingCost: 0.001,
  };
  return stressPart(book, { ...settings, hedge }, known);
}

const rowOf = ({ rows }: StressPart, name: RegExp) =>
  rows.find(({ scenario }) => name.test(scenario));

test('every scenario is there, the worst first, and what is rounded says so', () => {
  const { rows, lossMax } = stressed();
  const losses = rows.map(({ loss }) => loss);
  assert.equal(
    losses,
    [...losses].sort((one, other) => other - one),
  );
  for (const { name, kind } of SCENARIOS) {
    const row = rows.find(({ scenario }) => scenario === name);
    assert.is(row?.kind, kind);
    assert.is(row?.isApproximate, kind === 'historical');
  }
  assert.is(lossMax, 25_000);
});

test('a scenario loses what its shocks take of each position, and closing', () => {
  const row = rowOf(stressed(), /^everything falls by 30 %/);
  // 12,000 of bitcoin and 3,000 of a coin lose 30 %, 4,000 of ether sold win it.
  const closing = 0.7 * 19_000 * 0.001 * 10;
  near(row?.closing ?? 0, closing);
  near(row?.loss ?? 0, 0.3 * 11_000 + closing);
  near(row?.lossFraction ?? 0, (0.3 * 11_000 + closing) / EQUITY);
});

test('the worst period and the worst day of the own history are measured', () => {
  const calm = somePrices(300);
  // A fall in the first hour that the second one takes back is no day that lost so much.
  const prices = calm.prices.map((each, place) => (place === 3 ? 0.7 * each : each));
  const rows = { ...calm, prices };
  const found = stressed([], { rows });
  const book = valueIn(bookOf(somePositions(), EQUITY));
  const { book: returns } = valueIn(bookReturns(book, rows));
  near(rowOf(found, /^the worst period/)?.loss ?? 0, -Math.min(...returns) * EQUITY, 1e-9);
  let worst = 0;
  for (let at = 24; at <= returns.length; at += 1) {
    worst = Math.min(
      worst,
      returns.slice(at - 24, at).reduce((sum, each) => sum + each, 0),
    );
  }
  near(rowOf(found, /^the worst day/)?.loss ?? 0, -worst * EQUITY, 1e-9);
  assert.is(rowOf(found, /^the worst day/)?.kind, 'measured');
  assert.is(rowOf(stressed([], { rows: somePrices(23) }), /^the worst day/), undefined);
  assert.is(rowOf(stressed([], { rows: somePrices(0) }), /^the worst period/), undefined);
});

test('markets that usually follow bitcoin follow it in a shock', () => {
  const found = stressed();
  const [ten, thirty] = [/^BTC falls by 10 %/, /^BTC falls by 30 %/].map((name) =>
    rowOf(found, name),
  );
  assert.is(ten?.kind, 'propagated');
  near((ten?.loss ?? 0) * 3, thirty?.loss ?? 0, 1e-9);
  // The ether that is sold wins on the way down.
  assert.ok((ten?.loss ?? 0) < 1_200 + 300 * 3);
  assert.is(rowOf(stressed([{ quantity: 0 }]), /^BTC falls/), undefined);
  const alone = stressed([{}, { quantity: 0 }, { quantity: 0 }]);
  assert.is(rowOf(alone, /^BTC falls/), undefined);
});

test('a market that moves by four times bitcoin loses no more than all there is', () => {
  const rows = somePrices(300);
  const [first = 1] = rows.prices;
  const prices = rows.prices.map((each, place) => {
    const bitcoin = rows.prices[place - (place % 3)] as number;
    return place % 3 === 1 ? 2_000 * (bitcoin / first) ** 4 : each;
  });
  const parts = [{}, { quantity: 2 }, { quantity: 0 }];
  const found = stressed(parts, { rows: { ...rows, prices } });
  near(rowOf(found, /^BTC falls by 30 %/)?.loss ?? 0, 0.3 * 12_000 + 4_000, 1e-9);
  near(rowOf(found, /^BTC falls by 20 %/)?.loss ?? 0, 0.2 * 12_000 + 0.8 * 4_000, 1e-6);
});

test('a market without variance is followed by none', () => {
  const rows = somePrices(300);
  const prices = rows.prices.map((each, place) => (place % 3 === 0 ? 40_000 : each));
  assert.is(rowOf(stressed([], { rows: { ...rows, prices } }), /^BTC falls/), undefined);
});

/** Of a book of a fifth of the equity no fall of prices loses a quarter of it. */
const LEVERED = [{ quantity: 3 }];

test('the reverse stress names a move that loses the bound', () => {
  const { loss, moves, distance, normalChance } = valueIn(stressed(LEVERED).reverse);
  assert.is(loss, 25_000);
  const lost = somePositions(LEVERED).reduce(
    (sum, { quantity, price }, at) => sum - quantity * price * (moves[at]?.move ?? 0),
    0,
  );
  near(lost, 25_000, 1e-9);
  assert.ok(distance > 3 && normalChance < 1e-3);
});

test('a loss that no fall of the prices makes has no likeliest move', () => {
  assert.match(errorIn(stressed().reverse), /would take a price below nothing$/);
});

test('without a history there are scenarios, and a reason for the rest', () => {
  const found = stressed([], { rows: somePrices(5) });
  assert.is(found.rows.filter(({ kind }) => kind !== 'measured').length, SCENARIOS.length);
  assert.is(errorIn(found.reverse), 'too few returns: found 5, wanted 100');
});

test('a book that is hedged away has no likeliest loss', () => {
  const rows = somePrices(300);
  const twins = rows.prices.map((each, place) =>
    place % 3 === 1 ? (rows.prices[place - 1] as number) / 20 : each,
  );
  const parts = [{}, { quantity: -6 }, { quantity: 0 }];
  const found = stressed(parts, { rows: { ...rows, prices: twins } });
  assert.is(errorIn(found.reverse), 'nothing is held, or what is held cancels');
});

test('puts are sized against the worst scenario in which they pay', () => {
  const hedge = valueIn(stressed([], { hedge: PUTS }).hedge);
  assert.is(hedge.scenario, 'covid crash, 12 to 13 March 2020');
  // Each pays 0.9 − 0.5 of 40,000 and costs 2 % of it.
  near(hedge.puts, (hedge.loss - 1_000) / 16_000, 1e-9);
  near(hedge.residual, 1_000, 1e-9);
  near(hedge.cost, hedge.puts * 800, 1e-9);
  assert.is(hedge.rule, 'target');
  const tight = valueIn(stressed([], { hedge: { ...PUTS, budget: 0.0001 } }).hedge);
  assert.is(tight.rule, 'budget');
  const calm = valueIn(stressed([], { hedge: { ...PUTS, bearableLoss: 1 } }).hedge);
  assert.is(calm.rule, 'not-needed');
});

test('a hedge without a section, a market or a payoff says why', () => {
  assert.match(errorIn(stressed().hedge), /^the configuration has no `riskReport.hedge`$/);
  const hedge = PUTS;
  const other = stressed([{ base: 'DOGE' }], { hedge });
  assert.is(errorIn(other.hedge), 'no market of bitcoin has a price');
  const deep = stressed([], { hedge: { ...hedge, strike: 0.3 } });
  assert.is(errorIn(deep.hedge), 'the puts pay in no scenario');
});

test.run();
