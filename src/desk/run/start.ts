import { missingStopNotice } from '../../../hardware/gpio/port.ts';
import { EXIT } from '../../commands/command.ts';
import type { StartOptions } from '../../commands/local-command.ts';
import { answer, type Terminal } from '../../commands/terminal.ts';
import { describeFault, loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import type { Env } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { nodeEnv, nodeTimers } from '../../core/node-env.ts';
import { permissionsOf } from '../../core/node-files.ts';
import { ok, reasonOf } from '../../core/result.ts';
import { type Log, logTo } from '../../ops/log.ts';
import { limitLog } from '../../ops/log-limit.ts';
import { onTreeSignal } from '../../ops/no-inspector.ts';
import { takeSecrets } from '../../ops/secrets/key-encryption-key.ts';
import { lockFile } from '../../storage/directory-lock.ts';
import { nodeNet } from '../../venues/net.ts';
import type { Venue } from '../../venues/port.ts';
import type { ConfigLoader } from '../desk-parts.ts';
import { openGuard } from '../guard/open-guard.ts';
import { petsOf } from '../hardware/pets.ts';
import { type OpenedDesk, openDesk } from '../open-desk.ts';
import { RunningDesk } from '../running-desk.ts';
import { type StopOutcome, stopPlan } from '../stop-plan.ts';
import { showSummary, summaryOf } from '../summary.ts';
import { recordedVenueOf } from '../venue/floor.ts';
import { linkVenue, type VenueLink } from '../venue/link.ts';
import { abandonDesk } from './abandon.ts';
import { dressRehearsal } from './dress-rehearsal.ts';
import { logTarget, showLive } from './live-line.ts';
import { DeskSignals } from './signals.ts';
import { WarmLane } from './warm-lane.ts';

/** What differs between a desk on the generated market and one on a recording. */
export interface Source {
  readonly folder: string;
  readonly config: Config;
  readonly load: ConfigLoader;
  /** What has to move the venue's market; told to the venue and compared when attaching. */
  readonly name: string;
  /** Words behind `flyball venue`. */
  readonly venueWords: readonly string[];
  /** The clock that the market goes by, and whether it goes as fast as the real one. */
  readonly time: (real: DeskTime) => DeskTime & { readonly isReal: boolean };
  /** Resolves when the market is over; the generated one never is. */
  readonly over: (env: Env, venue: VenueLink) => Promise<Ending>;
}

type DeskTime = Pick<Env, 'clock' | 'timers'>;

/** How a run on the real clock comes to its end: `fatal` when no orderly stop is possible. */
export interface Ending {
  readonly reason: string;
  readonly kind: 'done' | 'failed' | 'fatal';
}

/** Runs a desk on the real clock until it is stopped. @returns the exit code */
export async function runDesk(
  options: StartOptions,
  source: Source,
  program: readonly string[],
  version: string,
  terminal: Terminal,
): Promise<number> {
  const signals = new DeskSignals();
  const net = nodeNet(nodeTimers);
  const real = nodeEnv(net, options.seed ?? undefined);
  const { isReal, ...time } = source.time(real);
  const env = { ...real, ...time };
  const log = limitLog(
    logTo(logTarget(terminal, options.isJson), source.config.log.level),
    real.clock,
  );
  let link: VenueLink | null = null;
  const opened = await openDesk({
    env,
    log,
    config: source.config,
    load: source.load,
    folder: source.folder,
    version,
    lock: lockFile,
    store: 'lmdb',
    isClockReal: isReal,
    hasShell: true,
    guard: (desk) =>
      openGuard({ env: real, log, program, version, ...guardWish(options, source) }, desk),
    pets: petsOf({
      device: source.config.hardware.watchdog,
      socket: process.env['NOTIFY_SOCKET'],
      timers: real.timers,
      log,
    }),
    secrets: { variables: takeSecrets(process.env), modeOf: permissionsOf },
    async venues() {
      const command = [...program, 'venue', '--data-dir', source.folder, ...source.venueWords];
      const { folder: dataFolder, name } = source;
      const { venues } = source.config;
      const linked = await linkVenue(real, { dataFolder, command, source: name, venues });
      if (!linked.ok) return linked;
      link = linked.value;
      return ok(linked.value.accesses);
    },
  });
  if (!opened.ok) {
    terminal.err(`${opened.error}\n`);
    await stopVenue(link);
    net.close();
    return EXIT.failed;
  }
  const notice = missingStopNotice(opened.value.parts.hardware.backend.kind);
  const keyNotice = opened.value.parts.audit?.keyNotice ?? null;
  for (const line of [notice, keyNotice]) if (line !== null) terminal.err(`${line}\n`);
  const over = link === null ? new Promise<Ending>(() => {}) : source.over(real, link);
  const { folder } = source;
  const run = { folder, signals, options, opened: opened.value, real, log, terminal, over };
  const exitCode = await operate(run, () => stopVenue(link));
  net.close();
  return exitCode;
}

function guardWish(options: StartOptions, { folder, config }: Source) {
  const { guardDirectory, spawnsGuard: spawns } = options;
  return { folder, config, guardDirectory, spawns };
}

interface Run {
  readonly signals: DeskSignals;
  readonly folder: string;
  readonly options: StartOptions;
  readonly opened: OpenedDesk;
  /** On the real clock. */
  readonly real: Env;
  readonly log: Log;
  readonly terminal: Terminal;
  readonly over: Promise<Ending>;
}

async function operate(run: Run, closeVenue: () => Promise<void>): Promise<number> {
  const { options, real, log, terminal } = run;
  const { parts, directory } = run.opened;
  const { journal, env } = parts;
  let end: (ending: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  const desk = new RunningDesk(parts, {
    onStop: (by) => end({ reason: `asked for by ${by}`, kind: 'done' }),
    onFatal: (reason) => end({ reason, kind: 'fatal' }),
  });
  listenToSignals(run.signals, desk, log, end);
  const warmth = new WarmLane(real, ...warmedOf(parts));
  try {
    await warmth.start(async () => {
      const played = await dressRehearsal(
        parts.config,
        parts.load,
        `${run.folder}/run`,
        parts.version,
      );
      if (!played.ok) log('warn', 'desk', 'not-rehearsed', { reason: played.error });
    });
    await desk.start();
  } catch (thrown) {
    end({ reason: reasonOf(thrown), kind: 'fatal' });
  }
  void run.over.then(end);
  if (options.forMs !== null) {
    env.timers.after(options.forMs, () => end({ reason: 'the time is over', kind: 'done' }));
  }
  const hideLive = showLive({ terminal, timers: real.timers, log, status: () => desk.status() });
  const ending = await ended;
  hideLive();
  await warmth.end();
  if (ending.kind === 'fatal') {
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
  const behind = parts.audit?.fault ?? null;
  if (behind !== null) {
    terminal.err(`the signed log lacks the end of the journal: ${behind}; a start takes it over\n`);
  }
  if (outcome.unsettled !== '') {
    terminal.err(`orders may still rest at the venue: ${outcome.unsettled}\n`);
  }
  const isWell = ending.kind === 'done' && behind === null && outcome.unsettled === '';
  return isWell ? EXIT.done : EXIT.failed;
}

function printSummary(
  options: StartOptions,
  { status }: StopOutcome,
  { journal, venues }: OpenedDesk['parts'],
  terminal: Terminal,
): void {
  if (status === null) {
    terminal.err('there is no summary: the desk gave no status in time\n');
    return;
  }
  const summary = summaryOf(status, journal.store, venues);
  answer(terminal, options.isJson, summary, () => showSummary(summary, status));
}

/** Reload, stop, emergency and the tree, by signal. */
function listenToSignals(
  signals: DeskSignals,
  desk: RunningDesk,
  log: Log,
  end: (ending: Ending) => void,
): void {
  const reload = (): void => {
    desk.reload('signal', null).catch((thrown) => {
      log('error', 'desk', 'reload-failed', { reason: reasonOf(thrown) });
    });
  };
  signals.heed((signal) => {
    if (signal === 'SIGUSR2') desk.trip('signal', signal, 'signal');
    else if (signal === 'SIGHUP') reload();
    else end({ reason: signal, kind: 'done' });
  });
  onTreeSignal(() => log('info', 'desk', 'actor-tree', { actors: desk.describe() }));
  const broken = (thrown: unknown): void => end({ reason: reasonOf(thrown), kind: 'fatal' });
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

/** What is kept warm: the first market of the venue whose frames a warm lane makes up. */
function warmedOf({ venues, instruments, config }: OpenedDesk['parts']): [Venue, Instrument] {
  const { name } = recordedVenueOf(config);
  const venue = venues.find((each) => each.name === name) as Venue;
  return [venue, instruments.find((each) => each.venue === name) as Instrument];
}
