import { anInstrument } from '../trade/instruments.ts';

/** BTC-USD as Coinbase lists it. */
export const BTC = anInstrument({
  index: 0,
  venue: 'coinbase',
  symbol: 'BTC-USD',
  quote: 'USD',
  tick: '0.01',
  lot: '0.00000001',
});
export const ETH = anInstrument({
  index: 1,
  venue: 'coinbase',
  symbol: 'ETH-USD',
  base: 'ETH',
  quote: 'USD',
  tick: '0.01',
  lot: '0.00000001',
});

const SENT = '2026-04-07T14:30:02.789012Z';

/** A frame of a channel, as an object. */
export function aFrame(channel: string, sequence: number, ...events: readonly object[]) {
  return { channel, client_id: '', timestamp: SENT, sequence_num: sequence, events };
}

export const SENT_MS = Date.UTC(2026, 3, 7, 14, 30, 2, 789);

/** An event of `l2_data`: `['bid', '100.00', '1']`, and so on. */
export function aBookEvent(
  type: 'snapshot' | 'update',
  levels: readonly (readonly [side: string, price: string, quantity: string])[],
  product = 'BTC-USD',
) {
  return {
    type,
    product_id: product,
    updates: levels.map(([side, price_level, new_quantity]) => ({
      side,
      event_time: '1970-01-01T00:00:00Z',
      price_level,
      new_quantity,
    })),
  };
}

export function aHeartbeat(sequence: number, counter: number) {
  return aFrame('heartbeats', sequence, { current_time: SENT, heartbeat_counter: counter });
}

export function bytesOf(frame: object | string): Uint8Array {
  return new TextEncoder().encode(typeof frame === 'string' ? frame : JSON.stringify(frame));
}
