import { EXIT } from '../../commands/command.ts';
import type { PacedReplay, VenueOptions } from '../../commands/local-command.ts';
import type { Terminal } from '../../commands/terminal.ts';
import { describeFault, loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { nodeClock, nodeEntropy, nodeTimers } from '../../core/node-env.ts';
import { nodeFiles } from '../../core/node-files.ts';
import { err, type Result } from '../../core/result.ts';
import { rngOf } from '../../core/rng.ts';
import { openRecording, type Recording } from '../../simulation/replay/open-recording.ts';
import { openReplayVenue } from '../../simulation/replay/replay-venue.ts';
import { scaledTime } from '../../simulation/replay/scaled-time.ts';
import {
  type ServedVenue,
  serveVenue,
  startVenueServer,
  type TransportOptions,
  type VenueServer,
} from '../../simulation/server/venue-server.ts';
import { lockFaultText, lockFile } from '../../storage/directory-lock.ts';
import { onStopSignal } from '../run/signals.ts';
import { noticePath, venueAccount, venueFolder, writeNotice } from './notice.ts';
import { generatedVenue, recordedVenue, venueRecords } from './options.ts';

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
  const { port } = started.value;
  const startedBy = process.env[STARTED_BY_DESK] === '1' ? 'start' : 'hand';
  const source = sourceName(options.replay);
  writeNotice(nodeFiles, folder, { pid: process.pid, port, source, startedBy });
  const text = `simulated exchange on http://127.0.0.1:${port}, seed ${seed}\n`;
  terminal.out(options.isJson ? `${JSON.stringify({ port, seed, pid: process.pid })}\n` : text);
  await onStopSignal();
  nodeFiles.remove(noticePath(folder));
  await started.value.stop();
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

type Started = Result<VenueServer<ServedVenue>, string>;

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
  { simulation, venues }: Config,
  seed: number,
  transport: TransportOptions,
): Promise<Started> {
  const records = venueRecords(nodeFiles, `${venueFolder(folder)}/log`);
  if (!records.ok) return records;
  const symbols = venues.flatMap((venue) => venue.symbols);
  const started = await startVenueServer({
    ...generatedVenue(simulation, symbols, {
      clock: nodeClock,
      timers: nodeTimers,
      random: rngOf(seed),
      account: venueAccount(nodeFiles, folder, nodeEntropy),
      records: records.value,
    }),
    ...transport,
  });
  return started.ok ? started : err(JSON.stringify(started.error));
}

async function openRecorded(
  { dataDirectory: folder, replay }: VenueOptions & { readonly replay: PacedReplay },
  { simulation }: Config,
  seed: number,
  transport: TransportOptions,
  terminal: Terminal,
): Promise<Started> {
  const { recording: path, instruments, pace } = replay;
  const surveyed = await openRecording({ path, instruments, files: nodeFiles });
  if (!surveyed.ok) return err(surveyed.error.reason);
  const recording = surveyed.value;
  for (const sentence of recording.sentences) terminal.err(`${sentence}\n`);
  const opened = openReplayVenue({
    ...recordedVenue(simulation, recording, {
      ...scaledTime({ clock: nodeClock, timers: nodeTimers }, pacedFrom(recording, pace)),
      random: rngOf(seed),
      account: venueAccount(nodeFiles, folder, nodeEntropy),
    }),
  });
  if (!opened.ok) return err(JSON.stringify(opened.error));
  const served = await serveVenue(opened.value, transport);
  if (!served.ok) return err(JSON.stringify(served.error));
  opened.value.start();
  return served;
}
