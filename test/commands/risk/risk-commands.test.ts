import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { Desk } from '../../../src/commands/desk.ts';
import { err } from '../../../src/core/result.ts';
import type { PortfolioSummary } from '../../../src/risk/portfolio/portfolio-watch.ts';
import type { ScoredForecast } from '../../../src/risk/report/forecasts.ts';
import { type ReportJob, riskReport } from '../../../src/risk/report/risk-report.ts';
import { METHODS, riskReportSection } from '../../../src/risk/report/settings.ts';
import { aTestDesk } from '../../support/edge/command-world.ts';
import {
  aReportJob,
  HOUR_MS,
  START_MS,
  somePositions,
  somePrices,
} from '../../support/risk/reports.ts';

type Risk = Partial<Desk['risk']>;

async function asked(line: string, risk: Risk = {}) {
  const words = line.split(' ');
  const desk = aTestDesk();
  const seen = { ...desk, risk: { ...desk.risk, ...risk } };
  const outcome = await runDaemonCommand(seen, words, { user: 'ann', role: 'viewer' });
  const command = findCommand(DAEMON_COMMANDS, words)?.command;
  const text = outcome.data === null ? '' : (command?.show(outcome.data) ?? '');
  return { ...outcome, text };
}

const reporting = (parts: Partial<ReportJob>): Risk => ({
  report: () => riskReport(aReportJob(parts)).outcome,
});

const COMMANDS = DAEMON_COMMANDS.map(({ name }) => name).filter((name) => /^risk\b/.test(name));

test('there is a command for every part of the report', () => {
  assert.equal(COMMANDS, [
    ...['risk', 'risk report', 'risk var', 'risk attribution', 'risk stress', 'risk capital'],
    ...['risk backtest', 'risk heatmap'],
  ]);
});

for (const name of COMMANDS) {
  test(`${name} without a report exits with 1 and says why`, async () => {
    const { exitCode, error } = await asked(name, { report: () => err('nobody knows') });
    assert.is(exitCode, EXIT.failed);
    assert.is(error, `${name}: nobody knows`);
  });

  test(`${name} shows what is known, and reasons, never a number that is none`, async () => {
    const flat = [{ quantity: 0 }, { quantity: 0 }, { quantity: 0 }];
    const cases: Partial<ReportJob>[] = [
      {},
      { rows: somePrices(0) },
      { positions: somePositions(flat) },
      { rows: { ...somePrices(300), prices: new Float64Array(903).fill(5) } },
    ];
    for (const parts of cases) {
      const { exitCode, text, data } = await asked(name, reporting(parts));
      assert.is(exitCode, EXIT.done);
      assert.not.match(text, /NaN|Infinity|undefined|\[object/);
      assert.not.match(text, / null\b/);
      // The same crosses the wire.
      assert.equal(JSON.parse(JSON.stringify(data)), data);
    }
  });
}

test('risk is the report, which shows the live limits beside the history', async () => {
  const { text } = await asked('risk');
  assert.is(text, (await asked('risk report')).text);
  assert.match(text, /^equity +100000\.00$/m);
  assert.match(text, /^gross +19000\.00, 19\.00 % of equity$/m);
  assert.match(text, /^history +600 returns of 60 min in common, 601 prices kept$/m);
  assert.match(text, /^ +VaR 99 % a day +2\.00 %$/m);
  assert.match(text, /^filtered-historical +99\.0 % +\d/m);
  assert.not.match(text, /^student/m);
  assert.match(text, /^kraken ETH\/USD +-4000\.00 +-\d/m);
  assert.match(text, /^forecasts +filtered-historical, no forecast has come out yet$/m);
  assert.match(text, /^ +rung of the ladder +warn: heat at 85 % of its limit$/m);
  const young = await asked('risk', {
    live: () => ({ ...(aTestDesk().risk.live() as PortfolioSummary), tightest: null, use: null }),
  });
  assert.match(young.text, /^ +rung of the ladder +warn$/m);
  const down = await asked('risk', { live: () => null });
  assert.match(down.text, /^held to by orders +nothing: the risk actor is down$/m);
  assert.match(down.text, /^ +heat +-$/m);
});

test('the report shows how its forecasts came out', async () => {
  const { text } = await asked('risk', reporting({ scored: someScored(250) }));
  assert.match(text, /^forecasts +filtered-historical, green: 2 of 250 periods beyond 99 %$/m);
});

test('risk var shows every method at three levels, or one', async () => {
  const { text, data } = await asked('risk var');
  for (const method of METHODS) {
    assert.is(text.match(new RegExp(`^${method} `, 'gm'))?.length, 3, method);
  }
  assert.is((data as { losses: { value: unknown[] } }).losses.value.length, METHODS.length * 3);
  const one = await asked('risk var --method student');
  assert.match(one.text, /^student +97\.5 % .* nu \d/m);
  assert.not.match(one.text, /^normal/m);
});

test('a figure of a period stands beside the same of a day, by the root of time', async () => {
  const { data, text } = await asked('risk var --method normal');
  const { losses } = data as { losses: { value: { valueAtRisk: number }[] } };
  const daily = (losses.value[2]?.valueAtRisk ?? 0) * Math.sqrt(24) * 100;
  assert.ok(text.includes(`${daily.toFixed(2)} %`));
  const settings = riskReportSection.parse({ periodMinutes: 30, paths: 1_000 });
  const half = await asked('risk var', reporting({ settings }));
  assert.match(half.text, /VaR 30 min/);
});

test('a method that nobody knows is refused with those that there are', async () => {
  const { exitCode, error } = await asked('risk var --method guess');
  assert.is(exitCode, EXIT.usage);
  assert.match(error ?? '', /^risk var: --method: found guess, wanted one of historical, normal,/);
  assert.is((await asked('risk stress now')).exitCode, EXIT.usage);
});

test('risk attribution shows components, every dimension and the factors', async () => {
  const { text } = await asked('risk attribution');
  assert.match(text, /^strategy +mm +\d/m);
  assert.match(text, /^factor +specific +\d/m);
  assert.match(text, /^moves by one with +bitcoin +others against bitcoin$/m);
  assert.match(text, /^kraken BTC\/USD +1\.00 +/m);
  const rows = somePrices(300);
  const prices = rows.prices.map((each, place) => (place % 3 === 0 ? 9 : each));
  const dead = await asked('risk attribution', reporting({ rows: { ...rows, prices } }));
  assert.match(dead.text, /^factors: the factors move as one$/m);
});

test('risk stress says which figures are rounded and which are above the limit', async () => {
  const settings = riskReportSection.parse({
    ...{ paths: 1_000, stressLossMax: 0.05 },
    hedge: { strike: 0.9, premium: 0.02, bearableLoss: 0.01, budget: 0.01 },
  });
  const { text } = await asked('risk stress', reporting({ settings }));
  assert.match(text, /^covid crash.* historical, approximate .* ABOVE$/m);
  assert.match(text, /^approximate: rounded, from no recording$/m);
  assert.match(text, /^reverse stress +the likeliest day that loses 5000\.00$/m);
  assert.match(text, /^chance +\d\.\de-\d+ if returns were normal/m);
  assert.match(text, /^kraken BTC\/USD +-\d+\.\d %$/m);
  assert.match(text, /^puts +0\.\d{4} on one bitcoin each, by the rule target$/m);
});

test('risk capital shows both rules with what they are made of', async () => {
  const { text } = await asked('risk capital', reporting({ scored: someScored(250) }));
  assert.match(text, /^Basel 2\.5 +\d+\.\d\d, \d+\.\d\d %$/m);
  assert.match(text, /^ +its average +\d+\.\d\d over 10\.4 of 60 days$/m);
  assert.match(text, /^ +multiplier +3, 2 exceptions$/m);
  assert.match(text, /^FRTB +\d+\.\d\d, /m);
});

test('risk backtest shows exceptions, the light and the chances of each test', async () => {
  const { text } = await asked('risk backtest', reporting({ scored: someScored(250, 14) }));
  const row =
    /^filtered-historical +250 +14 \(0 actual, 14 hypothetical\) +red +< 0\.0001 .* red$/m;
  assert.match(text, row);
  assert.match(text, /^normal +0 /m);
});

/** Periods of which the first few lost more than was promised. */
function someScored(count: number, beyond = 2): ScoredForecast[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ atMs: START_MS + at * HOUR_MS, equity: 1e5, stressed: 300, actual: null },
    hypothetical: at < beyond ? 400 : -10,
    methods: {
      'filtered-historical': { valueAtRisk99: 200, valueAtRisk975: 150, shortfall975: 210 },
    },
  }));
}

test.run();
