import { EXIT } from '../../commands/command.ts';
import type { StartOptions } from '../../commands/local-command.ts';
import { answer, type Terminal } from '../../commands/terminal.ts';
import { nodeClock, nodeTimers } from '../../core/node-env.ts';
import { rngOf } from '../../core/rng.ts';
import { logTo } from '../../ops/log.ts';
import { limitLog } from '../../ops/log-limit.ts';
import { openReplayVenue, type ReplayVenue } from '../../simulation/replay/replay-venue.ts';
import { type VirtualTime, virtualTime } from '../../simulation/virtual-time.ts';
import { lockFile } from '../../storage/directory-lock.ts';
import { IN_PROCESS, reachInProcess } from '../run/in-process.ts';
import { CLEAR_LINE, logTarget } from '../run/live-line.ts';
import { rehearse } from '../run/rehearsal.ts';
import { onStopSignal } from '../run/signals.ts';
import type { RunningDesk } from '../running-desk.ts';
import { showSummary } from '../summary.ts';
import { recordedVenueOf } from '../venue/floor.ts';
import { atFeesOf, recordedVenue } from '../venue/options.ts';
import type { RecordedRun, Surroundings } from './start-replay.ts';

/** Virtual time before the first frame, in which the desk connects. */
const LEAD_MS = 5_000;
/** Virtual time behind the last frame, in which what is on its way arrives. */
const DRAIN_MS = 1_000;
const PROGRESS_MS = 500;

/**
 * Trades a recording under the virtual clock, as fast as it goes, with the venue in this process.
 * The same file, seed and configuration give the same run to the last byte.
 *
 * @returns the exit code
 */
export async function rehearseRecording(
  options: StartOptions,
  { recording, config, load, folder, seed }: RecordedRun,
  { version, terminal }: Surroundings,
): Promise<number> {
  const time = virtualTime(recording.startMs - LEAD_MS);
  const { clock, timers } = time;
  const section = recordedVenueOf(config);
  const simulation = atFeesOf(config.simulation, section);
  const { name } = section;
  const opened = openReplayVenue(
    recordedVenue(simulation, recording, {
      clock,
      timers,
      random: rngOf(seed).fork('venue'),
      account: IN_PROCESS,
    }),
  );
  if (!opened.ok) {
    terminal.err(`${JSON.stringify(opened.error)}\n`);
    return EXIT.failed;
  }
  const venue = opened.value;
  venue.start();
  let hideProgress = (): void => {};
  const rehearsed = await rehearse({
    time,
    ...reachInProcess(
      new Map([[name, venue]]),
      new Map([[name, IN_PROCESS]]),
      time,
      simulation,
      seed,
    ),
    log: limitLog(logTo(logTarget(terminal, options.isJson), config.log.level), nodeClock),
    config,
    load,
    folder,
    lock: lockFile,
    version,
    player: venue.player,
    end(desk) {
      hideProgress = showProgress(desk, venue, terminal);
      return endOf(venue, time, options.forMs);
    },
  });
  hideProgress();
  venue.stop();
  if (!rehearsed.ok) {
    terminal.err(`${rehearsed.error}\n`);
    return EXIT.failed;
  }
  const { summary, status } = rehearsed.value;
  answer(terminal, options.isJson, summary, () => showSummary(summary, status));
  const { fault } = venue.player;
  if (fault === null) return EXIT.done;
  terminal.err(`${fault.message}\n`);
  return EXIT.failed;
}

/** End of file, of the time that was asked for, or a signal: whatever comes first. */
async function endOf(venue: ReplayVenue, time: VirtualTime, forMs: number | null): Promise<string> {
  const after = (delayMs: number): Promise<void> =>
    new Promise((resolve) => void time.timers.after(delayMs, resolve));
  const ends = [
    venue.ended.then(async () => {
      await after(DRAIN_MS);
      return 'the recording is over';
    }),
    onStopSignal(),
  ];
  if (forMs !== null) ends.push(after(forMs).then(() => 'the time is over'));
  return Promise.race(ends);
}

/** How far the recording has been played, for a person who waits. */
function showProgress(
  { parts }: RunningDesk,
  { player, recording }: ReplayVenue,
  terminal: Terminal,
): () => void {
  if (!terminal.isInteractive) return () => {};
  const startedNs = nodeClock.mono();
  const show = (): void => {
    const part = Math.floor((player.counts.frames / recording.frames) * 100);
    const seconds = ((nodeClock.mono() - startedNs) / 1e9).toFixed(1);
    const { fills, orders } = parts.metrics;
    terminal.err(`${CLEAR_LINE}${part} %  orders ${orders}  fills ${fills}  ${seconds} s`);
    timer = nodeTimers.after(PROGRESS_MS, show);
  };
  let timer = nodeTimers.after(PROGRESS_MS, show);
  return () => {
    timer.cancel();
    terminal.err(CLEAR_LINE);
  };
}
