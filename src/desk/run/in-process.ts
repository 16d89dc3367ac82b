import type { Env } from '../../core/env.ts';
import { nodeFiles } from '../../core/node-files.ts';
import { rngOf } from '../../core/rng.ts';
import type { VenueEdge } from '../../simulation/binance/facade.ts';
import { loopbackNet } from '../../simulation/server/loopback-net.ts';
import type { SimulationSettings } from '../../simulation/settings.ts';
import { type VirtualTime, virtualEnv } from '../../simulation/virtual-time.ts';
import type { VenueAccess, VenueCredentials } from '../../venues/kinds/venue-kind.ts';
import type { Accesses } from '../open-venues.ts';

const WORD = 'in-process';

/** The desk's account at a venue that nobody but this process can reach. */
export const IN_PROCESS = { apiKey: WORD, secret: WORD, adminToken: WORD };

/**
 * How a desk on virtual time reaches venues in its own process: by the bytes of real sockets, at
 * the name of the venue.
 *
 * @param accounts by name of the venue
 */
export function reachInProcess(
  venues: ReadonlyMap<string, VenueEdge>,
  accounts: ReadonlyMap<string, VenueCredentials>,
  time: VirtualTime,
  settings: SimulationSettings,
  seed: number,
): { readonly env: Env; readonly accesses: Accesses } {
  const net = loopbackNet({
    venues,
    clock: time.clock,
    timers: time.timers,
    random: rngOf(seed).fork('net'),
    latency: { fixedMs: settings.latencyMs, jitterMs: settings.latencyJitterMs },
  });
  return {
    env: virtualEnv(time, { seed, files: nodeFiles, net }),
    accesses: new Map(
      [...accounts].map(([name, account]) => [name, accessAt(name, account)] as const),
    ),
  };
}

/** A venue whose every address is one host. */
export function accessAt(host: string, account: VenueCredentials): VenueAccess {
  return {
    restUrl: `http://${host}`,
    streamUrl: `ws://${host}`,
    sessionUrl: `ws://${host}`,
    account,
  };
}
