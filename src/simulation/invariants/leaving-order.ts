import type { Side } from '../../execution/order.ts';
import type { VenueKindName } from '../../venues/kinds/venue-kinds.ts';
import { clientIdOf } from '../../venues/kraken/wire/client-id.ts';
import type { Outgoing } from '../../venues/port.ts';

/** An order as its bytes say it, on the way to a venue. */
export interface LeavingOrder {
  readonly clientId: string;
  readonly side: Side;
  /** Decimal texts; the price is empty for a market order. */
  readonly quantity: string;
  readonly price: string;
}

/** Null for whatever places no order. It knows nothing of the code that writes orders. */
export type OrderReader = (sent: Outgoing) => LeavingOrder | null;

const binance: OrderReader = (sent) => {
  if (typeof sent !== 'string') return null;
  const isPair = sent.includes('"orderList.place.oco"');
  if (!isPair && !sent.includes('"order.place"')) return null;
  // The target of a pair has the price and the name of the desk's order.
  const target = wordAt(sent, 'aboveType') === 'LIMIT_MAKER' ? 'above' : 'below';
  return {
    clientId: wordAt(sent, isPair ? `${target}ClientOrderId` : 'newClientOrderId'),
    side: wordAt(sent, 'side') === 'BUY' ? 'buy' : 'sell',
    quantity: wordAt(sent, 'quantity'),
    price: wordAt(sent, isPair ? `${target}Price` : 'price'),
  };
};

const kraken: OrderReader = (sent) => {
  if (typeof sent !== 'string' || !sent.includes('"add_order"')) return null;
  return {
    clientId: clientIdOf(wordAt(sent, 'cl_ord_id')),
    side: wordAt(sent, 'side') === 'buy' ? 'buy' : 'sell',
    quantity: /"order_qty":([\d.]+)/.exec(sent)?.[1] ?? '',
    price: /"limit_price":([\d.]+)/.exec(sent)?.[1] ?? '',
  };
};

const coinbase: OrderReader = (sent) => {
  if (typeof sent === 'string' || sent.method !== 'POST') return null;
  if (!sent.url.endsWith('/brokerage/orders')) return null;
  const body = sent.body ?? '';
  return {
    clientId: wordAt(body, 'client_order_id'),
    side: wordAt(body, 'side') === 'BUY' ? 'buy' : 'sell',
    quantity: wordAt(body, 'base_size'),
    price: wordAt(body, 'limit_price'),
  };
};

/** How the orders of each kind of venue are told from everything else that leaves. */
export const ORDER_READERS: Readonly<Record<VenueKindName, OrderReader>> = {
  binance,
  'binance-usdm': binance,
  kraken,
  coinbase,
};

function wordAt(text: string, name: string): string {
  const from = text.indexOf(`"${name}":"`);
  if (from < 0) return '';
  const start = from + name.length + 4;
  return text.slice(start, text.indexOf('"', start));
}
