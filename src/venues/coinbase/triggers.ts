import { type Instrument, priceText, quantityText, ticksBelow } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import type { NativeOrders } from '../../execution/native/native-orders.ts';
import type { OrderIntent, Side, Trigger } from '../../execution/order.ts';
import { textOf, type WireObject } from '../binance/wire.ts';

/**
 * What the venue keeps by itself. Its stops wake at the last trade and become limit orders; the
 * stop of a pair gets its limit from the venue, 5 % behind the price that wakes it. It has neither
 * stops without a limit nor trailing stops nor icebergs.
 */
export const COINBASE_NATIVES: NativeOrders = {
  triggers: new Set(['stop-limit', 'take-profit-limit', 'pair']),
  icebergPartsMax: 0,
};

const UP = 'STOP_DIRECTION_STOP_UP';
const DOWN = 'STOP_DIRECTION_STOP_DOWN';

/** The `order_configuration` of an order that waits, as JSON text. */
export function triggerText(order: OrderIntent, trigger: Trigger, instrument: Instrument): string {
  const { kind, side, timeInForce, isPostOnly } = order;
  assert(kind === 'limit' && trigger.kind !== 'trailing-stop', 'only what is kept is placed');
  assert(timeInForce === 'gtc' && !isPostOnly, 'what waits rests until it is cancelled, and takes');
  const size = `"base_size":"${quantityText(instrument, order.lots)}"`;
  const limit = `${size},"limit_price":"${priceText(instrument, order.ticks)}"`;
  const at = priceText(instrument, trigger.ticks);
  if (trigger.kind === 'pair') {
    return `{"trigger_bracket_gtc":{${limit},"stop_trigger_price":"${at}"}}`;
  }
  const direction = (trigger.kind === 'stop') === (side === 'buy') ? UP : DOWN;
  const stop = `"stop_price":"${at}","stop_direction":"${direction}"`;
  return `{"stop_limit_stop_limit_gtc":{${limit},${stop}}}`;
}

/**
 * What an order of the history waits for, or has waited for.
 *
 * @param name of its configuration
 * @returns undefined for an order that works at once, and for one of somebody else that does not
 *   say which way it waits: a list of open orders is read all the same
 */
export function triggerIn(
  name: string,
  terms: WireObject,
  side: Side,
  instrument: Instrument,
): Trigger | undefined {
  if (name.startsWith('trigger_bracket')) {
    return { kind: 'pair', ticks: ticksBelow(instrument, textOf(terms, 'stop_trigger_price')) };
  }
  if (!name.startsWith('stop_limit')) return undefined;
  const { stop_direction: direction } = terms;
  if (direction !== UP && direction !== DOWN) return undefined;
  const isAgainst = (direction === UP) === (side === 'buy');
  const ticks = ticksBelow(instrument, textOf(terms, 'stop_price'));
  return { kind: isAgainst ? 'stop' : 'take-profit', ticks };
}

/** Whether the trigger of an order has not woken yet; undefined where the venue does not say. */
export function isWaitingIn(order: WireObject): boolean | undefined {
  const status = order['trigger_status'];
  if (status === 'STOP_PENDING') return true;
  return status === 'STOP_TRIGGERED' ? false : undefined;
}
