import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import {
  type FuturesVenue,
  type FuturesVenueOptions,
  openFuturesVenue,
} from '../../../src/simulation/server/futures-venue.ts';
import { serveVenue, type VenueServer } from '../../../src/simulation/server/venue-server.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { ACCOUNTS } from '../venue/accounts.ts';
import { aClient } from '../venue/client.ts';
import { must, NEW_YEAR } from '../venue/fixtures.ts';

/** The usual accounts, with nothing but USDT. */
export const MARGIN_ACCOUNTS = ACCOUNTS.map((account) => ({
  ...account,
  opening: { USDT: '100000' },
}));

/** A futures venue on virtual time without generated flow, and a client without a transport. */
export function aFuturesVenue(over: Partial<FuturesVenueOptions> = {}) {
  const time = virtualTime(NEW_YEAR);
  const venue = must(
    openFuturesVenue({
      clock: time.clock,
      timers: time.timers,
      random: rngOf(1),
      accounts: MARGIN_ACCOUNTS,
      records: null,
      flows: {},
      ...over,
    }),
  );
  return { time, venue, exchange: venue.exchange, ...aClient(venue, time, '') };
}

/** A real futures venue on a free port of the loopback interface, with a market that moves. */
export async function aFuturesServer(
  over: Partial<FuturesVenueOptions> = {},
): Promise<{ server: VenueServer<FuturesVenue>; host: string }> {
  const venue = must(
    openFuturesVenue({
      clock: nodeClock,
      timers: nodeTimers,
      random: rngOf(1),
      accounts: MARGIN_ACCOUNTS,
      records: null,
      ...over,
    }),
  );
  const transport = { port: 0, note: () => {}, timers: nodeTimers };
  const server = must(await serveVenue(venue, transport));
  venue.start();
  return { server, host: `127.0.0.1:${server.port}` };
}
