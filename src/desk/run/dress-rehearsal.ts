import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import type { Timers } from '../../core/env.ts';
import { ok, type Result } from '../../core/result.ts';
import { rngOf } from '../../core/rng.ts';
import { silentLog } from '../../ops/log.ts';
import { virtualTime } from '../../simulation/virtual-time.ts';
import type { ConfigLoader } from '../desk-parts.ts';
import { openFloor } from '../venue/floor.ts';
import { newAccount, type VenueAccount } from '../venue/notice.ts';
import { reachInProcess } from './in-process.ts';
import { rehearse } from './rehearsal.ts';

/**
 * Virtual time that is played, shared among the venues: enough for every kind of message, some
 * orders and some fills, and what a start can wait for.
 */
const PLAYED_MS = 40_000;
/** A desk that orders thousands a second has seen everything earlier, and wants to start. */
const ORDERS_MAX = 2_000;
const LOOK_MS = 100;
const START_MS = 1_700_000_000_000;
const SEED = 1;

export interface Played {
  readonly orders: number;
  /** Virtual time. */
  readonly playedMs: number;
}

/**
 * Plays the desk as it is configured for some seconds of virtual time before it opens, in this
 * process and with a generated market, so that the compiler has seen objects of the shapes that
 * are to come: code that has not is thrown away at the first real order, which then takes a third
 * of a millisecond. What was played is forgotten.
 *
 * @param folder where a folder for the journal may be made and removed
 * @returns how much was played, or one sentence when the desk could not be
 */
export async function dressRehearsal(
  config: Config,
  load: ConfigLoader,
  folder: string,
  version: string,
): Promise<Result<Played, string>> {
  const time = virtualTime(START_MS);
  const { clock, timers } = time;
  const accounts = new Map(
    config.venues.map((venue) => [venue.name, newAccount(venue, bytesOf(SEED))] as const),
  );
  const opened = openFloor(config, {
    clock,
    timers,
    random: rngOf(SEED).fork('venue'),
    accountOf: ({ name }) => accounts.get(name) as VenueAccount,
    recordsOf: () => ok(null),
  });
  if (!opened.ok) return opened;
  const floor = opened.value;
  for (const venue of floor.values()) venue.start();
  const scratch = mkdtempSync(join(folder, 'rehearsal-'));
  const outcome = await rehearse({
    time,
    ...reachInProcess(floor, accounts, time, config.simulation, SEED),
    log: silentLog(),
    config,
    load,
    folder: scratch,
    lock: () => ok({ release: () => {} }),
    version,
    player: null,
    end: (desk) =>
      played(
        timers,
        PLAYED_MS / config.venues.length,
        () => desk.parts.metrics.orders >= ORDERS_MAX,
      ),
  });
  for (const venue of floor.values()) venue.stop();
  rmSync(scratch, { recursive: true, force: true });
  if (!outcome.ok) return outcome;
  return ok({ orders: outcome.value.status.orders, playedMs: clock.now() - START_MS });
}

/** Resolves when the time is over, or soon after enough has been seen. */
function played(timers: Timers, forMs: number, isEnough: () => boolean): Promise<string> {
  return new Promise((resolve) => {
    let leftMs = forMs;
    const look = (): void => {
      leftMs -= LOOK_MS;
      if (leftMs <= 0 || isEnough()) resolve('it was a rehearsal');
      else timers.after(LOOK_MS, look);
    };
    timers.after(LOOK_MS, look);
  });
}

/** Bytes that anybody can guess, for keys that open nothing. */
function bytesOf(seed: number): (count: number) => Uint8Array {
  const random = rngOf(seed).fork('keys');
  return (count) => Uint8Array.from({ length: count }, () => random.below(256));
}
