import { amountText, type Instrument, priceText, quantityText } from '../../../core/instrument.ts';
import { amountOf, type Lots } from '../../../core/units.ts';
import { type AccountTrade, isOpen, type VenueOrder } from '../../exchange/orders.ts';
import { orderIdOf, orderName } from '../order-names.ts';
import type { Totals } from '../order-totals.ts';
import { type Desk, timeText } from './operation.ts';

/** An order with what is told of it beside its own state. */
export interface NamedOrder {
  readonly name: string;
  readonly order: VenueOrder;
  readonly instrument: Instrument;
  readonly totals: Totals;
}

/** An order under its name; null when the account has none. */
export function namedOrder(desk: Desk, account: string, name: string): NamedOrder | null {
  const orderId = orderIdOf(name);
  const known = desk.exchange.account(account);
  const order = known?.open.get(orderId) ?? known?.ended.get(orderId);
  const instrument = desk.exchange.markets.get(order?.symbol ?? '')?.rules.instrument;
  if (order === undefined || instrument === undefined) return null;
  return { name, order, instrument, totals: desk.totals.of(orderId) };
}

/** All orders of an account under their names, newest first. */
export function allOrders(desk: Desk, account: string): NamedOrder[] {
  const known = desk.exchange.account(account);
  if (known === null) return [];
  return [...known.ended.keys(), ...known.open.keys()]
    .sort((one, other) => other - one)
    .flatMap((orderId) => namedOrder(desk, account, orderName(orderId)) ?? []);
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

/** What kinds of orders are called in the history, and on the user channel. */
const TYPES = {
  market: { history: 'MARKET', channel: 'Market' },
  limit: { history: 'LIMIT', channel: 'Limit' },
  stop: { history: 'STOP_LIMIT', channel: 'Stop Limit' },
  bracket: { history: 'BRACKET', channel: 'BRACKET' },
} as const;

function kindOf({ type, trigger, bracket }: VenueOrder): keyof typeof TYPES {
  if (trigger !== undefined) return 'stop';
  if (bracket !== undefined) return 'bracket';
  return type === 'market' ? 'market' : 'limit';
}

function triggerStatus(order: VenueOrder): string {
  if (order.trigger === undefined && order.bracket === undefined) return 'INVALID_ORDER_TYPE';
  return order.wokenMs === undefined ? 'STOP_PENDING' : 'STOP_TRIGGERED';
}

export const statusOf = ({ order }: NamedOrder): string => STATUSES[order.status];

export function averagePrice({ order, instrument }: NamedOrder): string {
  const { filledLots, filledQuote } = order;
  if (filledLots === 0) return '0';
  const quantity = filledLots * instrument.lotSize;
  return String(Number((Number(filledQuote) / 1e8 / quantity).toFixed(12)));
}

/** The configuration that a client would send for the order. */
export function configurationJson(named: NamedOrder) {
  const { order: last, instrument } = named;
  const base_size = quantityText(instrument, last.lots);
  if (last.type === 'market') {
    const spent = last.quote > 0n ? { quote_size: amountText(last.quote) } : { base_size };
    return { market_market_ioc: spent };
  }
  const limit = { base_size, limit_price: priceText(instrument, last.ticks) };
  const { trigger, bracket } = last;
  if (bracket !== undefined) {
    const stop_trigger_price = priceText(instrument, bracket.ticks);
    return { trigger_bracket_gtc: { ...limit, stop_trigger_price } };
  }
  if (trigger !== undefined) {
    const way = trigger.direction === 'rises-to' ? 'UP' : 'DOWN';
    const stop_direction = `STOP_DIRECTION_STOP_${way}`;
    const stop_price = priceText(instrument, trigger.ticks);
    return { stop_limit_stop_limit_gtc: { ...limit, stop_price, stop_direction } };
  }
  if (last.timeInForce === 'ioc') return { sor_limit_ioc: limit };
  if (last.timeInForce === 'fok') return { limit_limit_fok: limit };
  return { limit_limit_gtc: { ...limit, post_only: last.type === 'limit-maker' } };
}

export function orderJson(named: NamedOrder) {
  const { name, order, instrument, totals } = named;
  const { filledLots, filledQuote, lots: size } = order;
  const { fees, fills } = totals;
  const isMarket = order.type === 'market';
  return {
    order_id: name,
    product_id: order.symbol,
    user_id: order.account,
    order_configuration: configurationJson(named),
    side: order.side.toUpperCase(),
    client_order_id: order.clientId,
    status: statusOf(named),
    time_in_force: isMarket ? TIMES.ioc : TIMES[order.timeInForce],
    created_time: timeText(order.createdMs),
    completion_percentage: String(size === 0 ? 0 : Math.floor((filledLots / size) * 100)),
    filled_size: quantityText(instrument, filledLots),
    average_filled_price: averagePrice(named),
    fee: '',
    number_of_fills: String(fills),
    filled_value: amountText(filledQuote),
    pending_cancel: false,
    size_in_quote: order.quote > 0n,
    total_fees: amountText(fees),
    size_inclusive_of_fees: false,
    total_value_after_fees: amountText(amountOf(filledQuote + fees)),
    trigger_status: triggerStatus(order),
    order_type: TYPES[kindOf(order)].history,
    reject_reason: 'REJECT_REASON_UNSPECIFIED',
    settled: !isOpen(order),
    product_type: 'SPOT',
    reject_message: '',
    cancel_message: order.status === 'expired-in-match' ? 'Self trade prevention' : '',
    order_placement_source: 'RETAIL_ADVANCED',
    outstanding_hold_amount: amountText(order.held),
    is_liquidation: false,
    last_fill_time: fills === 0 ? null : timeText(totals.lastFillMs),
    leverage: '',
    margin_type: '',
    retail_portfolio_id: '',
    originating_order_id: '',
    attached_order_id: '',
  };
}

/** What the user channel tells of an order. */
export function userOrderJson(named: NamedOrder) {
  const { name, order, instrument, totals } = named;
  const { filledLots, filledQuote, lots: size } = order;
  const { fees, fills } = totals;
  const leaves = isOpen(order) ? size - filledLots : 0;
  const stop = order.trigger ?? order.bracket;
  return {
    order_id: name,
    client_order_id: order.clientId,
    product_id: order.symbol,
    product_type: 'SPOT',
    order_side: order.side.toUpperCase(),
    order_type: TYPES[kindOf(order)].channel,
    status: statusOf(named),
    time_in_force: order.type === 'market' ? TIMES.ioc : TIMES[order.timeInForce],
    creation_time: timeText(order.createdMs),
    limit_price: order.type === 'market' ? '' : priceText(instrument, order.ticks),
    post_only: String(order.type === 'limit-maker'),
    stop_price: stop === undefined ? '' : priceText(instrument, stop.ticks),
    avg_price: averagePrice(named),
    cumulative_quantity: quantityText(instrument, filledLots),
    leaves_quantity: quantityText(instrument, leaves as Lots),
    completion_percentage: String(size === 0 ? 0 : Math.floor((filledLots / size) * 100)),
    filled_value: amountText(filledQuote),
    number_of_fills: String(fills),
    total_fees: amountText(fees),
    total_value_after_fees: amountText(amountOf(filledQuote + fees)),
    outstanding_hold_amount: amountText(order.held),
    cancel_reason: order.status === 'expired-in-match' ? 'Self trade prevention' : '',
    reject_Reason: '',
    trigger_status: triggerStatus(order),
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
    order_id: orderName(trade.orderId),
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
