import { amountOf, lotsOf, millisOf, nanosOf, ticksOf } from '../../../src/core/units.ts';
import {
  applyOrderEvent,
  type Fill,
  type OrderEvent,
  type OrderIntent,
  type OrderRecord,
  submitted,
} from '../../../src/execution/order.ts';

/** Whatever can become of an order that was submitted. */
export type LaterEvent = Exclude<OrderEvent, { kind: 'order-submitted' }>;

/** Parts of a thing with plain numbers where it has branded ones. */
type Plain<Thing, Numbers extends keyof Thing, Bigints extends keyof Thing = never> = Partial<
  Omit<Thing, Numbers | Bigints> & Record<Numbers, number> & Record<Bigints, bigint>
>;
export type OrderParts = Plain<OrderIntent, 'ticks' | 'lots' | 'deadlineNs'>;
export type FillParts = Plain<Fill, 'ticks' | 'lots', 'quote' | 'fee'>;

/** A limit order to buy 100 lots at tick 6,000,000 that is never late. */
export function anOrder(parts: OrderParts = {}): OrderIntent {
  const { ticks = 6_000_000, lots = 100, deadlineNs = Number.MAX_SAFE_INTEGER, ...rest } = parts;
  return {
    clientId: 'desk-1-mm-1',
    strategy: 'mm',
    venue: 'binance',
    instrument: 0,
    side: 'buy',
    kind: 'limit',
    timeInForce: 'gtc',
    isPostOnly: false,
    isReduceOnly: false,
    ticks: ticksOf(ticks),
    lots: lotsOf(lots),
    epoch: 1,
    decidedNs: nanosOf(0),
    deadlineNs: nanosOf(deadlineNs),
    ...rest,
  };
}

/** A fill of 40 lots at tick 6,000,000 of `anOrder`, worth 24 in quote, free of fees. */
export function aFill(parts: FillParts = {}): Fill {
  const { ticks = 6_000_000, lots = 40, quote = 2_400_000_000n, fee = 0n, ...rest } = parts;
  return {
    tradeId: '1',
    ticks: ticksOf(ticks),
    lots: lotsOf(lots),
    quote: amountOf(quote),
    fee: amountOf(fee),
    feeAsset: 'USDT',
    isMaker: true,
    venueMs: millisOf(1_700_000_000_000),
    ...rest,
  };
}

/** The record of an order after these events. */
export function aRecord(order: OrderIntent, ...events: readonly LaterEvent[]): OrderRecord {
  return events.reduce((record, event) => applyOrderEvent(record, event).record, submitted(order));
}
