import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ANSWER_MS_MAX,
  LATE_MS_MAX,
  ReportDesk,
  type ReportEvent,
  type ReportMemory,
} from '../../../../src/risk/report/live/report-desk.ts';
import { type ReportJob, riskReport } from '../../../../src/risk/report/risk-report.ts';
import { riskReportSection } from '../../../../src/risk/report/settings.ts';
import {
  HOUR_MS,
  LIMITS,
  MARKETS,
  START_MS,
  somePositions,
  somePrices,
} from '../../../support/risk/reports.ts';

const MINUTE = 60_000;

function aDesk(memory: Partial<ReportMemory> = {}, change: object = {}) {
  const jobs: { job: ReportJob; isKept: boolean }[] = [];
  const events: ReportEvent[] = [];
  const desk = new ReportDesk(
    {
      markets: MARKETS,
      settings: riskReportSection.parse({ paths: 1_000, stressedReturns: 200, ...change }),
      limits: () => LIMITS,
      closingCost: () => 0.002,
      make: (job, isKept) => void jobs.push({ job, isKept }),
      record: (event) => void events.push(event),
      where: 'edge/risk-report',
    },
    { rows: null, scored: [], ...memory },
  );
  /** So many minutes after the last hour that is kept in `KEPT`. */
  const look = (minutes: number, parts: object = {}): void => {
    const sample = { positions: somePositions(), equity: 100_000, profit: 0, ...parts };
    desk.look(sample, LAST_MS + minutes * MINUTE, minutes * MINUTE);
  };
  const answer = (saveFault: string | null = null): void => {
    const last = jobs.at(-1)?.job as ReportJob;
    desk.onAnswer({ ...riskReport(last), saveFault });
  };
  return { desk, jobs, events, look, answer };
}

const KEPT = { rows: somePrices(600) };
const LAST_MS = START_MS + 600 * HOUR_MS;

test('a report is made as soon as the equity is known, and then from time to time', () => {
  const { look, jobs, answer, desk } = aDesk(KEPT);
  look(1, { equity: Number.NaN });
  assert.is(jobs.length, 0);
  assert.is(desk.summary().why, 'no report has been made yet');
  look(2);
  assert.is(jobs.length, 1);
  assert.is(jobs[0]?.isKept, false);
  assert.is(jobs[0]?.job.closingCost, 0.002);
  assert.is(desk.summary().isWorking, true);
  answer();
  const { report, why, isWorking } = desk.summary();
  assert.is(report?.returns, 600);
  assert.is(why, '');
  assert.is(isWorking, false);
  look(16);
  assert.is(jobs.length, 1);
  look(17);
  assert.is(jobs.length, 2);
});

test('the end of a period is kept on disk, and a forecast begins with it', () => {
  const { look, jobs, answer, events, desk } = aDesk(KEPT);
  look(60);
  assert.is(jobs[0]?.isKept, true);
  assert.is(jobs[0]?.job.rows.endsMs.at(-1), LAST_MS + HOUR_MS);
  answer();
  assert.equal(
    events.map(({ kind }) => kind),
    ['loss-forecast'],
  );
  look(120, { positions: somePositions([{ price: 39_000 }]), profit: -300 });
  assert.equal(
    events.map(({ kind }) => kind),
    ['loss-forecast', 'loss-scored'],
  );
  answer();
  assert.is(desk.summary().scored, 1);
  const [scored] = jobs[1]?.job.scored ?? [];
  assert.is(scored?.hypothetical, 300);
  assert.is(scored?.actual, 300);
  assert.is(scored?.atMs, LAST_MS + HOUR_MS);
});

test('a price that comes late is not that of the end of the period', () => {
  const { look, desk, answer } = aDesk(KEPT);
  look(60 + (LATE_MS_MAX + 1_000) / MINUTE);
  answer();
  assert.is(desk.summary().rows, 601);
  look(120 + LATE_MS_MAX / MINUTE);
  assert.is(desk.summary().rows, 602);
});

test('a desk that cannot say what it holds leaves a gap and no job', () => {
  const { desk, jobs, look } = aDesk(KEPT);
  desk.look(null, LAST_MS + HOUR_MS, 60 * MINUTE);
  assert.is(jobs.length, 0);
  // The end of the period is seen by the next look, if it is not late.
  look(60.1);
  assert.is(desk.summary().rows, 602);
});

test('one report is made at a time, and one without an answer is given up', () => {
  const { look, jobs, desk, answer } = aDesk(KEPT, { everyMinutes: 1 });
  look(1);
  look(3);
  assert.is(jobs.length, 1);
  const [late] = jobs;
  look(1 + (ANSWER_MS_MAX + 1) / MINUTE);
  assert.is(jobs.length, 2);
  assert.is(desk.summary().unanswered, 1);
  assert.match(desk.summary().why, /^the last report had no answer within 300 s$/);
  desk.onAnswer({ ...riskReport(late?.job as ReportJob), saveFault: null });
  assert.is(desk.summary().report, null);
  answer();
  assert.is(desk.summary().why, '');
});

test('a report that cannot be made says why', () => {
  const { look, answer, desk } = aDesk(KEPT);
  look(1, { positions: somePositions([{ price: Number.NaN }]) });
  answer();
  assert.is(desk.summary().report, null);
  assert.is(desk.summary().why, 'kraken BTC/USD is held and has no price');
});

test('people are told once of a scenario that loses too much, and again when it comes back', () => {
  const { look, answer, events } = aDesk(KEPT, { everyMinutes: 1, stressLossMax: 0.02 });
  const flat = [{ quantity: 0 }, { quantity: 0 }, { quantity: 0 }];
  look(1);
  answer();
  look(2);
  answer();
  assert.is(events.length, 1);
  const [event] = events;
  assert.is(event?.kind === 'incident' && event.what, 'stress-loss');
  assert.match(
    event?.kind === 'incident' ? event.detail : '',
    /^covid crash.*: \d+\.\d % of equity, above 2\.0 %$/,
  );
  look(3, { positions: somePositions(flat) });
  answer();
  look(4);
  answer();
  assert.is(events.length, 2);
});

test('people are told when the forecasts of the desk are red, and when nothing is kept', () => {
  const { look, answer, events, desk } = aDesk({
    ...KEPT,
    scored: Array.from({ length: 250 }, (_, at) => ({
      ...{ atMs: START_MS + at * HOUR_MS, equity: 1, stressed: null, actual: null },
      hypothetical: at < 12 ? 9 : 0,
      methods: {
        'filtered-historical': { valueAtRisk99: 1, valueAtRisk975: 1, shortfall975: 1 },
      },
    })),
  });
  look(1);
  answer('disk full');
  assert.equal(
    events.map((event) => (event.kind === 'incident' ? [event.what, event.detail] : event.kind)),
    [
      ['risk-history-not-kept', 'disk full'],
      ['risk-forecasts-red', 'filtered-historical: 12 losses beyond the 99 % value at risk in 250'],
    ],
  );
  assert.is(desk.summary().scored, 250);
});

test('forecasts that came out as promised are nothing to tell', () => {
  const { look, answer, events } = aDesk({
    ...KEPT,
    scored: [
      {
        ...{ atMs: START_MS, equity: 1, stressed: null, actual: null, hypothetical: 0 },
        methods: {
          'filtered-historical': { valueAtRisk99: 1, valueAtRisk975: 1, shortfall975: 1 },
        },
      },
    ],
  });
  look(1);
  answer();
  assert.is(events.length, 0);
});

test('a young desk has a report and no forecast', () => {
  const { look, answer, events, desk } = aDesk();
  look(60);
  answer();
  assert.ok(desk.summary().report !== null);
  assert.is(events.length, 0);
});

test.run();
