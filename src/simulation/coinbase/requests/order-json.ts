import { amountText, type Instrument, priceText, quantityText } from '../../../core/instrument.ts';
import { type Amount, amountOf, type Lots } from '../../../core/units.ts';
import { type AccountTrade, isOpen, type VenueOrder } from '../../exchange/orders.ts';
import type { ExchangePort } from '../../exchange/port.ts';
import { type Desk, timeText } from './operation.ts';

/** An order as a client knows it: one, though the exchange may have had several for it. */
export interface NamedOrder {
  readonly name: string;
  /** The one that stands now. */
  readonly last: VenueOrder;
  readonly first: VenueOrder;
  readonly instrument: Instrument;
  readonly filledLots: Lots;
  readonly filledQuote: Amount;
  readonly fees: Amount;
  readonly fills: number;
  readonly lastFillMs: number;
}

/** An order under its name; null when the account has none. */
export function namedOrder(desk: Desk, account: string, name: string): NamedOrder | null {
  const orders = desk.names.idsOf(name).flatMap((id) => orderOf(desk.exchange, account, id) ?? []);
  const last = orders.at(-1);
  const first = orders[0];
  const instrument = desk.exchange.markets.get(last?.symbol ?? '')?.rules.instrument;
  if (last === undefined || first === undefined || instrument === undefined) return null;
  const totals = orders.map(({ orderId }) => desk.totals.of(orderId));
  const sum = (amounts: readonly Amount[]) => amountOf(amounts.reduce((all, one) => all + one, 0n));
  return {
    name,
    first,
    last,
    instrument,
    filledLots: orders.reduce((all, { filledLots }) => all + filledLots, 0) as Lots,
    filledQuote: sum(orders.map(({ filledQuote }) => filledQuote)),
    fees: sum(totals.map(({ fees }) => fees)),
    fills: totals.reduce((all, { fills }) => all + fills, 0),
    lastFillMs: Math.max(...totals.map(({ lastFillMs }) => lastFillMs)),
  };
}

/** All orders of an account under their names, newest first. */
export function allOrders(desk: Desk, account: string): NamedOrder[] {
  const known = desk.exchange.account(account);
  if (known === null) return [];
  return [...known.ended.keys(), ...known.open.keys()]
    .filter((orderId) => !desk.names.isReplaced(orderId))
    .sort((one, other) => other - one)
    .flatMap((orderId) => namedOrder(desk, account, desk.names.nameOf(orderId)) ?? []);
}

const STATUSES: Readonly<Record<VenueOrder['status'], string>> = {
  new: 'OPEN',
  'partially-filled': 'OPEN',
  filled: 'FILLED',
  canceled: 'CANCELLED',
  expired: 'EXPIRED',
  'expired-in-match': 'CANCELLED',
};
const TIMES: Readonly<Record<VenueOrder['timeInForce'], string>> = {
  gtc: 'GOOD_UNTIL_CANCELLED',
  ioc: 'IMMEDIATE_OR_CANCEL',
  fok: 'FILL_OR_KILL',
};

export const statusOf = ({ last }: NamedOrder): string => STATUSES[last.status];

/** Total size: what has filled under all of its forms and what still stands. */
function sizeOf({ last, filledLots }: NamedOrder): Lots {
  return (filledLots - last.filledLots + last.lots) as Lots;
}

export function averagePrice({ filledLots, filledQuote, instrument }: NamedOrder): string {
  if (filledLots === 0) return '0';
  const quantity = filledLots * instrument.lotSize;
  return String(Number((Number(filledQuote) / 1e8 / quantity).toFixed(12)));
}

/** The configuration that a client would send for the order. */
export function configurationJson(order: NamedOrder) {
  const { last, instrument } = order;
  const base_size = quantityText(instrument, sizeOf(order));
  if (last.type === 'market') {
    const spent = last.quote > 0n ? { quote_size: amountText(last.quote) } : { base_size };
    return { market_market_ioc: spent };
  }
  const limit = { base_size, limit_price: priceText(instrument, last.ticks) };
  if (last.timeInForce === 'ioc') return { sor_limit_ioc: limit };
  if (last.timeInForce === 'fok') return { limit_limit_fok: limit };
  return { limit_limit_gtc: { ...limit, post_only: last.type === 'limit-maker' } };
}

export function orderJson(order: NamedOrder) {
  const { name, first, last, instrument, filledLots, filledQuote, fees, fills } = order;
  const size = sizeOf(order);
  const isMarket = last.type === 'market';
  return {
    order_id: name,
    product_id: last.symbol,
    user_id: last.account,
    order_configuration: configurationJson(order),
    side: last.side.toUpperCase(),
    client_order_id: first.clientId,
    status: statusOf(order),
    time_in_force: isMarket ? TIMES.ioc : TIMES[last.timeInForce],
    created_time: timeText(first.createdMs),
    completion_percentage: String(size === 0 ? 0 : Math.floor((filledLots / size) * 100)),
    filled_size: quantityText(instrument, filledLots),
    average_filled_price: averagePrice(order),
    fee: '',
    number_of_fills: String(fills),
    filled_value: amountText(filledQuote),
    pending_cancel: false,
    size_in_quote: last.quote > 0n,
    total_fees: amountText(fees),
    size_inclusive_of_fees: false,
    total_value_after_fees: amountText(amountOf(filledQuote + fees)),
    trigger_status: 'INVALID_ORDER_TYPE',
    order_type: isMarket ? 'MARKET' : 'LIMIT',
    reject_reason: 'REJECT_REASON_UNSPECIFIED',
    settled: !isOpen(last),
    product_type: 'SPOT',
    reject_message: '',
    cancel_message: last.status === 'expired-in-match' ? 'Self trade prevention' : '',
    order_placement_source: 'RETAIL_ADVANCED',
    outstanding_hold_amount: amountText(last.held),
    is_liquidation: false,
    last_fill_time: fills === 0 ? null : timeText(order.lastFillMs),
    leverage: '',
    margin_type: '',
    retail_portfolio_id: '',
    originating_order_id: '',
    attached_order_id: '',
  };
}

/** What the user channel tells of an order. */
export function userOrderJson(order: NamedOrder) {
  const { name, first, last, instrument, filledLots, filledQuote, fees, fills } = order;
  const size = sizeOf(order);
  const leaves = isOpen(last) ? size - filledLots : 0;
  return {
    order_id: name,
    client_order_id: first.clientId,
    product_id: last.symbol,
    product_type: 'SPOT',
    order_side: last.side.toUpperCase(),
    order_type: last.type === 'market' ? 'Market' : 'Limit',
    status: statusOf(order),
    time_in_force: last.type === 'market' ? TIMES.ioc : TIMES[last.timeInForce],
    creation_time: timeText(first.createdMs),
    limit_price: last.type === 'market' ? '' : priceText(instrument, last.ticks),
    post_only: String(last.type === 'limit-maker'),
    stop_price: '',
    avg_price: averagePrice(order),
    cumulative_quantity: quantityText(instrument, filledLots),
    leaves_quantity: quantityText(instrument, leaves as Lots),
    completion_percentage: String(size === 0 ? 0 : Math.floor((filledLots / size) * 100)),
    filled_value: amountText(filledQuote),
    number_of_fills: String(fills),
    total_fees: amountText(fees),
    total_value_after_fees: amountText(amountOf(filledQuote + fees)),
    outstanding_hold_amount: amountText(last.held),
    cancel_reason: last.status === 'expired-in-match' ? 'Self trade prevention' : '',
    reject_Reason: '',
    trigger_status: 'INVALID_ORDER_TYPE',
    retail_portfolio_id: '',
  };
}

export function fillJson(desk: Desk, account: string, trade: AccountTrade) {
  const instrument = desk.exchange.markets.get(trade.symbol)?.rules.instrument;
  if (instrument === undefined) return null;
  return {
    entry_id: `${trade.symbol}-${trade.tradeId}-${trade.orderId}`,
    // Both sides of a trade with oneself have one trade: it is told once for each order.
    trade_id: `${trade.tradeId}-${trade.orderId}`,
    order_id: desk.names.nameOf(trade.orderId),
    trade_time: timeText(trade.venueMs),
    trade_type: 'FILL',
    price: priceText(instrument, trade.ticks),
    size: quantityText(instrument, trade.lots),
    commission: amountText(trade.fee),
    product_id: trade.symbol,
    sequence_timestamp: timeText(trade.venueMs),
    liquidity_indicator: trade.isMaker ? 'MAKER' : 'TAKER',
    size_in_quote: false,
    user_id: account,
    side: trade.side.toUpperCase(),
    retail_portfolio_id: '',
  };
}

function orderOf(exchange: ExchangePort, account: string, orderId: number): VenueOrder | null {
  const known = exchange.account(account);
  return known?.open.get(orderId) ?? known?.ended.get(orderId) ?? null;
}
