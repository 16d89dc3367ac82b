import type { Result } from '../../core/result.ts';
import type { PortfolioSummary } from '../../risk/portfolio/portfolio-watch.ts';
import type { Breakdown } from '../../risk/report/breakdown.ts';
import type { BacktestRow } from '../../risk/report/forecasts.ts';
import type { LossRow } from '../../risk/report/loss-table.ts';
import type { RiskReport } from '../../risk/report/risk-report.ts';
import { pairs, table } from '../terminal.ts';
import { money, percent, timeText } from './figures.ts';
import { capitalWords, stressTableWords } from './stress-words.ts';

/** What all views of a report begin with. */
export type ReportHead = Pick<
  RiskReport,
  'madeMs' | 'equity' | 'gross' | 'net' | 'periodMinutes' | 'returns' | 'rows'
>;

export interface Overview extends RiskReport {
  readonly live: PortfolioSummary | null;
}

export interface LossView extends ReportHead {
  readonly losses: Result<readonly LossRow[], string>;
}

export interface DivisionView extends ReportHead {
  readonly breakdown: Result<Breakdown, string>;
}

const WORST_SHOWN = 5;
const DAY_MINUTES = 1_440;

/** The report on one screen. */
export function overviewWords(report: Overview): string {
  const { live, losses, method, stress, heatmap, capital, backtests } = report;
  const own: Result<readonly LossRow[], string> = losses.ok
    ? { ok: true, value: losses.value.filter((row) => row.method === method) }
    : losses;
  const measured = pairs([
    ['held to by orders', live === null ? 'nothing: the risk actor is down' : ''],
    ['  VaR 95 % a day', percent(live?.valueAtRisk95 ?? null)],
    ['  VaR 99 % a day', percent(live?.valueAtRisk99 ?? null)],
    ['  ES 97.5 % a day', percent(live?.shortfall ?? null)],
    ['  heat', percent(live?.heat ?? null)],
    ['  rung of the ladder', live === null ? null : rungText(live)],
  ]);
  const row = backtests.find((each) => each.method === method) as BacktestRow;
  const light = row.light.ok
    ? `${row.light.value.zone}: ${row.exceptions} of ${row.observations} periods beyond 99 %`
    : row.light.error;
  const rest = pairs([
    ['heat by this history', heatmap.heat.ok ? percent(heatmap.heat.value) : heatmap.heat.error],
    ['forecasts', `${method}, ${light}`],
  ]);
  return [
    headWords(report),
    measured,
    lossWords({ ...report, losses: own }),
    divisionTable(report.breakdown),
    stressTableWords({ ...stress, rows: stress.rows.slice(0, WORST_SHOWN) }),
    capitalWords({ ...report, ...capital }),
    rest,
  ].join('\n\n');
}

export function headWords(head: ReportHead): string {
  const { madeMs, equity, gross, net, periodMinutes, returns, rows } = head;
  return pairs([
    ['made at', `${timeText(madeMs)} UTC`],
    ['equity', money(equity)],
    ['gross', `${money(gross)}, ${percent(gross / equity)} of equity`],
    ['net', `${money(net)}, ${percent(net / equity)} of equity`],
    ['history', `${returns} returns of ${periodMinutes} min in common, ${rows} prices kept`],
  ]);
}

function rungText({ rung, tightest, use }: PortfolioSummary): string {
  return tightest === null ? rung : `${rung}: ${tightest} at ${percent(use, 0)} of its limit`;
}

/** One line a method and level. */
export function lossWords({ losses, periodMinutes }: LossView): string {
  if (!losses.ok) return `losses to expect: ${losses.error}`;
  const period = periodMinutes === 60 ? '1 h' : `${periodMinutes} min`;
  const daily = Math.sqrt(DAY_MINUTES / periodMinutes);
  const scaled = (value: number | null): string | null =>
    percent(value === null ? null : value * daily);
  return table(
    ['method', 'level', `VaR ${period}`, `ES ${period}`, 'VaR day', 'ES day', 'note'],
    losses.value.map((row) => [
      row.method,
      percent(row.level, 1),
      percent(row.valueAtRisk, 3),
      percent(row.expectedShortfall, 3),
      scaled(row.valueAtRisk),
      scaled(row.expectedShortfall),
      row.note || null,
    ]),
  );
}

/** Components, attribution and factors. */
export function divisionWords(view: DivisionView): string {
  const { breakdown } = view;
  const components = divisionTable(breakdown);
  if (!breakdown.ok) return components;
  const { attribution, factors, deviation, undiversified } = breakdown.value;
  const sums = pairs([
    ['deviation', money(deviation)],
    ['undiversified', money(undiversified)],
  ]);
  const parts = table(
    ['by', 'name', 'share'],
    attribution.map(({ by, name, share }) => [by, name, percent(share, 1)]),
  );
  if (!factors.ok) return [components, sums, parts, `factors: ${factors.error}`].join('\n\n');
  const { factors: names, deviations, loadings } = factors.value;
  const model = table(
    ['moves by one with', ...names],
    [
      ...loadings.map((row) => [row.market, ...row.loadings.map((each) => each.toFixed(2))]),
      ['deviation', ...deviations.map((each) => percent(each, 3))],
    ],
  );
  return [components, sums, parts, model].join('\n\n');
}

function divisionTable(breakdown: Result<Breakdown, string>): string {
  if (!breakdown.ok) return `parts of the risk: ${breakdown.error}`;
  return table(
    ['market', 'notional', 'share', 'component VaR 99 %', 'incremental'],
    breakdown.value.components.map((row) => [
      row.market,
      money(row.notional),
      percent(row.share, 1),
      money(row.component),
      money(row.incremental),
    ]),
  );
}
