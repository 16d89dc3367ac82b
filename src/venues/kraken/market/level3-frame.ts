import { arrayIn, objectIn, textOf, WireFault, wholeOf } from '../../binance/wire.ts';
import { timeStampMs } from '../../market/time-stamp.ts';

/** One order of a `level3` frame; price and size are decimal texts as the wire has them. */
export interface Level3Order {
  readonly event: 'add' | 'modify' | 'delete';
  readonly orderId: string;
  readonly price: string;
  readonly quantity: string;
  /** Venue time of its insertion or of the event, in ms. */
  readonly ms: number;
}

export interface Level3Frame {
  readonly symbol: string;
  readonly checksum: number;
  readonly bids: readonly Level3Order[];
  readonly asks: readonly Level3Order[];
}

/** Orders of a side in one frame; the deepest subscription has 1,000 levels. */
const ORDERS_MAX = 65_536;

/** @throws WireFault when anything is missing or of another kind */
export function level3In(data: unknown): Level3Frame {
  const [first, second] = arrayIn(data, 'data');
  if (second !== undefined) throw new WireFault('data: found two books, wanted one');
  const frame = objectIn(first, 'book');
  return {
    symbol: textOf(frame, 'symbol'),
    checksum: wholeOf(frame, 'checksum'),
    bids: ordersIn(frame['bids'], 'bids'),
    asks: ordersIn(frame['asks'], 'asks'),
  };
}

function ordersIn(value: unknown, side: string): readonly Level3Order[] {
  const orders = arrayIn(value ?? [], side);
  if (orders.length > ORDERS_MAX) throw new WireFault(`${side}: more than ${ORDERS_MAX} orders`);
  return orders.map((entry) => {
    const order = objectIn(entry, side);
    const ms = timeStampMs(textOf(order, 'timestamp'));
    if (Number.isNaN(ms)) throw new WireFault('timestamp: found no time in RFC 3339');
    return {
      // Orders of a snapshot have no event: they are there.
      event: eventOf(order['event'] ?? 'add'),
      orderId: textOf(order, 'order_id'),
      price: textOf(order, 'limit_price'),
      quantity: textOf(order, 'order_qty'),
      ms,
    };
  });
}

function eventOf(value: unknown): Level3Order['event'] {
  if (value === 'add' || value === 'modify' || value === 'delete') return value;
  throw new WireFault('event: wanted add, modify or delete');
}
