import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import {
  type KrakenVenue,
  type KrakenVenueOptions,
  openKrakenVenue,
} from '../../../src/simulation/kraken/venue.ts';
import type { AccountOptions } from '../../../src/simulation/server/accounts.ts';
import { serveVenue, type VenueServer } from '../../../src/simulation/server/venue-server.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { instrumentsIn, type KrakenInstrument } from '../../../src/venues/kraken/pair.ts';
import { must, NEW_YEAR } from '../venue/fixtures.ts';
import { SAMPLE_SECRET } from './access.ts';

const secretOf = (name: string): string => Buffer.from(`${name}'s secret`).toString('base64');

export interface KrakenKeyText {
  readonly apiKey: string;
  readonly secret: string;
}
export const ALICE: KrakenKeyText = { apiKey: 'alices', secret: SAMPLE_SECRET };
export const BOB: KrakenKeyText = { apiKey: 'bobs', secret: secretOf('bob') };
export const READER: KrakenKeyText = { apiKey: 'reads', secret: secretOf('reader') };
export const CANCELER: KrakenKeyText = { apiKey: 'cancels', secret: secretOf('canceler') };

/** Alice can trade, read or cancel, by three keys; bob is another trader. */
export const KRAKEN_ACCOUNTS: readonly AccountOptions[] = [
  {
    name: 'alice',
    keys: [
      { ...ALICE, right: 'trade' },
      { ...READER, right: 'read' },
      { ...CANCELER, right: 'cancel' },
    ],
    opening: { USD: '100000', BTC: '10' },
  },
  { name: 'bob', keys: [{ ...BOB, right: 'trade' }], opening: { USD: '100000', BTC: '10' } },
];

/** So many calls and orders that no test meets the limits by accident. */
export const FREE = { calls: { max: 100_000, decayPerSecond: 100_000 }, tier: 'pro' } as const;

/** A Kraken on a free port of the loopback interface, its markets moving. */
export async function aKrakenServer(
  over: Partial<KrakenVenueOptions> = {},
): Promise<{ server: VenueServer<KrakenVenue>; venue: KrakenVenue; host: string }> {
  const venue = must(
    openKrakenVenue({
      clock: nodeClock,
      timers: nodeTimers,
      random: rngOf(1),
      accounts: KRAKEN_ACCOUNTS,
      records: null,
      ...FREE,
      ...over,
    }),
  );
  const transport = { port: 0, note: () => {}, timers: nodeTimers };
  const server = must(await serveVenue(venue, transport));
  venue.start();
  return { server, venue, host: `127.0.0.1:${server.port}` };
}

/** The same on virtual time and without a transport; its book is empty until somebody quotes. */
export function aKraken(over: Partial<KrakenVenueOptions> = {}) {
  const time = virtualTime(NEW_YEAR);
  const venue = must(
    openKrakenVenue({
      clock: time.clock,
      timers: time.timers,
      random: rngOf(1),
      accounts: KRAKEN_ACCOUNTS,
      records: null,
      flows: {},
      ...FREE,
      ...over,
    }),
  );
  let body = '';
  const request = { method: 'GET', path: '/0/public/AssetPairs', query: '', headers: {}, body: '' };
  venue.handleHttp({ ...request, address: '127.0.0.1' }, (reply) => {
    body = reply?.body ?? '';
  });
  const pairs: readonly KrakenInstrument[] = must(
    instrumentsIn(body, 'kraken', ['BTC/USD', 'ETH/USD']),
  );
  return { time, venue, pairs };
}
