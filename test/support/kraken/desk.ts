import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { KrakenVenueOptions } from '../../../src/simulation/kraken/venue.ts';
import { krakenKeyOf } from '../../../src/venues/kraken/sign.ts';
import { krakenVenue } from '../../../src/venues/kraken/venue.ts';
import type { OrderParts } from '../trade/orders.ts';
import { aVenueHost } from '../venues/venue-host.ts';
import { aKrakenFloor } from './floor.ts';
import { ALICE } from './venue.ts';

const DESK = 'kraken22';

/** A venue desk on a Kraken in this process: our session, orders and questions over its wire. */
export function aKrakenDesk(over: Partial<KrakenVenueOptions> = {}) {
  const { env, venue, pairs, market, net } = aKrakenFloor(over);
  const access = {
    url: 'http://kraken',
    key: krakenKeyOf(ALICE.apiKey, ALICE.secret),
    receiveWindowMs: 5_000,
    timeoutMs: 2_000,
  };
  const socketUrl = 'ws://kraken/auth/v2';
  const adapter = krakenVenue({ name: 'kraken', index: 0, socketUrl, access, instruments: pairs });
  const { clock, timers } = env;
  const host = aVenueHost({
    ...{ clock, timers, net, deskId: DESK },
    venue: adapter,
    instruments: pairs,
  });
  return {
    ...host,
    ...{ env, venue, pairs, market, net, access },
    /** Places an order of 0.01 BTC at 50,000 unless told otherwise. @returns its client id */
    place: (parts: OrderParts = {}) => host.place({ ticks: 500_000, lots: 1_000_000, ...parts }),
    /** Somebody rests an order for ours to meet. */
    crowd(side: 'buy' | 'sell', ticks: number, lots: number): void {
      venue.exchange.crowdRest(market, side, ticks as Ticks, lots as Lots);
    },
  };
}
