import { hash } from 'node:crypto';
import type { HttpRequest } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Side } from '../../execution/order.ts';
import type { ApprovedOrder } from '../../risk/approved-order.ts';
import type { VenueOrders } from '../port.ts';
import { configurationText, type OrderForm } from './order-configuration.ts';
import { type RestAccess, signedRequest } from './rest.ts';

/**
 * Order entry over REST: each order is one request with a token of its own, on a connection that
 * is kept for orders. The venue takes the same client id once.
 */
export function coinbaseOrders(access: RestAccess): VenueOrders<HttpRequest> {
  const prevention = preventionId(access.signer.name);
  return {
    place(order: ApprovedOrder, instrument: Instrument, _requestId: string, nowMs: number) {
      const body = orderText(order, formOf(order), instrument, prevention);
      return signedRequest(access, 'POST', 'orders', nowMs, { body, line: 'at-once' });
    },
  };
}

/** The body of a request that places an order of any form. */
export function orderText(
  order: { readonly clientId: string; readonly side: Side },
  form: OrderForm,
  instrument: Instrument,
  prevention: string,
): string {
  const ids = `"client_order_id":"${order.clientId}","product_id":"${instrument.symbol}"`;
  const side = `"side":"${order.side === 'buy' ? 'BUY' : 'SELL'}"`;
  const configuration = `"order_configuration":${configurationText(form, instrument)}`;
  return `{${ids},${side},${configuration},"self_trade_prevention_id":"${prevention}"}`;
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

function formOf(order: ApprovedOrder): OrderForm {
  const { lots, ticks } = order;
  if (order.kind === 'market') return { form: 'market', lots };
  if (order.timeInForce === 'ioc') return { form: 'limit-ioc', lots, ticks };
  if (order.timeInForce === 'fok') return { form: 'limit-fok', lots, ticks };
  return { form: 'limit', lots, ticks, isPostOnly: order.isPostOnly };
}
