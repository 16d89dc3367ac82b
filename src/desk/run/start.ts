import { EXIT } from '../../commands/command.ts';
import type { StartOptions } from '../../commands/local-command.ts';
import { answer, type Terminal } from '../../commands/terminal.ts';
import { describeFault, loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import type { Env } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { nodeEnv, nodeTimers } from '../../core/node-env.ts';
import { reasonOf } from '../../core/result.ts';
import { type Log, logTo } from '../../ops/log.ts';
import { onTreeSignal } from '../../ops/no-inspector.ts';
import { lockFile } from '../../storage/directory-lock.ts';
import { nodeNet } from '../../venues/net.ts';
import { type OpenedDesk, openDesk } from '../open-desk.ts';
import { RunningDesk } from '../running-desk.ts';
import { type StopOutcome, stopPlan } from '../stop-plan.ts';
import { showSummary, summaryOf } from '../summary.ts';
import { linkVenue, type VenueLink } from '../venue/link.ts';
import { abandonDesk } from './abandon.ts';
import { showLive } from './live-line.ts';
import { WarmLane } from './warm-lane.ts';

/** What differs between a desk on the generated market and one on a recording. */
export interface Source {
  readonly folder: string;
  readonly config: Config;
  /** What has to move the venue's market; told to the venue and compared when attaching. */
  readonly name: string;
  /** Words behind `flyball venue`. */
  readonly venueWords: readonly string[];
}

/** How a run on the real clock comes to its end. */
interface Ending {
  readonly reason: string;
  readonly isFatal: boolean;
}

/** Runs a desk on the real clock until it is stopped. @returns the exit code */
export async function runDesk(
  options: StartOptions,
  source: Source,
  program: readonly string[],
  version: string,
  terminal: Terminal,
): Promise<number> {
  const net = nodeNet(nodeTimers);
  const env = nodeEnv(net, options.seed ?? undefined);
  const log = logTo(options.isJson || terminal.isInteractive ? 2 : 1, source.config.log.level);
  let link: VenueLink | null = null;
  const opened = await openDesk({
    env,
    log,
    config: source.config,
    configFile: options.configFile,
    folder: source.folder,
    version,
    lock: lockFile,
    store: 'lmdb',
    isClockReal: true,
    hasShell: true,
    async venue() {
      const command = [...program, 'venue', '--data-dir', source.folder, ...source.venueWords];
      const { folder: dataFolder, name } = source;
      const linked = await linkVenue(env, { dataFolder, command, source: name });
      if (linked.ok) link = linked.value;
      return linked;
    },
  });
  if (!opened.ok) {
    terminal.err(`${opened.error}\n`);
    await stopVenue(link);
    net.close();
    return EXIT.failed;
  }
  const exitCode = await operate(options, opened.value, env, log, terminal, () => stopVenue(link));
  net.close();
  return exitCode;
}

async function operate(
  options: StartOptions,
  { parts, directory }: OpenedDesk,
  env: Env,
  log: Log,
  terminal: Terminal,
  closeVenue: () => Promise<void>,
): Promise<number> {
  const { journal } = parts;
  let end: (ending: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  const desk = new RunningDesk(parts, {
    onStop: (by) => end({ reason: `asked for by ${by}`, isFatal: false }),
    onFatal: (reason) => end({ reason, isFatal: true }),
  });
  listenToSignals(desk, log, end);
  const warmth = new WarmLane(env, parts.venue, parts.instruments[0] as Instrument);
  try {
    await warmth.start();
    await desk.start();
  } catch (thrown) {
    end({ reason: reasonOf(thrown), isFatal: true });
  }
  if (options.forMs !== null) {
    env.timers.after(options.forMs, () => end({ reason: 'the time is over', isFatal: false }));
  }
  const hideLive = showLive({ terminal, timers: env.timers, log, status: () => desk.status() });
  const ending = await ended;
  hideLive();
  await warmth.end();
  if (ending.isFatal) {
    await abandonDesk(desk, ending.reason);
    return EXIT.crashed;
  }

  terminal.err(`stopping: ${ending.reason}; cancelling what rests\n`);
  const { plan, outcome } = stopPlan(desk, async () => {
    await journal.settled();
  });
  const report = await plan.run(ending.reason);
  for (const { phase, tasks } of report.phases) {
    for (const task of tasks.filter((each) => each.outcome !== 'done')) {
      log('error', 'desk', 'phase-not-done', { phase, ...task });
    }
  }
  printSummary(options, outcome, parts, terminal);
  await journal.close();
  await closeVenue();
  directory.release();
  if (outcome.unsettled === '') return EXIT.done;
  terminal.err(`orders may still rest at the venue: ${outcome.unsettled}\n`);
  return EXIT.failed;
}

function printSummary(
  options: StartOptions,
  { status }: StopOutcome,
  { journal, venue }: OpenedDesk['parts'],
  terminal: Terminal,
): void {
  if (status === null) {
    terminal.err('there is no summary: the desk gave no status in time\n');
    return;
  }
  const summary = summaryOf(status, journal.store, venue.name);
  answer(terminal, options.isJson, summary, () => showSummary(summary, status));
}

/** Reload, stop, emergency and the tree, by signal. */
function listenToSignals(desk: RunningDesk, log: Log, end: (ending: Ending) => void): void {
  const stop = (signal: NodeJS.Signals): void => end({ reason: signal, isFatal: false });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGUSR2', () => desk.trip('signal', 'SIGUSR2'));
  process.on('SIGHUP', () => {
    desk.reload('signal').catch((thrown) => {
      log('error', 'desk', 'reload-failed', { reason: reasonOf(thrown) });
    });
  });
  onTreeSignal(() => log('info', 'desk', 'actor-tree', { actors: desk.describe() }));
  const broken = (thrown: unknown): void => end({ reason: reasonOf(thrown), isFatal: true });
  process.on('uncaughtException', broken);
  process.on('unhandledRejection', broken);
}

async function stopVenue(link: VenueLink | null): Promise<void> {
  await link?.stop();
}

/** The configuration of a run, or null after saying what is wrong with it. */
export function configOf(options: StartOptions, terminal: Terminal): Config | null {
  const loaded = loadConfig(options.configFile);
  if (loaded.ok) return loaded.value.config;
  for (const fault of loaded.error) terminal.err(`${describeFault(fault)}\n`);
  return null;
}
