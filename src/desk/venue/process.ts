import { EXIT } from '../../commands/command.ts';
import type { PacedReplay, VenueOptions } from '../../commands/local-command.ts';
import type { Terminal } from '../../commands/terminal.ts';
import { describeFault, loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { nodeClock, nodeEntropy, nodeTimers } from '../../core/node-env.ts';
import { nodeFiles } from '../../core/node-files.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { rngOf } from '../../core/rng.ts';
import { openRecording, type Recording } from '../../simulation/replay/open-recording.ts';
import { openReplayVenue } from '../../simulation/replay/replay-venue.ts';
import { scaledTime } from '../../simulation/replay/scaled-time.ts';
import {
  type ServedVenue,
  serveVenue,
  type TransportOptions,
  type VenueServer,
} from '../../simulation/server/venue-server.ts';
import { lockFaultText, lockFile } from '../../storage/directory-lock.ts';
import { onStopSignal } from '../run/signals.ts';
import { type FloorVenue, openFloor, recordedVenueOf } from './floor.ts';
import { simulatedOf } from './live.ts';
import { frontFolder, noticePath, venueAccount, venueFolder, writeNotice } from './notice.ts';
import { atFeesOf, recordedVenue, venueRecords } from './options.ts';

const FOLDER_MODE = 0o700;
/** Set by the desk that starts a venue for itself. */
export const STARTED_BY_DESK = 'FLYBALL_VENUE_STARTED_BY_DESK';
/** Real time before the first frame, in which a client can connect. */
const LEAD_MS = 3_000;

/** What moves the market of a venue process, as desk and venue both name it. */
export function sourceName(replay: PacedReplay | null): string {
  return replay === null ? 'generated' : `${replay.recording} at pace ${replay.pace}`;
}

/** `flyball venue`: runs the simulated exchange until it is told to stop. @returns exit code */
export async function runVenue(options: VenueOptions, terminal: Terminal): Promise<number> {
  const { dataDirectory: folder } = options;
  const loaded = loadConfig(options.configFile);
  if (!loaded.ok) {
    for (const fault of loaded.error) terminal.err(`${describeFault(fault)}\n`);
    return EXIT.config;
  }
  nodeFiles.ensureFolder(venueFolder(folder), FOLDER_MODE);
  nodeFiles.ensureFolder(`${folder}/run`, FOLDER_MODE);
  const lock = lockFile(`${venueFolder(folder)}/lock`);
  if (!lock.ok) {
    terminal.err(`${lockFaultText(lock.error)}\n`);
    return lock.error.kind === 'directory-held' ? EXIT.refused : EXIT.failed;
  }
  const seed = options.seed ?? Buffer.from(nodeEntropy(4)).readUInt32LE();
  const started = await open(options, loaded.value.config, seed, terminal);
  if (!started.ok) {
    terminal.err(`${started.error}\n`);
    return EXIT.failed;
  }
  const fronts = started.value.map(({ name, kind, server }) => ({ name, kind, port: server.port }));
  const { port } = fronts[0] as (typeof fronts)[number];
  const startedBy = process.env[STARTED_BY_DESK] === '1' ? 'start' : 'hand';
  const source = sourceName(options.replay);
  writeNotice(nodeFiles, folder, { pid: process.pid, port, fronts, source, startedBy });
  const text = fronts.map(
    (each) => `simulated exchange on http://127.0.0.1:${each.port}, seed ${seed}: ${each.name}\n`,
  );
  const told = { port, fronts, seed, pid: process.pid };
  terminal.out(options.isJson ? `${JSON.stringify(told)}\n` : text.join(''));
  await onStopSignal();
  nodeFiles.remove(noticePath(folder));
  await Promise.all(started.value.map(({ server }) => server.stop()));
  lock.value.release();
  return EXIT.done;
}

/** Where a clock that goes N times as fast begins, so that clients have time to connect. */
export function pacedFrom(
  { startMs }: Pick<Recording, 'startMs'>,
  pace: number,
): { readonly startMs: number; readonly pace: number } {
  return { startMs: startMs - Math.round(LEAD_MS * pace), pace };
}

/** A venue that is served. */
interface Front {
  readonly name: string;
  readonly kind: string;
  readonly server: VenueServer<ServedVenue>;
}

type Started = Result<readonly Front[], string>;

function open(
  options: VenueOptions,
  config: Config,
  seed: number,
  terminal: Terminal,
): Promise<Started> {
  const { replay, port } = options;
  const transport: TransportOptions = {
    port,
    timers: nodeTimers,
    note: (note) => terminal.err(`${JSON.stringify(note)}\n`),
  };
  return replay === null
    ? openGenerated(options, config, seed, transport)
    : openRecorded({ ...options, replay }, config, seed, transport, terminal);
}

async function openGenerated(
  { dataDirectory: folder }: VenueOptions,
  config: Config,
  seed: number,
  transport: TransportOptions,
): Promise<Started> {
  const opened = openFloor(config, {
    clock: nodeClock,
    timers: nodeTimers,
    random: rngOf(seed),
    accountOf: (venue) => venueAccount(nodeFiles, folder, venue, nodeEntropy),
    recordsOf: ({ name }) => venueRecords(nodeFiles, `${frontFolder(folder, name)}/log`),
  });
  if (!opened.ok) return opened;
  const fronts: Front[] = [];
  for (const { name, kind } of simulatedOf(config)) {
    const venue = opened.value.get(name) as FloorVenue;
    // Ports follow one another from the one that is asked for.
    const port = transport.port === 0 ? 0 : transport.port + fronts.length;
    const served = await serveVenue(venue, { ...transport, port });
    if (!served.ok) {
      await Promise.all(fronts.map(({ server }) => server.stop()));
      return err(JSON.stringify(served.error));
    }
    fronts.push({ name, kind, server: served.value });
  }
  for (const venue of opened.value.values()) venue.start();
  return ok(fronts);
}

async function openRecorded(
  { dataDirectory: folder, replay }: VenueOptions & { readonly replay: PacedReplay },
  config: Config,
  seed: number,
  transport: TransportOptions,
  terminal: Terminal,
): Promise<Started> {
  const section = recordedVenueOf(config);
  const simulation = atFeesOf(config.simulation, section);
  const { recording: path, instruments, pace } = replay;
  const surveyed = await openRecording({ path, instruments, files: nodeFiles });
  if (!surveyed.ok) return err(surveyed.error.reason);
  const recording = surveyed.value;
  for (const sentence of recording.sentences) terminal.err(`${sentence}\n`);
  const opened = openReplayVenue({
    ...recordedVenue(simulation, recording, {
      ...scaledTime({ clock: nodeClock, timers: nodeTimers }, pacedFrom(recording, pace)),
      random: rngOf(seed),
      account: venueAccount(nodeFiles, folder, section, nodeEntropy),
    }),
  });
  if (!opened.ok) return err(JSON.stringify(opened.error));
  const served = await serveVenue(opened.value, transport);
  if (!served.ok) return err(JSON.stringify(served.error));
  opened.value.start();
  const { name, kind } = section;
  return ok([{ name, kind, server: served.value }]);
}
