import { formatDecimal, parseDecimal } from '../../../core/decimal.ts';
import { type Instrument, priceText, quantityText, ticksBelow } from '../../../core/instrument.ts';
import { assert } from '../../../core/result.ts';
import { type Ticks, ticksOf } from '../../../core/units.ts';
import type { NativeOrders } from '../../../execution/native/native-orders.ts';
import type { OrderIntent, OrderKind, Trigger } from '../../../execution/order.ts';
import { WireFault } from '../../binance/wire.ts';

/**
 * What Kraken keeps by itself. A trailing stop with a limit has its limit counted from the price
 * that woke it, which no order of the desk can say, so it is not here.
 *
 * @see Kraken, "Iceberg orders": what is shown is a fifteenth of the order or more
 */
export const KRAKEN_NATIVES: NativeOrders = {
  triggers: new Set(['stop', 'stop-limit', 'take-profit', 'take-profit-limit', 'trailing-stop']),
  icebergPartsMax: 15,
  trailsAtOnce: true,
};

/** The venue writes distances in per cent, of which a 1/10000th is this many decimals. */
const BIPS_DECIMALS = 2;
const LIMITED = '-limit';
const NO_TICKS = ticksOf(0);
const TRIGGER_NAMES: Readonly<Record<Exclude<Trigger['kind'], 'pair'>, string>> = {
  stop: 'stop-loss',
  'take-profit': 'take-profit',
  'trailing-stop': 'trailing-stop',
};
const TRIGGER_KINDS: ReadonlyMap<string, Exclude<Trigger['kind'], 'pair'>> = new Map([
  ['stop-loss', 'stop'],
  ['take-profit', 'take-profit'],
  ['trailing-stop', 'trailing-stop'],
]);

/** The members of an order that say of what type it is, what wakes it and what it shows. */
export function typeMembers(order: OrderIntent, instrument: Instrument): string {
  const { kind, trigger, shownLots } = order;
  if (trigger !== undefined) {
    assert(trigger.kind !== 'pair', 'Kraken keeps no pairs, and was not told that it does');
    const limited = kind === 'limit' ? LIMITED : '';
    const price = triggerPrice(trigger, instrument);
    return (
      `"order_type":"${TRIGGER_NAMES[trigger.kind]}${limited}",` +
      `"triggers":{"reference":"last",${price}},`
    );
  }
  if (shownLots === undefined) return `"order_type":"${kind}",`;
  return `"order_type":"iceberg","display_qty":${quantityText(instrument, shownLots)},`;
}

function triggerPrice(trigger: Exclude<Trigger, { kind: 'pair' }>, instrument: Instrument): string {
  if (trigger.kind !== 'trailing-stop') {
    return `"price":${priceText(instrument, trigger.ticks)},"price_type":"static"`;
  }
  return `"price":${formatDecimal(trigger.bips, BIPS_DECIMALS)},"price_type":"pct"`;
}

/** What an order is by its type and the two prices of a REST answer. */
export interface OrderTerms {
  readonly kind: OrderKind;
  /** 0 for a market order, and for a limit that is only known once the order has woken. */
  readonly ticks: Ticks;
  readonly trigger?: Trigger;
}

/**
 * An order as REST describes it. Somebody else on the account may have orders that the desk would
 * not place, and they are no reason to know nothing of the others: what waits for something that
 * cannot be said here is told without it.
 *
 * @throws WireFault for the price of a limit order that is no decimal
 */
export function termsIn(
  words: { readonly type: string; readonly price: string; readonly price2: string },
  pair: Instrument,
): OrderTerms {
  const { type, price, price2 } = words;
  const first = ticksBelow(pair, price);
  if (type === 'limit' || type === 'iceberg') {
    if (Number.isNaN(first)) throw new WireFault(`${pair.symbol}: found the price ${price}`);
    return { kind: 'limit', ticks: first };
  }
  const isLimit = type.endsWith(LIMITED);
  const trigger = triggerIn(type.replace(LIMITED, ''), price, first);
  const ticks = isLimit ? ticksBelow(pair, price2) : NO_TICKS;
  const kind = isLimit ? 'limit' : 'market';
  if (trigger === null || Number.isNaN(ticks)) return { kind, ticks: NO_TICKS };
  return { kind, ticks, trigger };
}

function triggerIn(name: string, price: string, ticks: Ticks): Trigger | null {
  const kind = TRIGGER_KINDS.get(name);
  if (kind === undefined) return null;
  if (kind !== 'trailing-stop') return Number.isNaN(ticks) ? null : { kind, ticks };
  const bips = bipsIn(price);
  return bips > 0 ? { kind, ticks: NO_TICKS, bips } : null;
}

/** `+5.0000%` is 500; NaN for a distance in money, or finer than a 1/10000th. */
function bipsIn(text: string): number {
  const [, percent = ''] = /^\+?(\d[\d.]*)%$/.exec(text) ?? [];
  return parseDecimal(percent, BIPS_DECIMALS);
}
