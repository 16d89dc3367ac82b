import { hash } from 'node:crypto';
import type { HttpRequest } from '../../core/env.ts';
import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import type { ApprovedOrder } from '../../risk/approved-order.ts';
import type { VenueOrders } from '../port.ts';
import { type RestAccess, signedRequest } from './rest.ts';
import { COINBASE_NATIVES, triggerText } from './triggers.ts';

/**
 * Order entry over REST: each order is one request with a token of its own, on a connection that
 * is kept for orders. The venue takes the same client id once.
 */
export function coinbaseOrders(access: RestAccess): VenueOrders<HttpRequest> {
  const prevention = preventionId(access.signer.name);
  return {
    amending: { changes: 'price-and-size', isQueued: true },
    natives: COINBASE_NATIVES,
    amend({ wanted, lots }, venueOrderId, instrument, _requestId, nowMs) {
      const price = `"price":"${priceText(instrument, wanted.ticks)}"`;
      const size = `"size":"${quantityText(instrument, lots)}"`;
      const body = `{"order_id":"${venueOrderId}",${price},${size}}`;
      return signedRequest(access, 'POST', 'orders/edit', nowMs, { body, line: 'at-once' });
    },
    place(order: ApprovedOrder, instrument: Instrument, _requestId: string, nowMs: number) {
      const body = orderText(order, instrument, prevention);
      return signedRequest(access, 'POST', 'orders', nowMs, { body, line: 'at-once' });
    },
  };
}

/**
 * Orders with one such id never trade with each other: the newer one is cancelled. One id for all
 * orders of a key, made of its name, so that it survives a restart.
 */
export function preventionId(keyName: string): string {
  const digits = hash('sha256', keyName);
  const at = (from: number, to: number): string => digits.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-4${at(13, 16)}-8${at(17, 20)}-${at(20, 32)}`;
}

function orderText(order: ApprovedOrder, instrument: Instrument, prevention: string): string {
  const ids = `"client_order_id":"${order.clientId}","product_id":"${instrument.symbol}"`;
  const side = `"side":"${order.side === 'buy' ? 'BUY' : 'SELL'}"`;
  const configuration = `"order_configuration":${configurationText(order, instrument)}`;
  return `{${ids},${side},${configuration},"self_trade_prevention_id":"${prevention}"}`;
}

/** The `order_configuration`, as JSON text. Nothing in it needs to be escaped. */
function configurationText(order: ApprovedOrder, instrument: Instrument): string {
  if (order.trigger !== undefined) return triggerText(order, order.trigger, instrument);
  const size = `"base_size":"${quantityText(instrument, order.lots)}"`;
  if (order.kind === 'market') return `{"market_market_ioc":{${size}}}`;
  const limit = `${size},"limit_price":"${priceText(instrument, order.ticks)}"`;
  if (order.timeInForce === 'ioc') return `{"sor_limit_ioc":{${limit}}}`;
  if (order.timeInForce === 'fok') return `{"limit_limit_fok":{${limit}}}`;
  return `{"limit_limit_gtc":{${limit},"post_only":${order.isPostOnly}}}`;
}
