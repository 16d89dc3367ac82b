import { nodeClock, nodeTimers } from '../../src/core/node-env.ts';
import { rngOf } from '../../src/core/rng.ts';
import type { AccountOptions } from '../../src/simulation/server/venue.ts';
import {
  type ServerNote,
  type ServerOptions,
  startVenueServer,
  type VenueServer,
} from '../../src/simulation/server/venue-server.ts';
import { must } from './venue-fixtures.ts';

/** The public sample key of Binance's documents, in pieces so that no scanner takes it for ours. */
export const SAMPLE_KEY = [
  'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zv',
  'sw0MuIgwCIPy6utIco14y7Ju91duEh8A',
].join('');
export const SAMPLE_SECRET = [
  'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP',
  '1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
].join('');
export const ADMIN_TOKEN = 'a token for tests';

/** Alice can trade, read or cancel, by three keys; bob is another trader. */
export const ACCOUNTS: readonly AccountOptions[] = [
  {
    name: 'alice',
    keys: [
      { apiKey: SAMPLE_KEY, secret: SAMPLE_SECRET, right: 'trade' },
      { apiKey: 'reads', secret: 'reads-secret', right: 'read' },
      { apiKey: 'cancels', secret: 'cancels-secret', right: 'cancel' },
    ],
    opening: { USDT: '100000', BTC: '10' },
  },
  {
    name: 'bob',
    keys: [{ apiKey: 'bobs', secret: 'bobs-secret', right: 'trade' }],
    opening: { USDT: '100000', BTC: '10' },
  },
];

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
