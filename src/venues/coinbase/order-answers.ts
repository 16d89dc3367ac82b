import { parseBigDecimal } from '../../core/decimal.ts';
import {
  type Instrument,
  lotsBelow,
  parseTicks,
  priceAt,
  quoteAmount,
  ticksBelow,
} from '../../core/instrument.ts';
import {
  AMOUNT_DECIMALS,
  type Amount,
  amountOf,
  type Lots,
  millisOf,
  type Ticks,
} from '../../core/units.ts';
import type { VenueOrder, VenueTrade } from '../../execution/report.ts';
import { objectIn, sideOf, textOf, WireFault, type WireObject, wordIn } from '../binance/wire.ts';
import { timeStampMs } from '../market/time-stamp.ts';
import { isWaitingIn, triggerIn } from './triggers.ts';

/** States by the venue's names; what waits for the venue counts as open. */
export const STATES: ReadonlyMap<string, VenueOrder['state']> = new Map([
  ['OPEN', 'open'],
  ['PENDING', 'open'],
  ['QUEUED', 'open'],
  ['CANCEL_QUEUED', 'open'],
  ['EDIT_QUEUED', 'open'],
  ['FILLED', 'filled'],
  ['CANCELLED', 'canceled'],
  ['EXPIRED', 'expired'],
  ['FAILED', 'rejected'],
]);

export function stateIn(object: WireObject): VenueOrder['state'] {
  const status = textOf(object, 'status');
  const state = STATES.get(status);
  if (state !== undefined) return state;
  throw new WireFault(`status: found ${status}, wanted a known one`);
}

/** An order of the history. */
export function orderIn(value: unknown, bySymbol: ReadonlyMap<string, Instrument>): VenueOrder {
  const order = objectIn(value, 'order');
  const symbol = textOf(order, 'product_id');
  const instrument = bySymbol.get(symbol);
  if (instrument === undefined) throw new WireFault(`product_id: ${symbol} is not ours`);
  const [name = '', configuration] =
    Object.entries(objectIn(order['order_configuration'], 'order_configuration'))[0] ?? [];
  const terms = objectIn(configuration, `order_configuration.${name}`);
  const filledLots = lotsBelow(instrument, textOf(order, 'filled_size'));
  const size = terms['base_size'];
  // An order by amount of money has no size until it has filled.
  const lots = typeof size === 'string' ? lotsBelow(instrument, size) : filledLots;
  const price = terms['limit_price'];
  const ticks = typeof price === 'string' ? ticksBelow(instrument, price) : (0 as Ticks);
  const side = sideOf(order, 'side');
  const trigger = triggerIn(name, terms, side, instrument);
  if (Number.isNaN(ticks + lots + filledLots + (trigger?.ticks ?? 0))) {
    throw new WireFault(`${symbol}: a price or size that is no decimal`);
  }
  const isWaiting = isWaitingIn(order);
  return {
    clientId: textOf(order, 'client_order_id'),
    venueOrderId: textOf(order, 'order_id'),
    symbol,
    side,
    kind: name.startsWith('market') ? 'market' : 'limit',
    ticks,
    lots,
    filledLots,
    state: stateIn(order),
    ...(trigger !== undefined && { trigger, ...(isWaiting !== undefined && { isWaiting }) }),
    ...(order['status'] === 'EDIT_QUEUED' && { isAmending: true as const }),
  };
}

/**
 * A fill of the history. Its id begins with its time, since the history is asked for by time and a
 * page begins at the last trade that is known.
 */
export function tradeIn(value: unknown, instrument: Instrument): VenueTrade {
  const trade = objectIn(value, 'fill');
  const price = textOf(trade, 'price');
  const size = textOf(trade, 'size');
  const ticks = parseTicks(instrument, price);
  const lots =
    trade['size_in_quote'] === true
      ? lotsOfMoney(instrument, size, ticks)
      : lotsBelow(instrument, size);
  if (!(ticks > 0 && lots > 0)) {
    throw new WireFault(`${instrument.symbol}: ${size} at ${price} is off the grid`);
  }
  const sequenceMs = timeIn(trade, 'sequence_timestamp');
  return {
    venueOrderId: textOf(trade, 'order_id'),
    symbol: instrument.symbol,
    side: sideOf(trade, 'side'),
    fill: {
      tradeId: `${Math.floor(sequenceMs)}~${textOf(trade, 'trade_id')}`,
      ticks,
      lots,
      quote: quoteAmount(instrument, ticks, lots),
      fee: fineAmountIn(trade, 'commission'),
      feeAsset: instrument.quote,
      isMaker: trade['liquidity_indicator'] === 'MAKER',
      venueMs: millisOf(Math.floor(timeIn(trade, 'trade_time'))),
    },
  };
}

/** When a trade was, by its id; NaN for none of ours. */
export function tradeMs(tradeId: string): number {
  return Number(/^(\d{13,15})~/.exec(tradeId)?.[1] ?? Number.NaN);
}

const FINE = 24;
const FINER_THAN_AMOUNT = 10n ** BigInt(FINE - AMOUNT_DECIMALS);

/** An amount that the venue may state with up to 24 places; digits below 10^-8 are cut off. */
export function fineAmountIn(object: WireObject, field: string): Amount {
  const text = wordIn(object[field]);
  const fine = text === '' ? null : parseBigDecimal(text, FINE);
  if (fine !== null) return amountOf(fine / FINER_THAN_AMOUNT);
  throw new WireFault(`${field}: found ${text || 'nothing'}, wanted a decimal`);
}

function timeIn(object: WireObject, field: string): number {
  const ms = timeStampMs(textOf(object, field));
  if (ms > 0) return ms;
  throw new WireFault(`${field}: found ${textOf(object, field)}, wanted a time in UTC`);
}

/** Lots that an amount of money bought: an estimate, for orders that are not ours. */
function lotsOfMoney(instrument: Instrument, money: string, ticks: Ticks): Lots {
  const quantity = Number(money) / priceAt(instrument, ticks);
  return Math.round(quantity / instrument.lotSize) as Lots;
}
