import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { nodeFiles } from '../../core/node-files.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { rngOf } from '../../core/rng.ts';
import { silentLog } from '../../ops/log.ts';
import { loopbackNet } from '../../simulation/server/loopback-net.ts';
import { openVenue } from '../../simulation/server/venue.ts';
import { virtualEnv, virtualTime } from '../../simulation/virtual-time.ts';
import type { ConfigLoader } from '../desk-parts.ts';
import { generatedVenue } from '../venue/options.ts';
import { rehearse } from './rehearsal.ts';

/** Virtual time that is played: enough for every kind of message, some orders and some fills. */
const PLAYED_MS = 40_000;
const START_MS = 1_700_000_000_000;
const SEED = 1;
const HOST = 'rehearsal';
/** Nobody but this process can reach the venue. */
const ACCOUNT = { apiKey: 'rehearsal', secret: 'rehearsal', adminToken: 'rehearsal' };

/**
 * Plays the desk as it is configured for some seconds of virtual time before it opens, in this
 * process and with a generated market, so that the compiler has seen objects of the shapes that
 * are to come: code that has not is thrown away at the first real order, which then takes a third
 * of a millisecond. What was played is forgotten.
 *
 * @param folder where a folder for the journal may be made and removed
 * @returns one sentence when the desk could not be played
 */
export async function dressRehearsal(
  config: Config,
  load: ConfigLoader,
  folder: string,
  version: string,
): Promise<Result<void, string>> {
  const time = virtualTime(START_MS);
  const { clock, timers } = time;
  const random = rngOf(SEED);
  const symbols = config.venues.flatMap((venue) => venue.symbols);
  const opened = openVenue(
    generatedVenue(config.simulation, symbols, {
      clock,
      timers,
      random: random.fork('venue'),
      account: ACCOUNT,
      records: null,
    }),
  );
  if (!opened.ok) return err(JSON.stringify(opened.error));
  const venue = opened.value;
  venue.start();
  const latency = { fixedMs: 1, jitterMs: 1 };
  const venues = new Map([[HOST, venue]]);
  const net = loopbackNet({ venues, clock, timers, random: random.fork('net'), latency });
  const scratch = mkdtempSync(join(folder, 'rehearsal-'));
  const played = await rehearse({
    time,
    env: virtualEnv(time, { seed: SEED, files: nodeFiles, net }),
    log: silentLog(),
    config,
    load,
    folder: scratch,
    lock: () => ok({ release: () => {} }),
    version,
    access: {
      restUrl: `http://${HOST}`,
      streamUrl: `ws://${HOST}`,
      sessionUrl: `ws://${HOST}/ws-api/v3`,
      account: ACCOUNT,
    },
    player: null,
    end: () =>
      new Promise((resolve) => void timers.after(PLAYED_MS, () => resolve('it was a rehearsal'))),
  });
  venue.stop();
  rmSync(scratch, { recursive: true, force: true });
  return played.ok ? ok(undefined) : played;
}
