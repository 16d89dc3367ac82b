import type { VenueKindName } from '../../venues/kinds/venue-kinds.ts';
import { clientIdOf } from '../../venues/kraken/wire/client-id.ts';
import type { Outgoing } from '../../venues/port.ts';
import { orderIdOf } from '../coinbase/order-names.ts';

/** Other terms for an order that rests, as their bytes say them, on the way to a venue. */
export interface LeavingAmendment {
  /** One of the two names it: the other is '' or NaN. */
  readonly clientId: string;
  readonly orderId: number;
  /** Decimal texts; the price is empty where it stays. The quantity is that in all. */
  readonly quantity: string;
  readonly price: string;
}

/** Null for whatever amends nothing. It knows nothing of the code that writes amendments. */
export type AmendmentReader = (sent: Outgoing) => LeavingAmendment | null;

const binance: AmendmentReader = (sent) => {
  if (typeof sent !== 'string' || !sent.includes('"order.amend.keepPriority"')) return null;
  const params = paramsOf(sent);
  return named(String(params['origClientOrderId']), String(params['newQty']), '');
};

const usdm: AmendmentReader = (sent) => {
  if (typeof sent !== 'string' || !sent.includes('"order.modify"')) return null;
  const { origClientOrderId, quantity, price } = paramsOf(sent);
  return named(String(origClientOrderId), String(quantity), String(price));
};

const kraken: AmendmentReader = (sent) => {
  if (typeof sent !== 'string' || !sent.includes('"amend_order"')) return null;
  // Its numbers are read as they are written.
  const [, quantity = ''] = /"order_qty":([\d.]+)/.exec(sent) ?? [];
  const [, price = ''] = /"limit_price":([\d.]+)/.exec(sent) ?? [];
  return named(clientIdOf(String(paramsOf(sent)['cl_ord_id'])), quantity, price);
};

const coinbase: AmendmentReader = (sent) => {
  if (typeof sent === 'string' || !sent.url.endsWith('/brokerage/orders/edit')) return null;
  const { order_id, size, price } = JSON.parse(sent.body ?? '{}') as Params;
  const orderId = orderIdOf(String(order_id));
  return { clientId: '', orderId, quantity: String(size), price: String(price) };
};

/** How the amendments of each kind of venue are told from everything else that leaves. */
export const AMENDMENT_READERS: Readonly<Record<VenueKindName, AmendmentReader>> = {
  binance,
  'binance-usdm': usdm,
  kraken,
  coinbase,
};

type Params = Readonly<Record<string, unknown>>;

function paramsOf(frame: string): Params {
  return (JSON.parse(frame) as { readonly params: Params }).params;
}

function named(clientId: string, quantity: string, price: string): LeavingAmendment {
  return { clientId, orderId: Number.NaN, quantity, price };
}
