import { EXIT } from '../../commands/command.ts';
import type { PacedReplay, ReplayOptions, StartOptions } from '../../commands/local-command.ts';
import type { Terminal } from '../../commands/terminal.ts';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { nodeEnv, nodeTimers } from '../../core/node-env.ts';
import { nodeFiles } from '../../core/node-files.ts';
import { ok } from '../../core/result.ts';
import { openRecording, type Recording } from '../../simulation/replay/open-recording.ts';
import { scaledTime } from '../../simulation/replay/scaled-time.ts';
import { nodeNet } from '../../venues/net.ts';
import type { ConfigLoader } from '../desk-parts.ts';
import { runDesk } from '../run/start.ts';
import { endLeftVenue } from '../venue/link.ts';
import { pacedFrom, sourceName } from '../venue/process.ts';
import { changeSentence, recordedConfig } from './recorded-config.ts';
import { recordedFrames } from './recorded-frames.ts';
import { recordingEnd } from './recording-end.ts';
import { rehearseRecording } from './rehearse-recording.ts';
import { emptyFolder, replayFolder } from './replay-folder.ts';

/** A run without a seed is one that repeats, too. */
const SEED = 1;

export interface Surroundings {
  /** This program, as a child process runs it again. */
  readonly program: readonly string[];
  readonly version: string;
  readonly terminal: Terminal;
}

/** What every run on a recording knows. */
export interface RecordedRun {
  readonly recording: Recording;
  /** For the recording's market alone. */
  readonly config: Config;
  readonly load: ConfigLoader;
  /** Empty: a run on a recording begins with nothing. */
  readonly folder: string;
  readonly seed: number;
}

type ReplayStart = StartOptions & { readonly replay: ReplayOptions };

/** `flyball start --replay`. @returns the exit code */
export async function startReplay(
  options: ReplayStart,
  configured: Config,
  around: Surroundings,
): Promise<number> {
  const { replay, configFile, dataDirectory } = options;
  const { terminal } = around;
  const { instruments, pace } = replay;
  const seed = options.seed ?? SEED;
  const folder = replayFolder(dataDirectory, replay.recording, seed);
  const frames = await recordedFrames(replay.recording, configured, `${folder}.frames.txt`);
  if (!frames.ok) {
    terminal.err(`${frames.error}\n`);
    return EXIT.failed;
  }
  const path = frames.value;
  const opened = await openRecording({ path, instruments, files: nodeFiles });
  if (!opened.ok) {
    terminal.err(`${opened.error.reason}\n`);
    return EXIT.failed;
  }
  const { rules, sentences } = opened.value;
  const { symbol } = rules.instrument;
  const change = changeSentence(configured, symbol);
  const kept = `state of this run: ${folder}`;
  for (const sentence of [...sentences, ...(change === null ? [] : [change]), kept]) {
    terminal.err(`${sentence}\n`);
  }
  if (pace !== 'max') await endVenueIn(folder);
  const lock = emptyFolder(folder);
  if (!lock.ok) {
    terminal.err(`${lock.error}\n`);
    return EXIT.failed;
  }
  const run: RecordedRun = {
    recording: opened.value,
    config: recordedConfig(configured, symbol),
    load() {
      const loaded = loadConfig(configFile);
      if (!loaded.ok) return loaded;
      return ok({ ...loaded.value, config: recordedConfig(loaded.value.config, symbol) });
    },
    folder,
    seed,
  };
  const exitCode =
    pace === 'max'
      ? await rehearseRecording(options, run, around)
      : await followRecording(options, { ...replay, recording: path, pace }, run, around);
  lock.value.release();
  return exitCode;
}

/** A killed desk leaves its venue behind, which a new run has no use for. */
async function endVenueIn(folder: string): Promise<void> {
  const net = nodeNet(nodeTimers);
  await endLeftVenue(nodeEnv(net), folder);
  net.close();
}

/** The recorded market comes over real sockets, from a venue process that plays it. */
function followRecording(
  options: ReplayStart,
  replay: PacedReplay,
  { recording, config, load, folder, seed }: RecordedRun,
  { program, version, terminal }: Surroundings,
): Promise<number> {
  const { pace, instruments } = replay;
  const rules = instruments === null ? [] : ['--instruments', instruments];
  const words = ['--replay', replay.recording, '--pace', String(pace), '--seed', String(seed)];
  const source = {
    folder,
    config,
    load,
    name: sourceName(replay),
    venueWords: ['--config', options.configFile, ...words, ...rules],
    time: (real: Parameters<typeof scaledTime>[0]) => ({
      ...scaledTime(real, pacedFrom(recording, pace)),
      isReal: pace === 1,
    }),
    over: recordingEnd,
  };
  return runDesk({ ...options, seed }, source, program, version, terminal);
}
