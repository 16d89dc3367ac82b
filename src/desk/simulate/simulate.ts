import { EXIT } from '../../commands/command.ts';
import type { SimulateOptions } from '../../commands/local-command.ts';
import { pairs, type Terminal } from '../../commands/terminal.ts';
import { describeFault, loadConfig } from '../../config/load.ts';
import { nodeClock } from '../../core/node-env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import {
  ABSENT_FAULTS,
  PARTIAL_FAULTS,
  PRESENT_FAULTS,
} from '../../simulation/faults/catalogue.ts';
import type { PresentFault } from '../../simulation/faults/fault.ts';
import { INVARIANTS } from '../../simulation/invariants/verdicts.ts';
import { CLEAR_LINE } from '../run/live-line.ts';
import { runSeed, type SeedReport } from './run-seed.ts';
import type { GuardMaker } from './world/guard-yard.ts';

/** Lines of a trace that are printed; what comes before them is passed over. */
const TRACE_LINES_MAX = 200_000;
const DIGEST_SHOWN = 16;

/** What the runs come to. */
interface Totals {
  seeds: number;
  steps: number;
  virtualMs: number;
  violations: number;
  faults: number;
  orders: number;
  amends: number;
  fills: number;
  starts: number;
  bans: number;
}

/**
 * `flyball simulate`.
 *
 * @param guard makes the guards of the desks
 * @returns the exit code: 1 when a law did not hold
 */
export async function simulate(
  options: SimulateOptions,
  terminal: Terminal,
  guard: GuardMaker,
): Promise<number> {
  const loaded = loadConfig(options.configFile);
  if (!loaded.ok) {
    for (const fault of loaded.error) terminal.err(`${describeFault(fault)}\n`);
    return EXIT.config;
  }
  const chosen = chooseFaults(options.faults);
  if (!chosen.ok) {
    terminal.err(`--faults: ${chosen.error}\n`);
    return EXIT.usage;
  }
  const { first, last } = options.seeds;
  const totals: Totals = {
    seeds: 0,
    steps: 0,
    virtualMs: 0,
    violations: 0,
    faults: 0,
    orders: 0,
    amends: 0,
    fills: 0,
    starts: 0,
    bans: 0,
  };
  const startedNs = nodeClock.mono();
  for (let seed = first; seed <= last; seed += 1) {
    if (terminal.isInteractive && !options.isJson) terminal.err(`${CLEAR_LINE}seed ${seed}`);
    const report = await runSeed({
      seed,
      steps: options.steps,
      venues: options.venues,
      config: loaded.value.config,
      faults: chosen.value,
      guard,
      stopsEarly: options.stopsEarly,
      show: options.isTraced ? tracer(terminal) : null,
    });
    if (terminal.isInteractive && !options.isJson) terminal.err(CLEAR_LINE);
    add(totals, report);
    tell(report, options, terminal);
    if (options.stopsEarly && report.violations.length > 0) break;
  }
  const seconds = (nodeClock.mono() - startedNs) / 1e9;
  const cpuSeconds = cpuSecondsSince();
  conclude(totals, { seconds, cpuSeconds }, options, terminal);
  return totals.violations === 0 ? EXIT.done : EXIT.failed;
}

/** The faults of the given ids, all when none is given. */
function chooseFaults(ids: readonly string[]): Result<readonly PresentFault[], string> {
  if (ids.length === 0) return ok(PRESENT_FAULTS);
  const chosen: PresentFault[] = [];
  for (const id of ids.filter((each) => each !== 'none')) {
    const fault = PRESENT_FAULTS.find((each) => each.id === id);
    const absent = ABSENT_FAULTS.find((each) => each.id === id);
    if (absent !== undefined) return err(`${id} is absent: ${absent.absent}`);
    if (fault === undefined) return err(`found ${id}, wanted none or ids such as F01 or A10`);
    chosen.push(fault);
  }
  return ok(chosen);
}

function tracer(terminal: Terminal): (line: string) => void {
  let left = TRACE_LINES_MAX;
  return (line) => {
    if (left > 0) terminal.out(line);
    left -= 1;
    if (left === 0) terminal.err(`the trace is cut off behind ${TRACE_LINES_MAX} lines\n`);
  };
}

function tell(report: SeedReport, options: SimulateOptions, terminal: Terminal): void {
  const replay = replayOf(report.seed, options);
  if (options.isJson) {
    const shown = report.violations.map((violation) => ({ ...violation, replay }));
    terminal.out(`${JSON.stringify({ ...report, violations: shown })}\n`);
    return;
  }
  const { seed, venues, digest, steps, virtualMs, orders, amends, fills, starts } = report;
  const { violations } = report;
  const faults = Object.entries(report.faults)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([id, times]) => (times === 1 ? id : `${id}×${times}`))
    .join(' ');
  terminal.out(
    `seed ${seed}  ${digest.slice(0, DIGEST_SHOWN)}  ${venues.join('+')}  ${steps} steps  ` +
      `${(virtualMs / 1000).toFixed(1)} s virtual  ${starts} starts  ${orders} orders  ` +
      `${amends} amends  ${fills} fills  ${violations.length} violations  ${faults}\n`,
  );
  if (report.refused !== null) terminal.out(`  ended by a refusal to start: ${report.refused}\n`);
  for (const { step, atMs, invariant, detail } of violations) {
    const law = INVARIANTS[invariant];
    terminal.out(`  step ${step} at ${atMs.toFixed(1)} ms: ${invariant} (${law}): ${detail}\n`);
  }
  if (violations.length > 0) terminal.out(`  SEED=${seed}; replay: ${replay}\n`);
}

/** The command that takes the same course again. */
function replayOf(seed: number, { steps, faults, venues }: SimulateOptions): string {
  const chosen = faults.length === 0 ? '' : ` --faults ${faults.join(',')}`;
  const at = venues === null ? '' : ` --venues ${venues.join(',')}`;
  return `flyball simulate --seed ${seed} --steps ${steps}${chosen}${at} --trace`;
}

function add(totals: Totals, report: SeedReport): void {
  totals.seeds += 1;
  totals.steps += report.steps;
  totals.virtualMs += report.virtualMs;
  totals.violations += report.violations.length;
  totals.orders += report.orders;
  totals.amends += report.amends;
  totals.fills += report.fills;
  totals.starts += report.starts;
  totals.bans += report.bans;
  for (const times of Object.values(report.faults)) totals.faults += times;
}

/** Seconds on a processor since the process began. */
function cpuSecondsSince(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function conclude(
  totals: Totals,
  { seconds, cpuSeconds }: { readonly seconds: number; readonly cpuSeconds: number },
  options: SimulateOptions,
  terminal: Terminal,
): void {
  const stepsPerSecond = Math.round(totals.steps / seconds);
  const stepsPerCpuSecond = Math.round(totals.steps / cpuSeconds);
  const virtualToReal = Math.round(totals.virtualMs / 1000 / seconds);
  const absent = { faults: ABSENT_FAULTS };
  if (options.isJson) {
    const rates = { seconds, cpuSeconds, stepsPerSecond, stepsPerCpuSecond, virtualToReal };
    terminal.out(`${JSON.stringify({ totals, ...rates, absent, partly: PARTIAL_FAULTS })}\n`);
    return;
  }
  const lines: [string, string][] = [
    ...ABSENT_FAULTS.map(({ id, fault, absent: why }): [string, string] => [
      id,
      `absent: ${fault}: ${why}`,
    ]),
    ...PARTIAL_FAULTS.map(({ id, fault, partly }): [string, string] => [
      id,
      `partly: ${fault}: ${partly}`,
    ]),
  ];
  terminal.out(`\n${pairs(lines)}\n\n`);
  terminal.out(
    `${totals.seeds} seeds, ${totals.steps} steps, ${totals.faults} faults, ` +
      `${totals.starts} starts, ${totals.orders} orders, ${totals.amends} amends, ` +
      `${totals.fills} fills, ${totals.bans} bans by the venue, ${totals.violations} violations\n` +
      `${stepsPerSecond} steps a second (${stepsPerCpuSecond} a second of processor time), ` +
      `${virtualToReal} times as fast as real time\n`,
  );
}
