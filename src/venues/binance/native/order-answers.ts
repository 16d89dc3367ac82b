import { type Instrument, lotsBelow, ticksBelow } from '../../../core/instrument.ts';
import type { Lots } from '../../../core/units.ts';
import type { Trigger } from '../../../execution/order.ts';
import type { VenueOrder } from '../../../execution/report.ts';
import { objectIn, textOf, WireFault, type WireObject, wholeOf } from '../wire.ts';
import { isStopName, orderNameOf } from './pair-names.ts';

/** An order of Binance spot as the venue has it: alone, or one leg of a list. */
export interface Leg {
  readonly order: VenueOrder;
  /** -1 when it is in no list. */
  readonly listId: number;
}

/** Adds to an order what the venue keeps of it. @throws WireFault */
export function legIn(value: unknown, plain: VenueOrder, instrument: Instrument): Leg {
  const wire = objectIn(value, 'order');
  const listId = 'orderListId' in wire ? wholeOf(wire, 'orderListId') : -1;
  const shownLots = lotsIn(wire, instrument);
  const shown = shownLots > 0 ? { ...plain, shownLots } : plain;
  const trigger = triggerIn(wire, instrument);
  if (trigger === null) return { order: shown, listId };
  const kind = textOf(wire, 'type').endsWith('_LIMIT') ? 'limit' : 'market';
  const isWaiting = plain.state === 'open' && wire['isWorking'] === false;
  return { order: { ...shown, kind, trigger, isWaiting }, listId };
}

function lotsIn(wire: WireObject, instrument: Instrument): Lots {
  const lots = 'icebergQty' in wire ? lotsBelow(instrument, textOf(wire, 'icebergQty')) : 0;
  if (!Number.isNaN(lots)) return lots as Lots;
  throw new WireFault(`icebergQty: found ${wire['icebergQty']}, wanted a decimal`);
}

function triggerIn(wire: WireObject, instrument: Instrument): Trigger | null {
  const type = textOf(wire, 'type');
  const isStop = type.startsWith('STOP_LOSS');
  if (!isStop && !type.startsWith('TAKE_PROFIT')) return null;
  const ticks = ticksBelow(instrument, 'stopPrice' in wire ? textOf(wire, 'stopPrice') : '0');
  if (Number.isNaN(ticks)) {
    throw new WireFault(`stopPrice: found ${wire['stopPrice']}, wanted a decimal`);
  }
  const bips = 'trailingDelta' in wire ? wholeOf(wire, 'trailingDelta') : 0;
  if (bips > 0) return { kind: 'trailing-stop', ticks, bips };
  return { kind: isStop ? 'stop' : 'take-profit', ticks };
}

/** Makes one order of the two legs of each pair; what is in no list stays as it is. */
export function pairedUp(legs: readonly Leg[]): readonly VenueOrder[] {
  const pairs = new Map<string, Leg[]>();
  for (const leg of legs) {
    const { symbol, clientId, venueOrderId } = leg.order;
    const key = leg.listId < 0 ? venueOrderId : `${symbol} ${leg.listId} ${orderNameOf(clientId)}`;
    pairs.set(key, [...(pairs.get(key) ?? []), leg]);
  }
  return [...pairs.values()].map(pairOf);
}

/**
 * The desk's order behind one leg or both. The legs never trade both: the first trade of one ends
 * the other.
 */
export function pairOf([first, second]: readonly Leg[]): VenueOrder {
  const { order, listId } = first as Leg;
  if (listId < 0) return order;
  const named = { ...order, clientId: orderNameOf(order.clientId) };
  if (second === undefined) return named;
  const [target, stop] = isStopName(order.clientId) ? [second.order, order] : [order, second.order];
  const filledLots = (target.filledLots + stop.filledLots) as Lots;
  const isWoken = stop.filledLots > 0 || (stop.state === 'open' && stop.isWaiting === false);
  const pair = {
    ...target,
    clientId: named.clientId,
    venueOrderId: isWoken ? stop.venueOrderId : target.venueOrderId,
    filledLots,
    state: stateOf(target, stop, filledLots),
  };
  // Once the target has traded the stop is gone, and nothing waits that could wake.
  if (stop.trigger === undefined || !(isWoken || stop.isWaiting === true)) return pair;
  const trigger = { kind: 'pair', ticks: stop.trigger.ticks } as const;
  return { ...pair, trigger, isWaiting: !isWoken };
}

/** A cancellation of one leg ends both; that one has expired says only that the other lives. */
function stateOf(target: VenueOrder, stop: VenueOrder, filledLots: Lots): VenueOrder['state'] {
  const states = [target.state, stop.state];
  if (states.includes('open')) return 'open';
  if (filledLots >= target.lots) return 'filled';
  if (states.includes('canceled')) return 'canceled';
  return states.includes('rejected') ? 'rejected' : 'expired';
}
