import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import type { ApprovedOrder } from '../../risk/approved-order.ts';
import type { VenueOrders } from '../port.ts';
import type { KrakenToken } from './session.ts';
import { venueIdOf } from './wire/client-id.ts';
import { KRAKEN_NATIVES, typeMembers } from './wire/order-type.ts';

const TIME_IN_FORCE = { gtc: 'gtc', ioc: 'ioc', fok: 'fok' } as const;
/** Our quotes never trade with each other: the order that would take is cancelled. */
const SELF_TRADE_PREVENTION = 'cancel_newest';

/** Order entry of Kraken spot over its v2 socket. */
export function krakenOrders(token: KrakenToken, receiveWindowMs: number): VenueOrders {
  return {
    amending: { changes: 'price-and-size', isQueued: false },
    natives: KRAKEN_NATIVES,
    amend({ wanted, lots }, _venueOrderId, instrument, requestId, nowMs) {
      const deadline = new Date(nowMs + receiveWindowMs).toISOString();
      // Without it the venue lets an order that was to rest take at its new price.
      const postOnly = wanted.isPostOnly ? '"post_only":true,' : '';
      const members =
        `"cl_ord_id":"${venueIdOf(wanted.clientId)}",` +
        `"order_qty":${quantityText(instrument, lots)},` +
        `"limit_price":${priceText(instrument, wanted.ticks)},${postOnly}` +
        `"deadline":"${deadline}","token":"${token.text}"`;
      return request('amend_order', members, requestId);
    },
    place(order, instrument, requestId, nowMs) {
      const params = orderMembers(order, instrument);
      const deadline = new Date(nowMs + receiveWindowMs).toISOString();
      const more = `"deadline":"${deadline}","token":"${token.text}"`;
      return request('add_order', `${params},${more}`, requestId);
    },
  };
}

/** The members that say what an order is; numbers with the digits of the grid, unquoted. */
function orderMembers(order: ApprovedOrder, instrument: Instrument): string {
  const isMarket = order.kind === 'market';
  const price = isMarket ? '' : `"limit_price":${priceText(instrument, order.ticks)},`;
  // A market order lives for an instant whatever it says.
  const lasts = isMarket ? '' : `"time_in_force":"${TIME_IN_FORCE[order.timeInForce]}",`;
  const postOnly = order.isPostOnly ? '"post_only":true,' : '';
  return (
    `${typeMembers(order, instrument)}"side":"${order.side}",` +
    `"order_qty":${quantityText(instrument, order.lots)},"symbol":"${instrument.symbol}",` +
    `${price}${lasts}${postOnly}` +
    `"cl_ord_id":"${venueIdOf(order.clientId)}","stp_type":"${SELF_TRADE_PREVENTION}",` +
    // Histories tell fees in quote currency only, so that is what they are paid in.
    `"fee_preference":"quote"`
  );
}

/** @param members of `params`, as JSON without the braces */
function request(method: string, members: string, requestId: string): string {
  return `{"method":"${method}","params":{${members}},"req_id":${requestId}}`;
}
