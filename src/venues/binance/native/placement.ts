import { type Instrument, priceText, quantityText } from '../../../core/instrument.ts';
import type { Ticks } from '../../../core/units.ts';
import type { NativeOrders } from '../../../execution/native/native-orders.ts';
import type { OrderIntent, Trigger } from '../../../execution/order.ts';
import { type ApiKey, signedRequest } from '../sign.ts';
import { listNameOf, stopNameOf } from './pair-names.ts';

/** `ICEBERG_PARTS`, which is the same in every market of Binance spot. */
const ICEBERG_PARTS_MAX = 10;

/** What Binance spot keeps by itself. */
export const SPOT_NATIVES: NativeOrders = {
  triggers: new Set([
    'stop',
    'stop-limit',
    'take-profit',
    'take-profit-limit',
    'trailing-stop',
    'pair',
  ]),
  icebergPartsMax: ICEBERG_PARTS_MAX,
};

/** Our orders never trade with each other: the one that would take is expired. */
export const SELF_TRADE_PREVENTION = 'EXPIRE_TAKER';
export const TIME_IN_FORCE = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK' } as const;

export interface PlacementAccess {
  readonly key: ApiKey;
  readonly receiveWindowMs: number;
}

/** Whether the venue has more to do with an order than to work it at once. */
export function isNative({ trigger, shownLots }: OrderIntent): boolean {
  return trigger !== undefined || shownLots !== undefined;
}

/** The request that places an order which the venue keeps: one order, or a list of two. */
export function nativePlacement(
  { key, receiveWindowMs }: PlacementAccess,
  order: OrderIntent,
  instrument: Instrument,
  requestId: string,
  nowMs: number,
): string {
  const isPair = order.trigger?.kind === 'pair';
  const fields: Fields = {
    apiKey: key.id,
    newOrderRespType: 'ACK',
    quantity: quantityText(instrument, order.lots),
    recvWindow: receiveWindowMs,
    selfTradePreventionMode: SELF_TRADE_PREVENTION,
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    symbol: instrument.symbol,
    timestamp: nowMs,
    ...(isPair ? pairFields(order, instrument) : singleFields(order, instrument)),
  };
  const names = Object.keys(fields).sort();
  const values = names.map((name) => fields[name] as string | number);
  const method = isPair ? 'orderList.place.oco' : 'order.place';
  return signedRequest(key, requestId, method, names, values);
}

type Fields = Readonly<Record<string, string | number>>;

function singleFields(order: OrderIntent, instrument: Instrument): Fields {
  const { clientId, kind, ticks, timeInForce, trigger, shownLots, isPostOnly } = order;
  const lasts: Fields = isPostOnly ? {} : { timeInForce: TIME_IN_FORCE[timeInForce] };
  const price: Fields = kind === 'market' ? {} : { price: priceText(instrument, ticks), ...lasts };
  return {
    newClientOrderId: clientId,
    ...price,
    ...(shownLots === undefined ? {} : { icebergQty: quantityText(instrument, shownLots) }),
    ...(trigger === undefined
      ? { type: isPostOnly ? 'LIMIT_MAKER' : 'LIMIT' }
      : { type: typeOf(trigger, kind), ...triggerFields(instrument, trigger) }),
  };
}

/**
 * A trailing stop that begins at a price begins in its favour, which Binance calls a take-profit;
 * from then on the two types follow the price alike.
 */
function typeOf(trigger: Trigger, kind: OrderIntent['kind']): string {
  const isTrailing = trigger.kind === 'trailing-stop';
  const isFavourable = isTrailing ? trigger.ticks > 0 : trigger.kind === 'take-profit';
  return `${isFavourable ? 'TAKE_PROFIT' : 'STOP_LOSS'}${kind === 'limit' ? '_LIMIT' : ''}`;
}

function triggerFields(instrument: Instrument, trigger: Trigger): Fields {
  const { ticks } = trigger;
  return {
    ...(ticks > 0 ? { stopPrice: priceText(instrument, ticks) } : {}),
    ...(trigger.kind === 'trailing-stop' ? { trailingDelta: trigger.bips } : {}),
  };
}

/** The target lies in the order's favour, above for a sell, and the stop on the other side. */
function pairFields(
  { clientId, side, ticks, trigger, shownLots }: OrderIntent,
  instrument: Instrument,
): Fields {
  const [target, stop] = side === 'sell' ? ['above', 'below'] : ['below', 'above'];
  const stopTicks = trigger?.ticks as Ticks;
  return {
    listClientOrderId: listNameOf(clientId),
    [`${target}ClientOrderId`]: clientId,
    [`${target}Type`]: 'LIMIT_MAKER',
    [`${target}Price`]: priceText(instrument, ticks),
    ...(shownLots === undefined
      ? {}
      : { [`${target}IcebergQty`]: quantityText(instrument, shownLots) }),
    [`${stop}ClientOrderId`]: stopNameOf(clientId),
    [`${stop}Type`]: 'STOP_LOSS',
    [`${stop}StopPrice`]: priceText(instrument, stopTicks),
  };
}
