import { type Instrument, priceText, quantityText } from '../../../../core/instrument.ts';
import { assert } from '../../../../core/result.ts';
import type { NativeOrders } from '../../../../execution/native/native-orders.ts';
import type { ApprovedOrder } from '../../../../risk/approved-order.ts';
import { type ApiKey, signedRequest } from '../../sign.ts';
import { ALGO_TYPES } from './algo-order.ts';

/** What the service for conditional orders keeps. */
export const FUTURES_NATIVES: NativeOrders = {
  triggers: new Set(['stop', 'stop-limit', 'take-profit', 'take-profit-limit', 'trailing-stop']),
  icebergPartsMax: 0,
};

/** The mark, so that one print at a bad price wakes nothing. */
const WORKING_TYPE = 'MARK_PRICE';
const BIPS_PER_PERCENT = 100;

/** How an order is written on this venue's wire, whatever it waits for. */
export interface OrderWords {
  readonly side: string;
  /** Of a limit order. */
  readonly lasts: string;
  readonly selfTradePrevention: string;
}

/**
 * Places an order that waits for its trigger. Since December 2025 the order endpoint refuses it
 * (-4120): it goes to a service of its own, which hands a plain order to the matching engine when
 * the trigger has woken it. The margin is checked then, not now.
 */
export function algoRequest(
  key: ApiKey,
  receiveWindowMs: number,
  order: ApprovedOrder,
  instrument: Instrument,
  requestId: string,
  nowMs: number,
  words: OrderWords,
): string {
  const { trigger, kind } = order;
  assert(trigger !== undefined && trigger.kind !== 'pair', 'the service keeps such an order');
  const isLimit = kind === 'limit';
  const isTrailing = trigger.kind === 'trailing-stop';
  const fields: readonly (readonly [name: string, value: string | number | null])[] = [
    [
      'activatePrice',
      isTrailing && trigger.ticks > 0 ? priceText(instrument, trigger.ticks) : null,
    ],
    ['algoType', 'CONDITIONAL'],
    ['apiKey', key.id],
    ['callbackRate', isTrailing ? String(trigger.bips / BIPS_PER_PERCENT) : null],
    ['clientAlgoId', order.clientId],
    ['newOrderRespType', 'ACK'],
    ['price', isLimit ? priceText(instrument, order.ticks) : null],
    ['quantity', quantityText(instrument, order.lots)],
    ['recvWindow', receiveWindowMs],
    ['reduceOnly', order.isReduceOnly ? 'true' : null],
    ['selfTradePreventionMode', words.selfTradePrevention],
    ['side', words.side],
    ['symbol', instrument.symbol],
    ['timeInForce', isLimit ? words.lasts : null],
    ['timestamp', nowMs],
    ['triggerPrice', isTrailing ? null : priceText(instrument, trigger.ticks)],
    ['type', ALGO_TYPES[trigger.kind][kind]],
    ['workingType', WORKING_TYPE],
  ];
  const sent = fields.filter((field): field is [string, string | number] => field[1] !== null);
  const names = sent.map(([name]) => name);
  const values = sent.map(([, value]) => value);
  return signedRequest(key, requestId, 'algoOrder.place', names, values);
}
