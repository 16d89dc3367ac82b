import type { CapitalPart } from '../../risk/report/capital-part.ts';
import type { BacktestRow } from '../../risk/report/forecasts.ts';
import type { HedgeRow, ReverseRow, StressPart } from '../../risk/report/stress-part.ts';
import { pairs, table } from '../terminal.ts';
import { chance, money, percent } from './figures.ts';

export function stressWords(stress: StressPart): string {
  const { reverse, hedge } = stress;
  return [
    stressTableWords(stress),
    reverse.ok ? reverseWords(reverse.value) : `reverse stress: ${reverse.error}`,
    hedge.ok ? hedgeWords(hedge.value) : `tail hedge: ${hedge.error}`,
  ].join('\n\n');
}

export function stressTableWords({ rows, lossMax }: StressPart): string {
  const shown = table(
    ['scenario', 'kind', 'loss', 'of equity', 'closing', 'limit'],
    rows.map((row) => [
      row.scenario,
      row.isApproximate ? `${row.kind}, approximate` : row.kind,
      money(row.loss),
      percent(row.lossFraction),
      money(row.closing),
      row.loss > lossMax ? 'ABOVE' : 'below',
    ]),
  );
  const isRounded = rows.some(({ isApproximate }) => isApproximate);
  return isRounded ? `${shown}\napproximate: rounded, from no recording` : shown;
}

function reverseWords({ loss, distance, normalChance, moves }: ReverseRow): string {
  const head = pairs([
    ['reverse stress', `the likeliest day that loses ${money(loss)}`],
    ['distance', `${distance.toFixed(1)} deviations`],
    ['chance', `${normalChance.toExponential(1)} if returns were normal; fat tails make it larger`],
  ]);
  const rows = moves.map(({ market, move }) => [market, percent(move, 1)]);
  return `${head}\n${table(['market', 'moves by'], rows)}`;
}

function hedgeWords({ scenario, puts, cost, loss, residual, rule }: HedgeRow): string {
  return pairs([
    ['tail hedge', `against ${scenario}`],
    ['puts', `${puts.toFixed(4)} on one bitcoin each, by the rule ${rule}`],
    ['cost', money(cost)],
    ['loss', `${money(loss)}, with them ${money(residual)}`],
  ]);
}

export function capitalWords({ basel, frtb }: CapitalPart): string {
  const first = basel.ok
    ? pairs([
        ['Basel 2.5', `${money(basel.value.capital)}, ${percent(basel.value.capitalFraction)}`],
        ['  VaR 10 days 99 %', money(basel.value.valueAtRisk)],
        ['  its average', averageText(basel.value.valueAtRiskAverage, basel.value.averageDays)],
        ['  stressed VaR', money(basel.value.stressed)],
        ['  its average', averageText(basel.value.stressedAverage, basel.value.averageDays)],
        ['  multiplier', `${basel.value.multiplier}, ${basel.value.exceptions} exceptions`],
      ])
    : `Basel 2.5: ${basel.error}`;
  const second = frtb.ok
    ? pairs([
        ['FRTB', `${money(frtb.value.capital)}, ${percent(frtb.value.capitalFraction)}`],
        ['  ES 10 days 97.5 %', money(frtb.value.shortfall)],
        ['  with liquidity', money(frtb.value.adjusted)],
        ['  multiplier', frtb.value.multiplier],
      ])
    : `FRTB: ${frtb.error}`;
  return `${first}\n${second}`;
}

function averageText(amount: number, days: number): string {
  return `${money(amount)} over ${days.toFixed(1)} of 60 days`;
}

export function backtestWords(rows: readonly BacktestRow[]): string {
  const shown = table(
    [
      'method',
      'periods',
      'beyond 99 %',
      'light',
      'Kupiec p',
      'Christoffersen p',
      'both p',
      'ES Z₂',
    ],
    rows.map((row) => [
      row.method,
      row.observations,
      `${row.exceptions} (${row.actual} actual, ${row.hypothetical} hypothetical)`,
      row.light.ok ? row.light.value.zone : null,
      row.kupiec.ok ? chance(row.kupiec.value) : null,
      row.christoffersen.ok ? chance(row.christoffersen.value) : null,
      row.coverage.ok ? chance(row.coverage.value) : null,
      row.shortfall.ok
        ? `${row.shortfall.value.statistic.toFixed(2)} ${row.shortfall.value.zone}`
        : null,
    ]),
  );
  const [first] = rows;
  const why = first !== undefined && !first.light.ok ? `\n${first.light.error}` : '';
  return `${shown}${why}`;
}
