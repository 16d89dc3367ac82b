import { amountText, type Instrument } from '../../../core/instrument.ts';
import { amountOf, NO_AMOUNT } from '../../../core/units.ts';
import type { Account } from '../../exchange/clearing.ts';
import type { AccountTrade, VenueOrder, VenueOrderStatus } from '../../exchange/orders.ts';
import { priceOf, secondsOf, sizeOf } from '../call.ts';
import { orderIdText, type PairNames, tradeIdText } from '../names.ts';
import type { Closes } from '../orders/closes.ts';
import { closeText, kindText, pricesOf, stopText, typeName } from '../orders/kind-text.ts';
import { shownClientId } from '../orders/order-desk.ts';

const STATUSES: Readonly<Record<VenueOrderStatus, string>> = {
  new: 'open',
  'partially-filled': 'open',
  filled: 'closed',
  canceled: 'canceled',
  expired: 'expired',
  'expired-in-match': 'canceled',
};

/** `buy 0.01000000 XBTUSD @ limit 50000.0`. */
export function describedOrder(order: VenueOrder, instrument: Instrument, altname: string): string {
  const size =
    order.type === 'market' && order.quote > 0n
      ? amountText(order.quote)
      : sizeOf(instrument, order.lots);
  return `${order.side} ${size} ${altname} @ ${kindText(order, instrument)}`;
}

/** @param closes knows which order closes which */
export function orderJson(
  order: VenueOrder,
  pair: { readonly instrument: Instrument; readonly names: PairNames },
  account: Account,
  closes: Closes,
): Readonly<Record<string, unknown>> {
  const { instrument, names } = pair;
  const openedBy = closes.openedBy(order.orderId);
  const trades = [...account.trades.values()].filter(
    ({ orderId, symbol }) => orderId === order.orderId && symbol === order.symbol,
  );
  const fee = trades.reduce((sum, trade) => sum + feeInQuote(trade, instrument), 0n);
  const isEnded = STATUSES[order.status] !== 'open';
  const clientId = shownClientId(order);
  return {
    refid: openedBy === null ? null : orderIdText(openedBy),
    userref: 0,
    ...(clientId !== '' && { cl_ord_id: clientId }),
    status: STATUSES[order.status],
    ...(isEnded && { reason: reasonOf(order.status), closetm: secondsOf(order.updatedMs) }),
    opentm: secondsOf(order.createdMs),
    starttm: 0,
    expiretm: 0,
    descr: {
      pair: names.altname,
      type: order.side,
      ordertype: typeName(order),
      ...pricesOf(order, instrument),
      leverage: 'none',
      order: describedOrder(order, instrument, names.altname),
      close: closeText(closes.wishOf(order.orderId)),
    },
    vol: sizeOf(instrument, order.lots),
    vol_exec: sizeOf(instrument, order.filledLots),
    cost: amountText(order.filledQuote),
    fee: amountText(amountOf(fee)),
    price: averageText(order, instrument),
    stopprice: stopText(order, instrument),
    limitprice: order.wokenMs === undefined ? '0.00000' : priceOf(instrument, order.ticks),
    misc: wokenBy(order),
    ...(order.trigger !== undefined && { trigger: order.trigger.reference }),
    oflags: order.type === 'limit-maker' ? 'fciq,post' : 'fciq',
    trades: trades.map(tradeIdText),
  };
}

/** What has woken an order: the price of a stop, or of a target. */
function wokenBy(order: VenueOrder): string {
  if (order.trigger === undefined || order.wokenMs === undefined) return '';
  return typeName(order).startsWith('take-profit') ? 'touched' : 'stopped';
}

export function tradeJson(
  trade: AccountTrade,
  pair: { readonly instrument: Instrument; readonly names: PairNames },
): Readonly<Record<string, unknown>> {
  const { instrument, names } = pair;
  return {
    ordertxid: orderIdText(trade.orderId),
    postxid: tradeIdText(trade),
    pair: names.key,
    time: secondsOf(trade.venueMs),
    type: trade.side,
    ordertype: 'limit',
    price: priceOf(instrument, trade.ticks),
    cost: amountText(trade.quote),
    fee: amountText(amountOf(feeInQuote(trade, instrument))),
    vol: sizeOf(instrument, trade.lots),
    margin: '0.00000',
    misc: '',
    trade_id: trade.tradeId,
    maker: trade.isMaker,
  };
}

/** Histories state every fee in quote currency, whatever it was paid in. */
function feeInQuote(trade: AccountTrade, instrument: Instrument): bigint {
  if (trade.feeAsset === instrument.quote) return trade.fee;
  const price = trade.ticks * instrument.tickSize;
  return BigInt(Math.round(Number(trade.fee) * price));
}

/** What ended an order, in the venue's words. */
export function reasonOf(status: VenueOrderStatus): string {
  if (status === 'expired-in-match') return 'Self trade prevention';
  if (status === 'expired') return 'Order expired';
  return status === 'canceled' ? 'User requested' : '';
}

export function averageText(order: VenueOrder, instrument: Instrument): string {
  if (order.filledLots === 0) return priceOf(instrument, 0);
  const quote = Number(order.filledQuote) / 1e8;
  return (quote / (order.filledLots * instrument.lotSize)).toFixed(instrument.priceDecimals);
}

/** Free and locked of an asset. */
export function balanceText(account: Account, asset: string): { total: string; held: string } {
  const { free, locked } = account.balances.get(asset) ?? { free: NO_AMOUNT, locked: NO_AMOUNT };
  return { total: amountText(amountOf(free + locked)), held: amountText(locked) };
}
