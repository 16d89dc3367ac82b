import { formatDecimal } from '../../../core/decimal.ts';
import type { Instrument } from '../../../core/instrument.ts';
import { type Away, wakesAt } from '../../exchange/matching/trail.ts';
import type { VenueOrder } from '../../exchange/orders.ts';
import { priceOf, timeText } from '../call.ts';
import { raw } from '../raw-json.ts';
import type { KindWish } from './kind-wish.ts';
import { directionOf } from './new-order.ts';
import type { PriceWish } from './price-wish.ts';

/** `1/10000ths` as per cent with the four decimals that the venue writes. */
const BIPS_DECIMALS = 2;

/** The type of an order as REST and the sockets name it, also when it has woken. */
export function typeName(order: VenueOrder): string {
  const { trigger, type, side, shownLots } = order;
  const base = type === 'market' ? 'market' : 'limit';
  if (trigger === undefined) return shownLots === undefined ? base : 'iceberg';
  const limited = base === 'limit' ? '-limit' : '';
  if (trigger.trail !== null) return `trailing-stop${limited}`;
  const isStop = trigger.direction === directionOf('stop-loss', side);
  return `${isStop ? 'stop-loss' : 'take-profit'}${limited}`;
}

/** The two prices of an order in the answers of REST. */
export function pricesOf(
  order: VenueOrder,
  instrument: Instrument,
): { readonly price: string; readonly price2: string } {
  const limit = order.type === 'market' ? '0' : limitText(order, instrument);
  const wakesAt = triggerText(order, instrument);
  return wakesAt === null ? { price: limit, price2: '0' } : { price: wakesAt, price2: limit };
}

/** `buy 0.01000000 XBTUSD @ stop loss 58000.0 -> limit 57000.0`, from the `@` on. */
export function kindText(order: VenueOrder, instrument: Instrument): string {
  const { price, price2 } = pricesOf(order, instrument);
  if (order.trigger === undefined) return order.type === 'market' ? 'market' : `limit ${price}`;
  const words = typeName(order)
    .replace(/-limit$/, '')
    .replace('-', ' ');
  return order.type === 'market' ? `${words} ${price}` : `${words} ${price} -> limit ${price2}`;
}

/** The price that an order waits for now, which that of a trailing stop follows; 0 without one. */
export function stopText({ side, trigger, markTicks }: VenueOrder, instrument: Instrument): string {
  if (trigger === undefined) return '0.00000';
  const { trail, ticks } = trigger;
  if (trail === null) return priceOf(instrument, ticks);
  return priceOf(instrument, markTicks === undefined ? 0 : wakesAt(side, trail, markTicks));
}

/** What is to close an order, as answers describe it; '' where nothing is. */
export function closeText(kind: KindWish | null): string {
  if (kind === null) return '';
  const { trigger, limit } = kind;
  const limited = limit === null ? '' : `limit ${wishText(limit)}`;
  if (trigger === null) return `close position @ ${limited}`;
  const woken = `${trigger.kind.replace('-', ' ')} ${wishText(trigger.price)}`;
  return `close position @ ${woken}${limited === '' ? '' : ` -> ${limited}`}`;
}

function wishText({ sign, amount, isPercent }: PriceWish): string {
  return `${sign}${amount}${isPercent ? '%' : ''}`;
}

/** What wakes an order, as the sockets tell it; nothing where nothing does. */
export function triggerMembers(
  order: VenueOrder,
  instrument: Instrument,
): Readonly<Record<string, unknown>> {
  const { trigger, isWaiting, wokenMs, markTicks } = order;
  if (trigger === undefined) return {};
  const { trail } = trigger;
  const isPercent = trail !== null && 'bips' in trail;
  const ticks = trail === null ? trigger.ticks : isPercent ? 0 : trail.ticks;
  const peak = trail === null ? undefined : markTicks;
  const triggers = {
    reference: trigger.reference,
    price: raw(isPercent ? formatDecimal(trail.bips, BIPS_DECIMALS) : priceOf(instrument, ticks)),
    price_type: trail === null ? 'static' : isPercent ? 'pct' : 'quote',
    ...(peak !== undefined && { peak_price: raw(priceOf(instrument, peak)) }),
    status: isWaiting ? 'untriggered' : 'triggered',
    ...(wokenMs !== undefined && { timestamp: timeText(wokenMs) }),
  };
  const { limitAway } = trigger;
  return {
    ...(isWaiting && limitAway !== undefined && limitMembers(limitAway, instrument)),
    stop_price: raw(stopText(order, instrument)),
    triggers,
  };
}

/** Until it has woken, the limit of an order may be told by how far it will be from there. */
function limitMembers(away: Away, instrument: Instrument): Readonly<Record<string, unknown>> {
  return 'bips' in away
    ? { limit_price: raw(formatDecimal(away.bips, BIPS_DECIMALS)), limit_price_type: 'pct' }
    : { limit_price: raw(priceOf(instrument, away.ticks)), limit_price_type: 'quote' };
}

/** `58000.0`, `+150.0` or `+5.0000%`; null where nothing wakes the order. */
function triggerText({ trigger }: VenueOrder, instrument: Instrument): string | null {
  if (trigger === undefined) return null;
  const { trail, ticks } = trigger;
  return trail === null ? priceOf(instrument, ticks) : awayText(trail, instrument);
}

/** A limit that is counted from the price that wakes the order is told so. */
function limitText({ ticks, trigger }: VenueOrder, instrument: Instrument): string {
  const { limitAway } = trigger ?? {};
  return limitAway === undefined ? priceOf(instrument, ticks) : awayText(limitAway, instrument);
}

function awayText(away: Away, instrument: Instrument): string {
  const isPercent = 'bips' in away;
  const amount = isPercent ? away.bips : away.ticks;
  const text = isPercent
    ? `${formatDecimal(amount, BIPS_DECIMALS)}00%`
    : priceOf(instrument, amount);
  return amount < 0 ? text : `+${text}`;
}
