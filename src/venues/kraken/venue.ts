import type { Venue } from '../port.ts';
import { krakenOrders } from './orders.ts';
import type { KrakenInstrument } from './pair.ts';
import { krakenQueries } from './queries.ts';
import type { KrakenAccess } from './rest.ts';
import { type KrakenToken, krakenSession } from './session.ts';

/** Kraken spot behind the port: what the three parts share is the token of the connection. */
export function krakenVenue(options: {
  readonly name: string;
  readonly index: number;
  /** The private v2 socket. */
  readonly socketUrl: string;
  readonly access: KrakenAccess;
  readonly instruments: readonly KrakenInstrument[];
}): Venue {
  const { name, index, socketUrl, access, instruments } = options;
  const token: KrakenToken = { text: '' };
  return {
    name,
    index,
    session: krakenSession(socketUrl, access, token, instruments),
    orders: krakenOrders(token, access.receiveWindowMs),
    queries: krakenQueries(access, token, instruments),
    replyIn: null,
  };
}
