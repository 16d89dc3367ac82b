import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bookOf, bookReturns } from '../../../src/risk/report/book.ts';
import {
  type CapitalInputs,
  capitalPart,
  stressedLoss,
} from '../../../src/risk/report/capital-part.ts';
import type { ScoredForecast } from '../../../src/risk/report/forecasts.ts';
import { riskReportSection } from '../../../src/risk/report/settings.ts';
import { historicalRisk } from '../../../src/risk/value-at-risk/historical.ts';
import { near } from '../../support/near.ts';
import { HOUR_MS, START_MS, somePositions, somePrices } from '../../support/risk/reports.ts';
import { errorIn, valueIn } from '../../support/risk/samples.ts';

const settings = riskReportSection.parse({ method: 'normal' });
const rows = somePrices(600);
const book = valueIn(bookOf(somePositions(), 100_000));
const FORECAST = { valueAtRisk99: 200, valueAtRisk975: 160, shortfall975: 230 };
/** Hours in ten days, under the root. */
const TEN_DAYS = Math.sqrt(240);

function inputs(parts: Partial<CapitalInputs> = {}): CapitalInputs {
  const forecast = { ok: true, value: FORECAST } as const;
  return { rows, forecast, stressed: 300, scored: [], exceptions: 0, ...parts };
}

function scoredOf(valueAtRisk99: number, stressed: number | null, at: number): ScoredForecast {
  return {
    ...{ atMs: START_MS + at * HOUR_MS, equity: 1, hypothetical: 0, actual: 0, stressed },
    methods: { normal: { ...FORECAST, valueAtRisk99 } },
  };
}

test('Basel 2.5 charges three times the average of both, over ten days', () => {
  const { capital, multiplier, capitalFraction, averageDays } = valueIn(
    capitalPart(book, settings, inputs()).basel,
  );
  assert.is(multiplier, 3);
  assert.is(averageDays, 0);
  near(capital, 3 * (200 + 300) * TEN_DAYS);
  near(capitalFraction, capital / 100_000);
});

test('exceptions raise the multiplier, and the averages are of what was forecast', () => {
  const silent = { ...scoredOf(0, null, 2), methods: {} };
  const scored = [scoredOf(100, 600, 0), scoredOf(300, null, 1), silent];
  const found = valueIn(capitalPart(book, settings, inputs({ scored, exceptions: 5 })).basel);
  near(found.valueAtRiskAverage, 200 * TEN_DAYS);
  near(found.stressedAverage, 450 * TEN_DAYS);
  assert.is(found.multiplier, 3.4);
  near(found.averageDays, 2 / 24);
  near(found.capital, 3.4 * 650 * TEN_DAYS);
});

test('a book that gains even in its tail takes no capital', () => {
  const forecast = { ok: true, value: { ...FORECAST, valueAtRisk99: -5 } } as const;
  const found = valueIn(capitalPart(book, settings, inputs({ forecast, stressed: -1 })).basel);
  assert.is(found.capital, 0);
});

test('what is missing of Basel is said', () => {
  const short = capitalPart(book, settings, inputs({ stressed: null }));
  assert.match(errorIn(short.basel), /^no stretch of 720 returns for the stressed/);
  const forecast = { ok: false, error: 'the fit found no end' } as const;
  assert.is(errorIn(capitalPart(book, settings, inputs({ forecast })).basel), forecast.error);
  assert.match(
    errorIn(capitalPart(book, settings, inputs({ exceptions: -1 })).basel),
    /^exceptions: found -1, wanted/,
  );
});

test('FRTB adds for coins that take twenty days to close', () => {
  const { shortfall, adjusted, multiplier, capital } = valueIn(
    capitalPart(book, settings, inputs()).frtb,
  );
  const esOf = (held: typeof book.held): number => {
    const returns = valueIn(bookReturns({ ...book, held }, rows));
    const risk = valueIn(historicalRisk(returns.book, 0.975));
    return risk.expectedShortfall * 100_000 * TEN_DAYS;
  };
  const slow = book.held.filter(({ base }) => base === 'SOL');
  near(shortfall, esOf(book.held), 1e-9);
  near(adjusted, Math.hypot(esOf(book.held), esOf(slow)), 1e-9);
  assert.is(multiplier, 1.5);
  near(capital, 1.5 * adjusted);
  const fast = { ...settings, liquidityDays: { ...settings.liquidityDays, 'other-coin': 10 } };
  const same = valueIn(capitalPart(book, fast as typeof settings, inputs()).frtb);
  near(same.adjusted, same.shortfall);
});

test('the slowest horizon counts every step on the way to it', () => {
  const slow = { btc: 120, eth: 120, 'other-coin': 120, stablecoin: 120 } as const;
  const found = valueIn(capitalPart(book, { ...settings, liquidityDays: slow }, inputs()).frtb);
  near(found.adjusted, found.shortfall * Math.sqrt(12), 1e-9);
});

test('what is missing of FRTB is said', () => {
  const young = inputs({ rows: somePrices(30) });
  assert.is(
    errorIn(capitalPart(book, settings, young).frtb),
    'too few returns: found 30, wanted 250',
  );
  const flat = { ...book, held: [] };
  assert.is(errorIn(capitalPart(flat, settings, inputs()).frtb), 'nothing is held');
  const wrong = capitalPart(book, settings, inputs({ exceptions: 0.5 }));
  assert.match(errorIn(wrong.frtb), /^exceptions: found 0.5, wanted/);
});

test('the stressed loss is that of the worst stretch', () => {
  const returns = valueIn(bookReturns(book, rows));
  const worst = stressedLoss(returns, 200) as number;
  const last = valueIn(historicalRisk(returns.book.subarray(-200), 0.99)).valueAtRisk;
  assert.ok(worst >= last);
  assert.is(stressedLoss(returns, 601), null);
  near(
    stressedLoss(returns, 600) as number,
    valueIn(historicalRisk(returns.book, 0.99)).valueAtRisk,
  );
});

test.run();
