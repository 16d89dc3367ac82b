import type { DeskStatus } from '../../commands/desk.ts';
import type { Config } from '../../config/schema.ts';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Log } from '../../ops/log.ts';
import type { Player } from '../../simulation/replay/player.ts';
import type { VirtualTime } from '../../simulation/virtual-time.ts';
import type { Locker } from '../../storage/directory-lock.ts';
import { EventStore } from '../../storage/event-store/event-store.ts';
import { memoryTables } from '../../storage/event-store/memory-tables.ts';
import type { ConfigLoader } from '../desk-parts.ts';
import { openDesk } from '../open-desk.ts';
import type { Accesses } from '../open-venues.ts';
import { RunningDesk } from '../running-desk.ts';
import { stopPlan } from '../stop-plan.ts';
import { type RunSummary, summaryOf } from '../summary.ts';
import { abandonDesk } from './abandon.ts';
import { pumpUntil } from './pump.ts';

export interface RehearsalOptions {
  readonly time: VirtualTime;
  /** On virtual time, with a net that reaches the venue in this process. */
  readonly env: Env;
  readonly log: Log;
  readonly config: Config;
  readonly load: ConfigLoader;
  /** Cleared by the caller: a rehearsal begins with nothing. */
  readonly folder: string;
  readonly lock: Locker;
  readonly version: string;
  readonly accesses: Accesses;
  /** Resolves, in virtual time, when the run is to stop; the reason is journaled. */
  readonly end: (desk: RunningDesk) => Promise<string>;
  /** Read ahead while time stands still; null when the market is generated. */
  readonly player: Player | null;
}

export interface Rehearsed {
  readonly summary: RunSummary;
  readonly status: DeskStatus;
}

/**
 * Runs a whole desk on virtual time: the same actors, journal and bytes as on the real clock, in
 * one thread, so that the same seed takes the same course to the last byte.
 */
export function rehearse(options: RehearsalOptions): Promise<Result<Rehearsed, string>> {
  return pumpUntil(options.time, run(options), options.player);
}

async function run(options: RehearsalOptions): Promise<Result<Rehearsed, string>> {
  const { env, log, config, load, folder, lock, version } = options;
  const opened = await openDesk({
    env,
    log,
    config,
    load,
    folder,
    version,
    lock,
    store: new EventStore(memoryTables()),
    isClockReal: false,
    hasShell: false,
    venues: async () => ok(options.accesses),
  });
  if (!opened.ok) return opened;
  const { parts, directory } = opened.value;
  let die: (reason: string) => void = () => {};
  const died = new Promise<string>((resolve) => {
    die = resolve;
  });
  const desk = new RunningDesk(parts, { onStop: () => {}, onFatal: (reason) => die(reason) });
  await desk.start();
  const { reason, isFatal } = await Promise.race([
    options.end(desk).then((why) => ({ reason: why, isFatal: false })),
    died.then((why) => ({ reason: why, isFatal: true })),
  ]);
  if (isFatal) {
    await abandonDesk(desk, reason);
    await desk.stopActors();
    await parts.journal.close();
    directory.release();
    return err(`the desk died: ${reason}`);
  }
  const { plan, outcome } = stopPlan(desk, async () => {
    await parts.journal.settled();
  });
  await plan.run(reason);
  const { status } = outcome;
  const summary = status === null ? null : summaryOf(status, parts.journal.store, parts.venues);
  await parts.journal.close();
  directory.release();
  if (summary === null || status === null) return err(`the desk gave no status: ${reason}`);
  if (outcome.unsettled !== '') return err(`orders may still rest: ${outcome.unsettled}`);
  return ok({ summary, status });
}
