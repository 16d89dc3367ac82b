import { EXIT } from '../../commands/command.ts';
import type { VenueOptions } from '../../commands/local-command.ts';
import type { Terminal } from '../../commands/terminal.ts';
import { describeFault, loadConfig } from '../../config/load.ts';
import { nodeClock, nodeEntropy, nodeTimers } from '../../core/node-env.ts';
import { nodeFiles } from '../../core/node-files.ts';
import { rngOf } from '../../core/rng.ts';
import { startVenueServer } from '../../simulation/server/venue-server.ts';
import { lockFaultText, lockFile } from '../../storage/directory-lock.ts';
import { onStopSignal } from '../run/signals.ts';
import { noticePath, venueAccount, venueFolder, writeNotice } from './notice.ts';
import { generatedVenue, venueRecords } from './options.ts';

const FOLDER_MODE = 0o700;
/** Set by the desk that starts a venue for itself. */
export const STARTED_BY_DESK = 'FLYBALL_VENUE_STARTED_BY_DESK';

/** `flyball venue`: runs the simulated exchange until it is told to stop. @returns exit code */
export async function runVenue(options: VenueOptions, terminal: Terminal): Promise<number> {
  const { dataDirectory: folder } = options;
  const loaded = loadConfig(options.configFile);
  if (!loaded.ok) {
    for (const fault of loaded.error) terminal.err(`${describeFault(fault)}\n`);
    return EXIT.config;
  }
  const { simulation, venues } = loaded.value.config;
  const symbols = venues.flatMap((venue) => venue.symbols);
  nodeFiles.ensureFolder(venueFolder(folder), FOLDER_MODE);
  nodeFiles.ensureFolder(`${folder}/run`, FOLDER_MODE);
  const lock = lockFile(`${venueFolder(folder)}/lock`);
  if (!lock.ok) {
    terminal.err(`${lockFaultText(lock.error)}\n`);
    return lock.error.kind === 'directory-held' ? EXIT.refused : EXIT.failed;
  }
  const records = venueRecords(nodeFiles, `${venueFolder(folder)}/log`);
  if (!records.ok) {
    terminal.err(`${records.error}\n`);
    return EXIT.failed;
  }
  const seed = options.seed ?? Buffer.from(nodeEntropy(4)).readUInt32LE();
  const started = await startVenueServer({
    ...generatedVenue(simulation, symbols, {
      clock: nodeClock,
      timers: nodeTimers,
      random: rngOf(seed),
      account: venueAccount(nodeFiles, folder, nodeEntropy),
      records: records.value,
    }),
    port: options.port,
    note: (note) => terminal.err(`${JSON.stringify(note)}\n`),
  });
  if (!started.ok) {
    terminal.err(`${JSON.stringify(started.error)}\n`);
    return EXIT.failed;
  }
  const { port } = started.value;
  const startedBy = process.env[STARTED_BY_DESK] === '1' ? 'start' : 'hand';
  const source = 'generated';
  writeNotice(nodeFiles, folder, { pid: process.pid, port, source, startedBy });
  const text = `simulated exchange on http://127.0.0.1:${port}, seed ${seed}\n`;
  terminal.out(options.isJson ? `${JSON.stringify({ port, seed, pid: process.pid })}\n` : text);
  await onStopSignal();
  nodeFiles.remove(noticePath(folder));
  await started.value.stop();
  lock.value.release();
  return EXIT.done;
}
