import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import {
  type ServerNote,
  type ServerOptions,
  startVenueServer,
  type VenueServer,
} from '../../../src/simulation/server/venue-server.ts';
import { ACCOUNTS, ADMIN_TOKEN } from './accounts.ts';
import { must } from './fixtures.ts';

/** A real venue on a free port of the loopback interface. */
export async function aVenueServer(
  over: Partial<ServerOptions> = {},
): Promise<{ server: VenueServer; host: string; notes: ServerNote[] }> {
  const notes: ServerNote[] = [];
  const server = must(
    await startVenueServer({
      clock: nodeClock,
      timers: nodeTimers,
      random: rngOf(1),
      accounts: ACCOUNTS,
      records: null,
      adminToken: ADMIN_TOKEN,
      port: 0,
      note: (note) => notes.push(note),
      ...over,
    }),
  );
  return { server, host: `127.0.0.1:${server.port}`, notes };
}
