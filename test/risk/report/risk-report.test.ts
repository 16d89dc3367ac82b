import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { momentsOf } from '../../../src/math/statistics/sample.ts';
import { faultWords } from '../../../src/risk/report/fault-words.ts';
import { marketReturns } from '../../../src/risk/report/price-history.ts';
import { type ReportJob, riskReport } from '../../../src/risk/report/risk-report.ts';
import { METHODS, riskReportSection } from '../../../src/risk/report/settings.ts';
import { historicalRisk } from '../../../src/risk/value-at-risk/historical.ts';
import { near } from '../../support/near.ts';
import { aReportJob, LIMITS, somePositions, somePrices } from '../../support/risk/reports.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

const whole = riskReport(aReportJob());
const report = valueIn(whole.outcome);

/** Every number in a value that is not one. */
function notNumbers(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, each) => sum + notNumbers(each), 0);
}

const FLAT = [{ quantity: 0 }, { quantity: 0 }, { quantity: 0 }];
const BAD: readonly (readonly [string, Partial<ReportJob>])[] = [
  ['no history', { rows: somePrices(0) }],
  ['one return', { rows: somePrices(1) }],
  ['nothing held', { positions: somePositions(FLAT) }],
  ['a dead market', { rows: { ...somePrices(600), prices: new Float64Array(1_803).fill(7) } }],
  [
    'prices that are none',
    { rows: { ...somePrices(600), prices: new Float64Array(1_803).fill(Number.NaN) } },
  ],
  ['no limits', { limits: { concentrationMax: 0, heatMax: 0, correlationMax: 0 } }],
  [
    'markets that move as one',
    {
      rows: {
        ...somePrices(600),
        prices: somePrices(600).prices.map((_, at, all) => all[at - (at % 3)] as number),
      },
    },
  ],
];
for (const [what, parts] of [['a whole history', {}], ...BAD] as typeof BAD) {
  test(`with ${what} no figure is shown that is no number`, () => {
    const { outcome } = riskReport(aReportJob(parts));
    assert.is(notNumbers(valueIn(outcome)), 0);
  });
}

test('a report knows everything about a book with a history', () => {
  assert.is(report.returns, 600);
  assert.is(report.rows, 601);
  near(report.gross, 19_000);
  near(report.net, 11_000);
  assert.ok(report.losses.ok && report.breakdown.ok);
  assert.ok(valueIn(report.losses).every(({ valueAtRisk }) => valueAtRisk !== null));
  assert.ok(report.capital.basel.ok && report.capital.frtb.ok);
});

test('what is expected of the next period is told for every method', () => {
  const { forecast } = whole;
  assert.equal(Object.keys(forecast?.methods ?? {}), METHODS);
  const row = valueIn(report.losses).find(
    (each) => each.method === 'student' && each.level === 0.99,
  );
  near(forecast?.methods.student?.valueAtRisk99 ?? 0, (row?.valueAtRisk ?? 0) * 100_000);
  assert.ok((forecast?.stressed ?? 0) > 0);
});

test('the components are of the value at risk of the method of the desk', () => {
  const own = whole.forecast?.methods[report.method]?.valueAtRisk99 ?? 0;
  const { components } = valueIn(report.breakdown);
  near(
    components.reduce((sum, { component }) => sum + component, 0),
    own,
    1e-9,
  );
});

test('a desk of unknown worth has no report and no forecast', () => {
  for (const equity of [Number.NaN, 0]) {
    const answer = riskReport(aReportJob({ equity, turn: 9 }));
    assert.is(errorIn(answer.outcome), 'the equity of the desk is not known');
    assert.is(answer.forecast, null);
    assert.is(answer.turn, 9);
  }
});

test('a desk that holds nothing has scenarios that lose nothing, and says why of the rest', () => {
  const { outcome, forecast } = riskReport(aReportJob({ positions: somePositions(FLAT) }));
  const flat = valueIn(outcome);
  assert.is(forecast, null);
  assert.is(errorIn(flat.losses), 'nothing is held');
  assert.is(errorIn(flat.breakdown), 'nothing is held');
  assert.is(errorIn(flat.capital.basel), 'nothing is held');
  assert.is(errorIn(flat.capital.frtb), 'nothing is held');
  assert.ok(flat.stress.rows.every(({ loss }) => loss === 0));
  assert.is(valueIn(flat.heatmap.heat), 0);
});

test('without enough returns the figures that need none are there', () => {
  const { outcome, forecast } = riskReport(aReportJob({ rows: somePrices(40) }));
  const young = valueIn(outcome);
  const why = 'too few returns: found 40, wanted 250';
  assert.is(forecast, null);
  assert.is(errorIn(young.capital.basel), why);
  assert.is(errorIn(young.capital.frtb), why);
  assert.ok(young.stress.rows.length > 0);
  const map = young.heatmap;
  near(map.rows[0]?.concentration ?? 0, 0.12);
  near(map.rows[0]?.concentrationUse ?? 0, 2.4);
  assert.is(errorIn(map.heat), 'kraken BTC/USD: too few returns for its worst days');
  assert.is(map.rows[0]?.share, null);
  // Forty returns in common are enough to say how two markets go together.
  assert.ok((map.correlation[0]?.[1] ?? 0) > 0.3);
});

test('the heat map holds every market against the limits', () => {
  const map = report.heatmap;
  assert.equal(map.limits, LIMITS);
  assert.equal(
    map.rows.map(({ notional }) => Math.round(notional)),
    [12_000, -4_000, 3_000],
  );
  near(
    map.rows.reduce((sum, { share }) => sum + (share ?? 0), 0),
    1,
    1e-9,
  );
  near(
    map.rows.reduce((sum, { heat }) => sum + (heat ?? 0), 0),
    valueIn(map.heat),
    1e-9,
  );
  map.correlation.forEach((line, row) => {
    assert.is(line[row], 1);
    line.forEach((each, column) => {
      assert.is(each, map.correlation[column]?.[row]);
      assert.ok(Math.abs(each ?? 2) <= 1);
    });
  });
});

test('the heat of a position is the worst of its own days on its own side, with closing', () => {
  const { rows, closingCost, equity } = aReportJob();
  const moves = [0, 1].map((column) => marketReturns(rows, column).map(Math.expm1));
  const [long, short] = [moves[0] as Float64Array, (moves[1] as Float64Array).map((each) => -each)];
  for (const [at, notional, own] of [
    [0, 12_000, long],
    [1, 4_000, short],
  ] as const) {
    const { expectedShortfall } = valueIn(historicalRisk(own, 0.975));
    const part = (notional * (expectedShortfall * Math.sqrt(24) + closingCost)) / equity;
    near(report.heatmap.rows[at]?.heat ?? 0, part, 1e-9);
  }
  const deviation = report.heatmap.rows[0]?.deviation ?? 0;
  near(deviation, valueIn(momentsOf(marketReturns(rows, 0))).sd * Math.sqrt(24), 1e-9);
});

test('a market that is held and never moves makes the heat unknown', () => {
  const rows = somePrices(600);
  const prices = rows.prices.map((each, at) => (at % 3 === 1 ? 2_000 : each));
  const map = valueIn(riskReport(aReportJob({ rows: { ...rows, prices } })).outcome).heatmap;
  assert.is(map.correlation[0]?.[1], null);
  assert.match(errorIn(map.heat), /^kraken ETH\/USD: /);
});

test('a history shorter than a stretch has a forecast and no stressed one', () => {
  const settings = riskReportSection.parse({ paths: 1_000 });
  const { outcome, forecast } = riskReport(aReportJob({ settings }));
  assert.is(forecast?.stressed, null);
  assert.match(errorIn(valueIn(outcome).capital.basel), /^no stretch of 720 returns/);
});

test('the section fits itself and refuses numbers that do not', () => {
  assert.is(riskReportSection.parse({}).everyMinutes, 15);
  for (const wrong of [
    { periodMinutes: 7 },
    { returns: 200 },
    { returns: 300, stressedReturns: 400 },
    { method: 'wishes' },
    { hedge: { strike: 1 } },
    { liquidityDays: { btc: 30 } },
    { unknown: 1 },
  ]) {
    assert.not.ok(riskReportSection.safeParse(wrong).success, JSON.stringify(wrong));
  }
  const { error } = riskReportSection.safeParse({ returns: 300, stressedReturns: 400 });
  assert.equal(error?.issues[0]?.path, ['stressedReturns']);
});

test('a fault that nobody has words for is called what it is', () => {
  assert.is(faultWords({ kind: 'bad-window' }), 'bad window');
  assert.is(faultWords({ kind: 'no-convergence' }), 'the fit found no end');
  assert.is(faultWords({ kind: 'no-freedom' }), 'too few returns for so many factors');
});

test.run();
