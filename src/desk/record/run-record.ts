import { feedActor } from '../../../actors/market-data/feed.ts';
import { Lane } from '../../../actors/runtime/lane.ts';
import { marketDataBranch } from '../../../supervisors/market-data.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { EXIT } from '../../commands/command.ts';
import type { RecordOptions } from '../../commands/local-command.ts';
import { answer, pairs, type Terminal } from '../../commands/terminal.ts';
import { describeFault, loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import type { Env } from '../../core/env.ts';
import { nodeEnv, nodeTimers } from '../../core/node-env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Log, logTo } from '../../ops/log.ts';
import { limitLog } from '../../ops/log-limit.ts';
import { recorderSection } from '../../storage/columns/settings.ts';
import {
  type DataDirectory,
  directoryFaultText,
  openDataDirectory,
} from '../../storage/data-directory.ts';
import { lockFile } from '../../storage/directory-lock.ts';
import { nodeNet } from '../../venues/net.ts';
import { type OpenedMarkets, openMarkets } from '../open-venues.ts';
import { logTarget } from '../run/live-line.ts';
import { onStopSignal } from '../run/signals.ts';
import { linkVenue } from '../venue/link.ts';
import { liveAccesses, simulatedOf } from '../venue/live.ts';
import { marketFolder, recordingOf } from './recording.ts';

/** What a recording came to. */
export interface Recorded {
  readonly folder: string;
  readonly records: number;
  /** Records that could not be kept. */
  readonly lost: number;
  readonly files: number;
  readonly bytes: number;
  /** All that the folder has, this recording included. */
  readonly sealed: number;
}

/** Everything is on the medium, sealed and given back within this. */
const STOP_MS_MAX = 60_000;

/** `flyball record`. @returns the exit code */
export async function runRecord(
  options: RecordOptions,
  program: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const loaded = loadConfig(options.configFile);
  if (!loaded.ok) {
    for (const fault of loaded.error) terminal.err(`${describeFault(fault)}\n`);
    return EXIT.config;
  }
  const { config } = loaded.value;
  const net = nodeNet(nodeTimers);
  const env = nodeEnv(net);
  const log = limitLog(logTo(logTarget(terminal, options.isJson), config.log.level), env.clock);
  const directory = openDataDirectory(env, options.dataDirectory, lockFile);
  if (!directory.ok) {
    terminal.err(`${directoryFaultText(directory.error)}\n`);
    net.close();
    return directory.error.kind === 'directory-held' ? EXIT.refused : EXIT.failed;
  }
  const recorded = await follow({ options, program, config, env, log }, directory.value);
  directory.value.release();
  net.close();
  if (!recorded.ok) {
    terminal.err(`record: ${recorded.error}\n`);
    return EXIT.failed;
  }
  answer(terminal, options.isJson, recorded.value, () => show(recorded.value));
  return recorded.value.lost === 0 ? EXIT.done : EXIT.unverified;
}

interface Run {
  readonly options: RecordOptions;
  readonly program: readonly string[];
  readonly config: Config;
  readonly env: Env;
  readonly log: Log;
}

async function follow(
  { options, program, config, env, log }: Run,
  { path }: DataDirectory,
): Promise<Result<Recorded, string>> {
  const seed = options.seed === null ? [] : ['--seed', String(options.seed)];
  const words = ['venue', '--data-dir', path, '--config', options.configFile, ...seed];
  const venues = simulatedOf(config);
  const wish = { dataFolder: path, command: [...program, ...words], source: 'generated', venues };
  const link = venues.length === 0 ? null : await linkVenue(env, wish);
  if (link?.ok === false) return link;
  const accesses = new Map([...liveAccesses(config), ...(link?.value.accesses ?? [])]);
  const opened = await openMarkets(env, config, accesses);
  const recorded = opened.ok
    ? await record({ options, program, config, env, log }, path, opened.value)
    : opened;
  await link?.value.stop();
  return recorded;
}

/** The branch of the desk that follows markets, alone on a lane. */
async function record(
  { options, config, env, log }: Run,
  folder: string,
  { venues, instruments }: OpenedMarkets,
): Promise<Result<Recorded, string>> {
  const recording = recordingOf({
    folder,
    settings: config.recorder ?? recorderSection.parse({}),
    venues: venues.map(({ name }) => name),
    instruments,
    timers: env.timers,
    sealsAtEnd: true,
    // Without a desk there is no journal; the log has said the same.
    journal: () => {},
    log,
  });
  const lane = new Lane({
    name: `record-${env.clock.now()}`,
    ...env,
    random: env.random.fork('lane'),
    log: ({ level, path, kind, detail }) => log(level, path, kind, { detail }),
  });
  const listeners = { quotes: () => [], trades: () => [], facts: [] };
  const { net } = env;
  const tape = recording.relay;
  const feeds = venues.flatMap(({ name, streams, feeds: lines }) =>
    streams.map((stream) => ({
      venue: stream.name === '' ? name : `${name}:${stream.name}`,
      start: () => feedActor({ stream: stream.open, feeds: lines, net, listeners, tape, log }),
    })),
  );
  let onGiveUp: (reason: string) => void = () => {};
  const gaveUp = new Promise<string>((resolve) => {
    onGiveUp = resolve;
  });
  const branch = marketDataBranch({ feeds, recorder: recording.start });
  await lane.spawn(
    supervisor({ ...branch, onGiveUp: ({ child }) => onGiveUp(`${child} cannot be kept up`) }),
    'market-data',
  );
  // The time that was asked for is one of recording: it begins with a store to record to.
  const over = recording.opened.then(() => timeOver(env, options.forMs));
  const reason = await Promise.race([gaveUp, over, onStopSignal()]);
  log('info', 'record', 'ending', { reason });
  const { records, lost } = tape.counts ?? { records: 0, lost: 0 };
  await lane.stopAll(STOP_MS_MAX);
  const sealed = recording.sealed();
  if (sealed === null) return err('its store never opened; the log says why');
  const { files, bytes, records: all } = sealed;
  return ok({ folder: marketFolder(folder), records, lost, files, bytes, sealed: all });
}

function timeOver({ timers }: Pick<Env, 'timers'>, forMs: number | null): Promise<string> {
  return new Promise((resolve) => {
    if (forMs !== null) timers.after(forMs, () => resolve('the time is over'));
  });
}

function show({ folder, records, lost, files, bytes, sealed }: Recorded): string {
  return pairs([
    ['recorded in', folder],
    ['records', records],
    ['lost', lost],
    ['sealed files', files],
    ['sealed records', sealed],
    ['sealed bytes', bytes],
  ]);
}
