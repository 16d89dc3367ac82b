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
  /** The price that wakes it or its stop; empty where none is named. */
  readonly trigger: string;
  /** What the book is to show of it at a time; empty for all. */
  readonly shown: string;
}

/** Null for whatever places no order. It knows nothing of the code that writes orders. */
export type OrderReader = (sent: Outgoing) => LeavingOrder | null;

const binance: OrderReader = (sent) => {
  if (typeof sent !== 'string') return null;
  if (sent.includes('"orderList.place.oco"')) return pairIn(sent);
  return sent.includes('"order.place"')
    ? binanceOrderIn(sent, 'newClientOrderId', 'stopPrice')
    : null;
};

/** Conditional orders go to a service of their own, with names of its own. */
const usdm: OrderReader = (sent) => {
  if (typeof sent !== 'string') return null;
  if (!sent.includes('"algoOrder.place"')) return binance(sent);
  const wakesAt = wordAt(sent, 'triggerPrice') === '' ? 'activatePrice' : 'triggerPrice';
  return binanceOrderIn(sent, 'clientAlgoId', wakesAt);
};

function binanceOrderIn(sent: string, name: string, trigger: string): LeavingOrder {
  return {
    clientId: wordAt(sent, name),
    side: wordAt(sent, 'side') === 'BUY' ? 'buy' : 'sell',
    quantity: wordAt(sent, 'quantity'),
    price: wordAt(sent, 'price'),
    trigger: wordAt(sent, trigger),
    shown: wordAt(sent, 'icebergQty'),
  };
}

/** Of a pair the limb that rests has the order's own id. */
function pairIn(sent: string): LeavingOrder {
  const isAbove = wordAt(sent, 'aboveType') === 'LIMIT_MAKER';
  const [target, stop] = isAbove ? ['above', 'below'] : ['below', 'above'];
  return {
    clientId: wordAt(sent, `${target}ClientOrderId`),
    side: wordAt(sent, 'side') === 'BUY' ? 'buy' : 'sell',
    quantity: wordAt(sent, 'quantity'),
    price: wordAt(sent, `${target}Price`),
    trigger: wordAt(sent, `${stop}StopPrice`),
    shown: wordAt(sent, `${target}IcebergQty`),
  };
}

const kraken: OrderReader = (sent) => {
  if (typeof sent !== 'string' || !sent.includes('"add_order"')) return null;
  const isStatic = sent.includes('"price_type":"static"');
  return {
    clientId: clientIdOf(wordAt(sent, 'cl_ord_id')),
    side: wordAt(sent, 'side') === 'buy' ? 'buy' : 'sell',
    quantity: numberAt(sent, 'order_qty'),
    price: numberAt(sent, 'limit_price'),
    // One that trails is given as a share of the price.
    trigger: isStatic ? numberAt(sent, 'price') : '',
    shown: numberAt(sent, 'display_qty'),
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
    trigger: wordAt(body, 'stop_price') || wordAt(body, 'stop_trigger_price'),
    shown: '',
  };
};

/** How the orders of each kind of venue are told from everything else that leaves. */
export const ORDER_READERS: Readonly<Record<VenueKindName, OrderReader>> = {
  binance,
  'binance-usdm': usdm,
  kraken,
  coinbase,
};

function wordAt(text: string, name: string): string {
  const from = text.indexOf(`"${name}":"`);
  if (from < 0) return '';
  const start = from + name.length + 4;
  return text.slice(start, text.indexOf('"', start));
}

/** Kraken's numbers are not quoted. */
function numberAt(text: string, name: string): string {
  return new RegExp(`"${name}":([\\d.]+)`).exec(text)?.[1] ?? '';
}
