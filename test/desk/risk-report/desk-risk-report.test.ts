import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ReportSummary } from '../../../src/risk/report/live/report-desk.ts';
import { riskReportSection } from '../../../src/risk/report/settings.ts';
import { untilTrading } from '../../support/desk/laws.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';

const PATH = 'edge/risk-report';

test('a desk that is asked to reports its risk, and keeps its prices', async () => {
  let seen: ReportSummary | null = null;
  await rehearsed({
    change: (config) => {
      config.riskReport = riskReportSection.parse({ periodMinutes: 1, everyMinutes: 1 });
    },
    script: async (stage) => {
      await untilTrading(stage);
      await stage.sleep(150_000);
      seen = stage.desk.actorState(PATH) as ReportSummary;
    },
  });
  const summary = seen as ReportSummary | null;
  assert.is(summary?.why, '');
  assert.ok((summary?.rows ?? 0) >= 2);
  assert.ok((summary?.report?.equity ?? 0) > 0);
  assert.ok((summary?.report?.stress.rows.length ?? 0) > 0);
});

test.run();
