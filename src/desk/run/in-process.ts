import type { Env } from '../../core/env.ts';
import { nodeFiles } from '../../core/node-files.ts';
import { rngOf } from '../../core/rng.ts';
import type { VenueEdge } from '../../simulation/binance/facade.ts';
import { loopbackNet } from '../../simulation/server/loopback-net.ts';
import type { SimulationSettings } from '../../simulation/settings.ts';
import { type VirtualTime, virtualEnv } from '../../simulation/virtual-time.ts';
import type { VenueAccess } from '../open-desk.ts';

const HOST = 'in-process';

/** The desk's account at a venue that nobody but this process can reach. */
export const IN_PROCESS = { apiKey: HOST, secret: HOST, adminToken: HOST };

/** How a desk on virtual time reaches a venue in its own process: by the bytes of real sockets. */
export function reachInProcess(
  venue: VenueEdge,
  time: VirtualTime,
  settings: SimulationSettings,
  seed: number,
): { readonly env: Env; readonly access: VenueAccess } {
  const net = loopbackNet({
    venues: new Map([[HOST, venue]]),
    clock: time.clock,
    timers: time.timers,
    random: rngOf(seed).fork('net'),
    latency: { fixedMs: settings.latencyMs, jitterMs: settings.latencyJitterMs },
  });
  return {
    env: virtualEnv(time, { seed, files: nodeFiles, net }),
    access: {
      restUrl: `http://${HOST}`,
      streamUrl: `ws://${HOST}`,
      sessionUrl: `ws://${HOST}/ws-api/v3`,
      account: IN_PROCESS,
    },
  };
}
