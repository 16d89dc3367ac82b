import { EXIT } from '../../../commands/command.ts';
import type { CrashOptions } from '../../../commands/local-command.ts';
import { coloured, pairs, type Terminal, table } from '../../../commands/terminal.ts';
import { describeFault, loadConfig } from '../../../config/load.ts';
import { INVARIANTS } from '../../../simulation/invariants/verdicts.ts';
import type { GuardMaker } from '../world/guard-yard.ts';
import { type CrashReport, runCrash } from './run-crash.ts';
import { CRASHES } from './scenarios.ts';

/**
 * `flyball crash`.
 *
 * @param guard makes the guards of the desks
 * @returns the exit code: 1 when something did not hold
 */
export async function crash(
  { configFile, names, seed, isJson }: CrashOptions,
  terminal: Terminal,
  guard: GuardMaker,
): Promise<number> {
  const loaded = loadConfig(configFile);
  if (!loaded.ok) {
    for (const fault of loaded.error) terminal.err(`${describeFault(fault)}\n`);
    return EXIT.config;
  }
  const known = CRASHES.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    terminal.err(`crash: found ${unknown}, wanted one of: ${known.join(', ')}\n`);
    return EXIT.usage;
  }
  const chosen = CRASHES.filter(({ name }) => names.length === 0 || names.includes(name));
  let hasFailed = false;
  for (const scenario of chosen) {
    const report = await runCrash(scenario, seed, loaded.value.config, guard);
    hasFailed ||= report.faults.length > 0;
    terminal.out(isJson ? `${JSON.stringify(report)}\n` : shown(report, scenario.shows, terminal));
  }
  return hasFailed ? EXIT.failed : EXIT.done;
}

function shown(report: CrashReport, what: string, terminal: Terminal): string {
  const { scenario, seed, equity, acts, faults, violations } = report;
  const figures: [string, unknown][] = [
    ['equity', `${equity.begin.toFixed(2)} at the begin, ${equity.before.toFixed(2)} before it`],
    ['in the market', `${percent(report.exposure)} of it at most`],
    ['lost', `${percent(report.loss)} of the highest, of ${percent(report.bound)} at most`],
    ['left', `${percent(report.left)} of the equity still in the market`],
    ['mode', report.mode],
    ['orders', report.orders],
    ['fills', report.fills],
  ];
  const rows = acts.map(({ control, scope, severity, drawdown, sinceCrashMs, reason }) => [
    (sinceCrashMs / 1_000).toFixed(0),
    control,
    scope,
    severity,
    percent(drawdown),
    reason,
  ]);
  const wrong = [
    ...faults,
    ...violations.map(({ invariant, detail }) => `${INVARIANTS[invariant]}: ${detail}`),
  ];
  const verdict =
    wrong.length === 0
      ? coloured(terminal, 'green', 'everything held')
      : wrong.map((each) => coloured(terminal, 'red', each)).join('\n');
  const acted = table(['seconds', 'control', 'scope', 'severity', 'lost', 'found'], rows);
  const head = coloured(terminal, 'bold', `${scenario}, seed ${seed}: ${what}`);
  return `${head}\n${pairs(figures)}\n\n${acted}\n\n${verdict}\n\n`;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`;
}
