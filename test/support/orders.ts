import { amountOf, lotsOf, millisOf, nanosOf, ticksOf } from '../../src/core/units.ts';
import type { Fill, OrderIntent } from '../../src/execution/order.ts';

/** A limit order to buy 100 lots at tick 6,000,000 that is never late. */
export function anOrder(parts: Partial<OrderIntent> = {}): OrderIntent {
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
    ticks: ticksOf(6_000_000),
    lots: lotsOf(100),
    epoch: 1,
    decidedNs: nanosOf(0),
    deadlineNs: nanosOf(Number.MAX_SAFE_INTEGER),
    ...parts,
  };
}

/** A fill of 40 lots at tick 6,000,000 of `anOrder`, worth 24 in quote, free of fees. */
export function aFill(parts: Partial<Fill> = {}): Fill {
  return {
    tradeId: '1',
    ticks: ticksOf(6_000_000),
    lots: lotsOf(40),
    quote: amountOf(2_400_000_000n),
    fee: amountOf(0n),
    feeAsset: 'USDT',
    isMaker: true,
    venueMs: millisOf(1_700_000_000_000),
    ...parts,
  };
}
