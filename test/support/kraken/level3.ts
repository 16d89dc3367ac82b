import { crc32 } from 'node:zlib';

/** An order as texts with all the decimals of the wire. */
export interface OrderText {
  readonly id: string;
  readonly price: string;
  readonly size: string;
  /** Left out in a snapshot. */
  readonly event?: 'add' | 'modify' | 'delete';
}

/** What the venue's page says of the checksum, over orders by price and then by time. */
export function level3Checksum(asks: readonly OrderText[], bids: readonly OrderText[]): number {
  const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');
  const top = (side: readonly OrderText[]): readonly OrderText[] => {
    const prices = [...new Set(side.map(({ price }) => price))].slice(0, 10);
    return side.filter(({ price }) => prices.includes(price));
  };
  const orders = [...top(asks), ...top(bids)];
  return crc32(orders.map(({ price, size }) => digits(price) + digits(size)).join(''));
}

/** A frame as the venue writes it. */
export function level3Frame(
  type: 'snapshot' | 'update',
  book: {
    readonly asks?: readonly OrderText[];
    readonly bids?: readonly OrderText[];
    readonly checksum: number;
    readonly symbol?: string;
  },
): string {
  const side = (orders: readonly OrderText[] = []): string => {
    const written = orders.map(({ id, price, size, event }) => {
      const named = event === undefined ? '' : `"event":"${event}",`;
      const order = `"order_id":"${id}","limit_price":${price},"order_qty":${size}`;
      return `{${named}${order},"timestamp":"2024-01-15T11:59:58.279389650Z"}`;
    });
    return `[${written.join(',')}]`;
  };
  const { checksum, symbol = 'BTC/USD' } = book;
  const sides = `"bids":${side(book.bids)},"asks":${side(book.asks)}`;
  const data = `{"symbol":"${symbol}","checksum":${checksum},${sides}}`;
  return `{"channel":"level3","type":"${type}","data":[${data}]}`;
}
