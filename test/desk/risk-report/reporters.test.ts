import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { answerTo, threadReporter, turnReporter } from '../../../src/desk/risk-report/reporters.ts';
import type { Reporter, ReporterAnswer } from '../../../src/risk/report/live/report-desk.ts';
import { historyText } from '../../../src/risk/report/price-history.ts';
import { type ReportJob, riskReport } from '../../../src/risk/report/risk-report.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { aReportJob } from '../../support/risk/reports.ts';

const answerOf = (reporter: Reporter, job: ReportJob, isKept = false): Promise<ReporterAnswer> =>
  new Promise((resolve) => reporter.run(job, isKept, resolve));

test('a thread answers what the same job answers here, and keeps the prices', async () => {
  const path = join(temporaryFolder(), 'risk-history.json');
  const failures: string[] = [];
  const reporter = threadReporter(nodeTimers, path, (detail) => void failures.push(detail));
  const job = aReportJob({ turn: 4 });
  const answer = await answerOf(reporter, job, true);
  assert.equal(answer, { ...riskReport(job), saveFault: null });
  assert.is(readFileSync(path, 'utf8'), historyText(job.rows));
  await reporter.stop();
  assert.equal(failures, []);
});

test('a thread that nobody has asked anything need not be stopped', async () => {
  const reporter = threadReporter(nodeTimers, 'nowhere', () => assert.unreachable('it failed'));
  await reporter.stop();
});

test('a thread that breaks says so once, and takes no more jobs', async () => {
  const failed = new Promise<string>((resolve) => {
    const reporter = threadReporter(nodeTimers, 'nowhere', (detail) => {
      reporter.run(aReportJob(), false, () => assert.unreachable('a thread that is gone answers'));
      void reporter.stop().then(() => resolve(detail));
    });
    // A bug in a report is an exception in the thread.
    const broken = { turn: 1, equity: 1 } as ReportJob;
    reporter.run(broken, false, () => assert.unreachable('a bug is no answer'));
  });
  assert.match(await failed, /^the thread of the risk reports: /);
});

test('in a rehearsal a report is answered in a later turn, and not after a stop', async () => {
  const env = manualEnv();
  const kept: string[] = [];
  const files = { replace: (path: string) => void kept.push(path) };
  const reporter = turnReporter(env.timers, { files, path: 'x.json' });
  const answers: ReporterAnswer[] = [];
  const job = aReportJob();
  reporter.run(job, false, (answer) => void answers.push(answer));
  assert.is(answers.length, 0);
  await env.settle();
  assert.equal(answers, [{ ...riskReport(job), saveFault: null }]);
  assert.equal(kept, []);
  reporter.run(job, true, (answer) => void answers.push(answer));
  await env.settle();
  assert.equal(kept, ['x.json']);
  reporter.run(job, true, (answer) => void answers.push(answer));
  await reporter.stop();
  await env.settle();
  assert.is(answers.length, 2);
});

test('prices that cannot be kept take nothing from the report, and say why', () => {
  const path = join(temporaryFolder(), 'taken');
  mkdirSync(path);
  const { saveFault, outcome } = answerTo(aReportJob(), { files: nodeFiles, path });
  assert.ok(outcome.ok);
  assert.match(saveFault ?? '', /taken: /);
});

test.run();
