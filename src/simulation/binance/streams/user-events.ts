import { amountText } from '../../../core/instrument.ts';
import { isOpen, type VenueOrder } from '../../exchange/orders.ts';
import type { ExchangeEvent, ExchangePort, Execution } from '../../exchange/port.ts';
import {
  hasWorked,
  PREVENTIONS,
  STATUSES,
  TIMES_IN_FORCE,
  trailOf,
  typeText,
  type Wire,
  workingMs,
} from '../requests/order-json.ts';

const EXECUTIONS: Readonly<Record<Execution, string>> = {
  new: 'NEW',
  trade: 'TRADE',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
  'trade-prevention': 'TRADE_PREVENTION',
  amended: 'REPLACED',
  triggered: 'NEW',
};

type EventOf<Kind extends ExchangeEvent['kind']> = Extract<ExchangeEvent, { kind: Kind }>;

/**
 * What happened to an order, with every field of Binance's report. `N` is null without a fee; a
 * trade always has a fee asset, for a client may insist on it.
 *
 * @param cancelId client id of the cancellation; null when it was none
 * @param executionId number of the report
 */
export function executionReport(
  wire: Wire,
  { execution, order, trade, counterOrderId, venueMs }: EventOf<'executed'>,
  report: {
    readonly nowMs: number;
    readonly cancelId: string | null;
    readonly executionId: number;
  },
) {
  const trail = trailOf(order);
  const isAtWork = isOpen(order) && hasWorked(order);
  return {
    e: 'executionReport',
    E: report.nowMs,
    s: order.symbol,
    c: report.cancelId ?? order.clientId,
    S: order.side.toUpperCase(),
    o: typeText(order),
    f: TIMES_IN_FORCE[order.timeInForce],
    q: wire.quantity(order.lots),
    p: wire.price(order.ticks),
    P: wire.price(order.trigger?.ticks ?? 0),
    ...(trail !== null && { d: trail.bips }),
    F: wire.quantity(order.shownLots ?? 0),
    g: order.listId ?? -1,
    C: report.cancelId === null ? '' : order.clientId,
    x: EXECUTIONS[execution],
    X: STATUSES[order.status],
    r: 'NONE',
    i: order.orderId,
    l: wire.quantity(trade?.lots ?? 0),
    z: wire.quantity(order.filledLots),
    L: wire.price(trade?.ticks ?? 0),
    n: trade === null ? '0' : amountText(trade.fee),
    N: trade === null ? null : trade.feeAsset,
    T: venueMs,
    t: trade?.tradeId ?? -1,
    I: report.executionId,
    // Of a market order that has just woken too: its waking is told by this alone.
    w: isAtWork && (order.type !== 'market' || execution === 'triggered'),
    m: trade?.isMaker ?? false,
    M: trade !== null,
    O: order.createdMs,
    Z: amountText(order.filledQuote),
    Y: trade === null ? wire.price(0) : amountText(trade.quote),
    Q: amountText(order.quote),
    ...(trail !== null && { D: trail.sinceMs }),
    ...(hasWorked(order) && { W: workingMs(order) }),
    V: PREVENTIONS[order.selfTradePrevention],
    ...(execution === 'expired' && !madeWay(order) && { eR: 'INSUFFICIENT_LIQUIDITY' }),
    ...(execution === 'trade-prevention' && {
      v: order.preventedMatchId,
      A: wire.quantity(order.preventedLots),
      B: wire.quantity(order.preventedLots),
      u: -1,
      U: counterOrderId,
    }),
  };
}

/** Whether an order that has expired did so for the other one of its pair. */
function madeWay({ listId, trigger, wokenMs }: VenueOrder): boolean {
  return listId !== undefined && (trigger === undefined || wokenMs === undefined);
}

/** The balances that an operation may have changed. */
export function accountPosition(
  exchange: ExchangePort,
  { account, assets, venueMs }: EventOf<'balances-changed'>,
  nowMs: number,
) {
  const balances = exchange.account(account)?.balances;
  return {
    e: 'outboundAccountPosition',
    E: nowMs,
    u: venueMs,
    B: assets.flatMap((asset) => {
      const balance = balances?.get(asset);
      if (balance === undefined) return [];
      return [{ a: asset, f: amountText(balance.free), l: amountText(balance.locked) }];
    }),
  };
}

/** Money that came in or went out. */
export function balanceUpdate({ asset, amount, venueMs }: EventOf<'transferred'>, nowMs: number) {
  return { e: 'balanceUpdate', E: nowMs, a: asset, d: amountText(amount), T: venueMs };
}
