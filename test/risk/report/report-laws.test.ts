import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LossRow } from '../../../src/risk/report/loss-table.ts';
import {
  type ReportJob,
  type RiskReport,
  riskReport,
} from '../../../src/risk/report/risk-report.ts';
import { riskReportSection } from '../../../src/risk/report/settings.ts';
import { near } from '../../support/near.ts';
import { aReportJob, MARKETS, somePositions, somePrices } from '../../support/risk/reports.ts';
import { valueIn } from '../../support/risk/samples.ts';

const settings = riskReportSection.parse({
  ...{ paths: 1_000, returns: 200, returnsMin: 100, stressedReturns: 100 },
});
const RUNS = { numRuns: 15 };

interface Book {
  readonly seed: number;
  readonly quantities: readonly number[];
}

/** Longs, shorts and nothing, on a history of its own. */
const aBook: fc.Arbitrary<Book> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  quantities: fc
    .tuple(...MARKETS.map(() => fc.integer({ min: -5, max: 5 })))
    .filter((each) => each.some((quantity) => quantity !== 0)),
});

function jobOf({ seed, quantities }: Book, parts: Partial<ReportJob> = {}): ReportJob {
  const positions = somePositions(quantities.map((quantity) => ({ quantity })));
  return aReportJob({ settings, rows: somePrices(130, seed), positions, ...parts });
}

const reportOf = (job: ReportJob): RiskReport => valueIn(riskReport(job).outcome);

/** Of every method but the simulation, whose draws belong to places. */
function lossesOf(report: RiskReport): readonly LossRow[] {
  return valueIn(report.losses).filter(({ method }) => method !== 'copula');
}

function assertSame(one: RiskReport, other: RiskReport, relative = 1e-6): void {
  lossesOf(one).forEach((row, at) => {
    const found = lossesOf(other)[at] as LossRow;
    if (row.valueAtRisk === null) assert.is(found.valueAtRisk, null);
    else near(found.valueAtRisk ?? Number.NaN, row.valueAtRisk, relative, 1e-9);
  });
}

test('ten times the money in ten times the positions is the same risk', () => {
  fc.assert(
    fc.property(aBook, (book) => {
      const ten = { ...book, quantities: book.quantities.map((each) => 10 * each) };
      const [one, other] = [reportOf(jobOf(book)), reportOf(jobOf(ten, { equity: 1_000_000 }))];
      assertSame(one, other);
      near(other.stress.rows[0]?.lossFraction ?? 0, one.stress.rows[0]?.lossFraction ?? 1, 1e-9);
    }),
    RUNS,
  );
});

test('the order of the markets does not matter', () => {
  const order = [2, 0, 1];
  fc.assert(
    fc.property(aBook, (book) => {
      const job = jobOf(book);
      const { rows, positions } = job;
      const prices = rows.prices.map(
        (_, at, all) => all[at - (at % 3) + (order[at % 3] as number)] as number,
      );
      const turned = {
        ...job,
        rows: { ...rows, prices, markets: order.map((at) => rows.markets[at] as string) },
        positions: order.map((at) => positions[at] as (typeof positions)[number]),
      };
      const [one, other] = [reportOf(job), reportOf(turned)];
      assertSame(one, other);
      for (const row of valueIn(one.breakdown).components) {
        const same = valueIn(other.breakdown).components.find(
          ({ market }) => market === row.market,
        );
        near(same?.share ?? Number.NaN, row.share, 1e-9, 1e-12);
      }
    }),
    RUNS,
  );
});

test('the book turned round has the same parts, and gains where it lost', () => {
  fc.assert(
    fc.property(aBook, (book) => {
      const round = { ...book, quantities: book.quantities.map((each) => -each) };
      const [one, other] = [reportOf(jobOf(book)), reportOf(jobOf(round))];
      near(valueIn(other.breakdown).deviation, valueIn(one.breakdown).deviation, 1e-9);
      for (const [at, { share }] of valueIn(one.breakdown).components.entries()) {
        near(valueIn(other.breakdown).components[at]?.share ?? 0, share, 1e-9, 1e-12);
      }
      for (const { scenario, loss, closing } of one.stress.rows) {
        const turned = other.stress.rows.find((each) => each.scenario === scenario);
        // The worst of a history is another one for the other side.
        if (turned?.kind === 'measured') continue;
        near((turned?.loss ?? 0) - closing, closing - loss, 1e-9, 1e-9);
      }
    }),
    RUNS,
  );
});

test('components add up, a shortfall is no less than its value at risk, in every book', () => {
  fc.assert(
    fc.property(aBook, (book) => {
      const report = reportOf(jobOf(book));
      const { components, deviation, undiversified } = valueIn(report.breakdown);
      near(
        components.reduce((sum, { share }) => sum + share, 0),
        1,
        1e-9,
      );
      assert.ok(undiversified >= deviation * (1 - 1e-12));
      for (const { valueAtRisk, expectedShortfall } of valueIn(report.losses)) {
        if (valueAtRisk !== null) assert.ok((expectedShortfall as number) >= valueAtRisk - 1e-12);
      }
      const losses = report.stress.rows.map(({ loss }) => loss);
      assert.equal(
        losses,
        [...losses].sort((left, right) => right - left),
      );
    }),
    RUNS,
  );
});

test.run();
