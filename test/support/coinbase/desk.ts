import type { HttpRequest } from '../../../src/core/env.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import type { OrderIntent } from '../../../src/execution/order.ts';
import type { ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { coinbaseOrders } from '../../../src/venues/coinbase/orders.ts';
import { coinbaseQueries } from '../../../src/venues/coinbase/queries.ts';
import { replyIn } from '../../../src/venues/coinbase/rest.ts';
import { coinbaseSession } from '../../../src/venues/coinbase/session.ts';
import { tokenSigner } from '../../../src/venues/coinbase/sign.ts';
import type { HttpOutcome, Query, QueryFault, VenueFrame } from '../../../src/venues/port.ts';
import { anOrder, type OrderParts } from '../trade/orders.ts';
import { must } from '../venue/fixtures.ts';
import { BTC, bytesOf, ETH } from './frames.ts';
import { KEY_NAME, SEC1 } from './keys.ts';
import { aCoinbaseVenue } from './venue.ts';

export const INSTRUMENTS = [BTC, ETH];
export const LIFE_MS = 5_000;
const WINDOW_HOST = 'venue.test';

/** What a desk has of the venue, on a venue in this process, at virtual time. */
export function aCoinbaseDesk(venue = aCoinbaseVenue(), instruments = INSTRUMENTS) {
  const { facade, time } = venue;
  const signer = must(tokenSigner(KEY_NAME, SEC1));
  const access = { url: `http://${WINDOW_HOST}`, signer, timeoutMs: 1_000, lifeMs: LIFE_MS };
  const queries = coinbaseQueries(access, instruments);
  const orders = coinbaseOrders(access);
  const session = coinbaseSession(`ws://${WINDOW_HOST}/user`, signer, LIFE_MS, instruments);
  const now = (): number => time.clock.now();

  const send = (request: HttpRequest): HttpOutcome => {
    const { pathname, search } = new URL(request.url);
    let outcome: HttpOutcome | null = null;
    facade.handleHttp(
      {
        method: request.method,
        path: pathname,
        query: search.slice(1),
        headers: { ...request.headers, host: WINDOW_HOST },
        body: request.body ?? '',
        address: '127.0.0.1',
      },
      (reply) => {
        const fault = { kind: 'broken' as const, url: request.url, detail: 'cut' };
        outcome = reply === null ? err(fault) : ok(reply);
      },
    );
    if (outcome === null) throw new Error(`no answer to ${request.url}`);
    return outcome;
  };
  const ask = <T>(query: Query<T>): Result<T, QueryFault> => query.decode(send(query.request));
  const place = (parts: OrderParts = {}) => {
    const order: OrderIntent = anOrder({ ticks: 5_000_000, lots: 1_000_000, ...parts });
    return replyIn(send(orders.place(order as ApprovedOrder, BTC, 'r1', now())));
  };
  /** The private socket, subscribed; `heard` decodes what came since it was last asked. */
  const listen = () => {
    session.begin('');
    const socket = venue.dial('/user');
    let read = 0;
    const heard = (): VenueFrame[] => {
      const fresh = socket.frames.slice(read);
      read = socket.frames.length;
      return fresh.map((frame) => session.decode(bytesOf(frame)));
    };
    for (const frame of session.subscribe('r0', now())) socket.say(frame);
    return { ...socket, heard };
  };
  /** Somebody else takes or makes, so that ours trade. */
  const bob = (side: 'BUY' | 'SELL', price: string, size: string) =>
    venue.ask('POST', 'orders', {
      key: 'organizations/77aa/apiKeys/bob',
      body: {
        client_order_id: `bob-${venue.exchange.markets.get('BTC-USD')?.updateId}`,
        product_id: 'BTC-USD',
        side,
        order_configuration: { limit_limit_gtc: { base_size: size, limit_price: price } },
      },
    });
  return { ...venue, queries, orders, session, access, now, send, ask, place, listen, bob };
}
