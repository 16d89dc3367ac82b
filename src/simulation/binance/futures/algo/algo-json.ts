import { formatDecimal } from '../../../../core/decimal.ts';
import { assert } from '../../../../core/result.ts';
import { isOpen, type VenueOrder, type VenueTrigger } from '../../../exchange/orders.ts';
import type { ExchangeEvent } from '../../../exchange/port.ts';
import { PREVENTIONS, type Wire } from '../../requests/order-json.ts';
import { averageText, TYPES, timeInForceText } from '../json.ts';

/** The service numbers its orders apart from those of the matching engine. */
const ALGO_IDS_FROM = 100_000_000_000_000;
const BIPS_DECIMALS = 2;
const REDUCE_ONLY = 'Reduce Only reject';
const NO_MARGIN = 'Margin is insufficient.';

/** An order that was given to the service for conditional orders, waiting or woken. */
export interface AlgoOrder extends VenueOrder {
  readonly trigger: VenueTrigger;
}

export type AlgoStatus =
  | 'NEW'
  | 'CANCELED'
  | 'EXPIRED'
  | 'REJECTED'
  | 'TRIGGERING'
  | 'TRIGGERED'
  | 'FINISHED';

export function isAlgo(order: VenueOrder): order is AlgoOrder {
  return order.trigger !== undefined;
}

/** Whether an order is one of the matching engine's: it has woken, or never waited. */
export function isMade(order: VenueOrder): boolean {
  return order.trigger === undefined || (order.wokenMs !== undefined && !isRejected(order));
}

/** Whether nothing was made of an order when it woke: nothing left to reduce, or no margin. */
function isRejected({ wokenMs, updatedMs, status, filledLots }: VenueOrder): boolean {
  return status === 'expired' && filledLots === 0 && wokenMs === updatedMs;
}

/** Numbers of the orders of which nothing is made in the course of these events. */
export function rejectedIn(events: readonly ExchangeEvent[]): ReadonlySet<number> {
  const rejected = new Set<number>();
  for (const event of events) {
    if (event.kind !== 'executed' || !isAlgo(event.order)) continue;
    if (isRejected(event.order)) rejected.add(event.order.orderId);
  }
  return rejected;
}

export function algoIdOf({ orderId }: VenueOrder): number {
  return ALGO_IDS_FROM + orderId;
}

/** The number of the order behind an id of the service. */
export function orderIdOf(algoId: number): number {
  return algoId - ALGO_IDS_FROM;
}

export function algoStatus(order: AlgoOrder): AlgoStatus {
  if (isRejected(order)) return 'REJECTED';
  if (order.wokenMs !== undefined) return isOpen(order) ? 'TRIGGERED' : 'FINISHED';
  if (isOpen(order)) return 'NEW';
  return order.status === 'canceled' ? 'CANCELED' : 'EXPIRED';
}

/** What an order was asked for as. */
export function algoType({ trigger, side, type }: AlgoOrder): string {
  if (trigger.trail !== null) return 'TRAILING_STOP_MARKET';
  const isStop = (side === 'buy') === (trigger.direction === 'rises-to');
  const kind = isStop ? 'STOP' : 'TAKE_PROFIT';
  return type === 'market' ? `${kind}_MARKET` : kind;
}

export function workingType({ trigger }: AlgoOrder): string {
  return trigger.reference === 'mark' ? 'MARK_PRICE' : 'CONTRACT_PRICE';
}

/** How long it lasts, once it has woken: one at the market is written as the client may. */
export function lastsText(order: AlgoOrder): string {
  return order.type === 'market' ? 'GTC' : timeInForceText(order);
}

/** An order, in every answer of the service that shows one. */
export function algoJson(wire: Wire, order: AlgoOrder) {
  const isWoken = isMade(order);
  const { trigger } = order;
  const isTrailing = trigger.trail !== null;
  return {
    algoId: algoIdOf(order),
    clientAlgoId: order.clientId,
    algoType: 'CONDITIONAL',
    orderType: algoType(order),
    symbol: order.symbol,
    side: order.side.toUpperCase(),
    positionSide: 'BOTH',
    timeInForce: lastsText(order),
    quantity: wire.quantity(order.lots),
    algoStatus: algoStatus(order),
    actualOrderId: isWoken ? String(order.orderId) : '',
    actualPrice: averageText(wire, order),
    actualQty: wire.quantity(order.filledLots),
    actualType: isWoken ? TYPES[order.type] : '',
    triggerPrice: wire.price(isTrailing ? 0 : trigger.ticks),
    price: wire.price(order.ticks),
    icebergQuantity: null,
    ...(isTrailing && {
      activatePrice: wire.price(trigger.ticks),
      callbackRate: callbackRate(order),
    }),
    selfTradePreventionMode: PREVENTIONS[order.selfTradePrevention],
    workingType: workingType(order),
    priceMatch: 'NONE',
    closePosition: false,
    priceProtect: false,
    reduceOnly: order.isReduceOnly === true,
    createTime: order.createdMs,
    updateTime: order.updatedMs,
    triggerTime: order.wokenMs ?? 0,
    goodTillDate: 0,
  };
}

/** An order as `ALGO_UPDATE` shows it. */
export function algoUpdate(wire: Wire, order: AlgoOrder, status: AlgoStatus) {
  const isMadeKnown = status === 'TRIGGERED' || status === 'FINISHED';
  return {
    caid: order.clientId,
    aid: algoIdOf(order),
    at: 'CONDITIONAL',
    o: algoType(order),
    s: order.symbol,
    S: order.side.toUpperCase(),
    ps: 'BOTH',
    f: lastsText(order),
    q: wire.quantity(order.lots),
    X: status,
    ai: isMadeKnown ? String(order.orderId) : '',
    ap: averageText(wire, order),
    aq: wire.quantity(order.filledLots),
    act: isMadeKnown ? TYPES[order.type] : '0',
    tp: wire.price(order.trigger.trail === null ? order.trigger.ticks : 0),
    p: wire.price(order.ticks),
    V: PREVENTIONS[order.selfTradePrevention],
    wt: workingType(order),
    pm: 'NONE',
    cp: false,
    pP: false,
    R: order.isReduceOnly === true,
    tt: order.wokenMs ?? 0,
    gtd: 0,
    ...(status === 'REJECTED' && { rm: order.isReduceOnly ? REDUCE_ONLY : NO_MARGIN }),
  };
}

function callbackRate({ trigger: { trail } }: AlgoOrder): string {
  assert(trail !== null && 'bips' in trail, 'this venue follows at a part of the price');
  return formatDecimal(trail.bips, BIPS_DECIMALS);
}
