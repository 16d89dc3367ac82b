import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { portfolioSection } from '../../../src/risk/portfolio/settings.ts';
import type { ReportSummary } from '../../../src/risk/report/live/report-desk.ts';
import { historyText } from '../../../src/risk/report/price-history.ts';
import type { RiskReport } from '../../../src/risk/report/risk-report.ts';
import { riskReportSection } from '../../../src/risk/report/settings.ts';
import { untilTrading } from '../../support/desk/laws.ts';
import { HASTY_FILES, rehearsed } from '../../support/desk/rehearsed.ts';
import { near } from '../../support/near.ts';
import { somePrices } from '../../support/risk/reports.ts';
import { valueIn } from '../../support/risk/samples.ts';

const MINUTE_MS = 60_000;
/** When every rehearsal begins, less what has passed of its minute. */
const START_MS = Math.floor(1_700_000_000_000 / MINUTE_MS) * MINUTE_MS;
const ROWS = 300;
const PATH = 'edge/risk-report';
const FILE = /risk-history\.json$/;

/** Minutes of prices that end where the rehearsal begins. */
function keptPrices(market: string): string {
  const { prices } = somePrices(ROWS, 3, [market]);
  const endsMs = Float64Array.from(prices, (_, row) => START_MS - (ROWS - row) * MINUTE_MS);
  return historyText({ periodMs: MINUTE_MS, markets: [market], endsMs, prices });
}

/** Runs a desk for so long on what was kept; its report, what it journaled and what it kept. */
async function aRun(seconds: number, kept: (market: string) => string | Error) {
  const seen: { report: RiskReport | null; why: string; kept: readonly ReportSummary[] } = {
    ...{ report: null, why: '', kept: [] },
  };
  const written: string[] = [];
  let market = '';
  const ended = await rehearsed({
    files: {
      ...HASTY_FILES,
      read(path) {
        if (!FILE.test(path)) return HASTY_FILES.read(path);
        const text = written.at(-1) ?? kept(market);
        if (text instanceof Error) throw text;
        return Buffer.from(text);
      },
      replace(path, bytes) {
        if (FILE.test(path)) written.push(Buffer.from(bytes).toString());
        HASTY_FILES.replace(path, bytes);
      },
    },
    change: (config) => {
      const [venue] = config.venues;
      market = `${venue?.name} ${venue?.symbols[0]}`;
      config.portfolio = portfolioSection.parse({ closingCostBps: 20 });
      config.riskReport = riskReportSection.parse({
        ...{ periodMinutes: 1, everyMinutes: 1, paths: 1_000, stressedReturns: 100 },
        ...{ returnsMin: 100, stressLossMax: 0.00001 },
      });
    },
    script: async (stage) => {
      await untilTrading(stage);
      await stage.sleep(seconds * 1_000);
      const found = stage.desk.risk.report();
      if (found.ok) seen.report = found.value;
      else seen.why = found.error;
      assert.ok(stage.desk.risk.live() !== null);
      const before = stage.desk.actorState(PATH) as ReportSummary;
      await stage.desk.administer('restart', PATH, 'ann');
      await stage.sleep(1_000);
      seen.kept = [before, stage.desk.actorState(PATH) as ReportSummary];
    },
  });
  return { ...seen, written, journal: ended.journal.map(({ event }) => event), log: ended.log };
}

test('a desk reports its risk from what was kept, and a restart takes nothing of it', async () => {
  const { report, written, journal, kept } = await aRun(200, keptPrices);
  assert.ok(report !== null);
  assert.ok(report.rows > ROWS + 1);
  assert.ok(report.equity > 0);
  // Closing what is left of it after a fall by 30 % at ten times its usual cost of 0.2 %.
  const fall = report.stress.rows.find(({ scenario }) => /^everything falls by 30/.test(scenario));
  near(fall?.closing ?? 0, 0.7 * report.gross * 0.002 * 10);
  assert.ok(report.gross > 0);
  const last = JSON.parse(written.at(-1) ?? '{}');
  assert.is(last.rows.length, report.rows);
  const [before, after] = kept;
  assert.ok((before?.scored ?? 0) >= 1);
  assert.is(after?.scored, before?.scored, 'the forecasts come back from the journal');
  assert.is(after?.rows, before?.rows, 'the prices come back from the disk');
  const forecasts = journal.filter(({ kind }) => kind === 'loss-forecast');
  const scored = journal.filter(({ kind }) => kind === 'loss-scored');
  assert.ok(forecasts.length >= 1, 'a minute ended with a position');
  assert.ok(scored.length >= 1 && scored.length <= forecasts.length);
  const told = journal.filter((event) => event.kind === 'incident' && event.what === 'stress-loss');
  assert.ok(told.length >= 1, 'a position and a limit that anything is above');
  assert.ok(valueIn(report.losses).some(({ valueAtRisk }) => (valueAtRisk ?? 0) > 0));
});

test('prices that cannot be read are said, and the desk begins anew', async () => {
  for (const kept of [() => 'no JSON', () => new Error('a broken disk')]) {
    const { report, log } = await aRun(7, kept);
    const [line] = log.filter(({ kind }) => kind === 'risk-history-not-read');
    assert.match(String(line?.fields['why']), /found no JSON|a broken disk/);
    assert.ok((report?.rows ?? 9) <= 2);
  }
});

test('a desk that is not asked to has no report and says so', async () => {
  await rehearsed({
    change: (config) => {
      config.riskReport = undefined;
    },
    script: async (stage) => {
      const found = stage.desk.risk.report();
      assert.match(found.ok ? '' : found.error, /^the configuration has no section `riskReport`/);
    },
  });
});

test.run();
