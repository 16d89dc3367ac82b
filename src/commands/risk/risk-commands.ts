import { ok } from '../../core/result.ts';
import type { RunResult } from '../../remote/server.ts';
import type { CapitalPart } from '../../risk/report/capital-part.ts';
import type { BacktestRow } from '../../risk/report/forecasts.ts';
import type { RiskReport } from '../../risk/report/risk-report.ts';
import { METHODS } from '../../risk/report/settings.ts';
import type { StressPart } from '../../risk/report/stress-part.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import type { Desk } from '../desk.ts';
import { inspectCommand } from '../inspect/inspect-command.ts';
import { parseWords } from '../local-command.ts';
import { NO_LOOK } from '../terminal.ts';
import { heatmapPage } from './heatmap-page.ts';
import { type HeatView, heatmapText } from './heatmap-text.ts';
import {
  type DivisionView,
  divisionWords,
  headWords,
  type LossView,
  lossWords,
  type Overview,
  overviewWords,
  type ReportHead,
} from './report-words.ts';
import { backtestWords, capitalWords, stressWords } from './stress-words.ts';

/** Runs on the last report; without one it exits with 1 and says why. */
function onReport(desk: Desk, name: string, take: (report: RiskReport) => RunResult): RunResult {
  const found = desk.risk.report();
  return found.ok ? take(found.value) : failed(EXIT.failed, `${name}: ${found.error}`);
}

function headOf(report: RiskReport): ReportHead {
  const { madeMs, equity, gross, net, periodMinutes, returns, rows } = report;
  return { madeMs, equity, gross, net, periodMinutes, returns, rows };
}

const overview = (name: string): DaemonCommand =>
  inspectCommand({
    name,
    usage: '',
    summary: 'losses to expect, what they come from, stress, capital and how forecasts came out',
    examples: [name, `${name} --json`],
    run: (desk) =>
      onReport(desk, name, (report) =>
        done({ ...report, live: desk.risk.live() } satisfies Overview),
      ),
    show: (data) => overviewWords(data as Overview),
  });

const valueAtRisk = inspectCommand({
  name: 'risk var',
  usage: '[--method M]',
  summary: 'value at risk and expected shortfall by every method at 95, 97.5 and 99 %',
  examples: ['risk var', 'risk var --method student', 'risk var --json'],
  options: { method: { type: 'string', value: 'M', help: METHODS.join(', ') } },
  run(desk, words) {
    const method = words.text('method');
    if (method !== null && !METHODS.some((each) => each === method)) {
      const wanted = METHODS.join(', ');
      return failed(EXIT.usage, `risk var: --method: found ${method}, wanted one of ${wanted}`);
    }
    return onReport(desk, 'risk var', (report) => {
      const { losses } = report;
      const isWanted = (row: { readonly method: string }): boolean =>
        method === null || row.method === method;
      const kept = losses.ok ? ok(losses.value.filter(isWanted)) : losses;
      return done({ ...headOf(report), losses: kept } satisfies LossView);
    });
  },
  show: (data) => `${headWords(data as LossView)}\n\n${lossWords(data as LossView)}`,
});

const attribution = inspectCommand({
  name: 'risk attribution',
  usage: '',
  summary: 'what adds to the risk: component and incremental VaR, strategies, venues, factors',
  examples: ['risk attribution'],
  run: (desk) =>
    onReport(desk, 'risk attribution', (report) =>
      done({ ...headOf(report), breakdown: report.breakdown } satisfies DivisionView),
    ),
  show: (data) => divisionWords(data as DivisionView),
});

const stress = inspectCommand({
  name: 'risk stress',
  usage: '',
  summary: 'loss of each scenario, the move that would lose the bound, size of a tail hedge',
  examples: ['risk stress'],
  run: (desk) => onReport(desk, 'risk stress', (report) => done(report.stress)),
  show: (data) => stressWords(data as StressPart),
});

const capital = inspectCommand({
  name: 'risk capital',
  usage: '',
  summary: 'regulatory capital of the positions by Basel 2.5 and FRTB',
  examples: ['risk capital'],
  run: (desk) => onReport(desk, 'risk capital', (report) => done(report.capital)),
  show: (data) => capitalWords(data as CapitalPart),
});

const backtest = inspectCommand({
  name: 'risk backtest',
  usage: '',
  summary: 'how the forecasts of each method came out: exceptions, traffic light, tests',
  examples: ['risk backtest'],
  run: (desk) => onReport(desk, 'risk backtest', (report) => done(report.backtests)),
  show: (data) => backtestWords(data as readonly BacktestRow[]),
});

const HTML = {
  html: { type: 'string', value: 'FILE', help: 'also write it as a page that needs no network' },
} as const;

const heatmap: DaemonCommand = {
  ...inspectCommand({
    name: 'risk heatmap',
    usage: '[--html FILE]',
    summary: 'markets by share of VaR, heat and concentration, and their correlations',
    examples: ['risk heatmap', 'risk heatmap --html heat.html'],
    options: HTML,
    run: (desk) =>
      onReport(desk, 'risk heatmap', (report) =>
        done({ ...headOf(report), heatmap: report.heatmap } satisfies HeatView),
      ),
    show: (data, look = NO_LOOK) => heatmapText(data as HeatView, look),
  }),
  file(words, data) {
    const parsed = parseWords(HTML, words);
    const path = parsed.ok ? parsed.value.text('html') : null;
    return path === null ? null : { path, text: heatmapPage(data as HeatView) };
  },
};

/** The risk of the desk, for people. */
export const RISK_COMMANDS: readonly DaemonCommand[] = [
  overview('risk'),
  overview('risk report'),
  valueAtRisk,
  attribution,
  stress,
  capital,
  backtest,
  heatmap,
];
