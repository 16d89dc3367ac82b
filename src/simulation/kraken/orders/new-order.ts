import { parseDecimal } from '../../../core/decimal.ts';
import { type Instrument, parseTicks } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import type { Ticks } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import { type Away, awayFrom, type Trail, wakesAt } from '../../exchange/matching/trail.ts';
import type { NewOrder, VenueTrigger } from '../../exchange/orders.ts';
import { INVALID_PRICE, type KrakenError } from '../errors.ts';
import type { KindWish, TriggerKind } from './kind-wish.ts';
import { meantTicks, type PriceWish } from './price-wish.ts';

/** The parts of an order that its kind decides. */
export type OrderTerms = Pick<NewOrder, 'type' | 'ticks' | 'trigger'>;

/** Prices of a trailing stop are written to a 1/10000th. */
const BIPS_DECIMALS = 2;

/**
 * What an order of this kind is to the exchange.
 *
 * @param from what relative prices are counted from; NaN where there is none
 */
export function termsOf(
  kind: KindWish,
  side: Side,
  instrument: Instrument,
  from: number,
): Result<OrderTerms, KrakenError> {
  const type = kind.isMarket ? 'market' : 'limit';
  const better = side === 'buy' ? '-' : '+';
  const worse = side === 'buy' ? '+' : '-';
  const { limit, trigger } = kind;
  if (trigger?.kind === 'trailing-stop') {
    const trailing = trailingTerms(trigger.price, limit, { side, instrument, from });
    return trailing === null ? err(INVALID_PRICE) : ok({ type, ...trailing });
  }
  const ticks = limit === null ? (0 as Ticks) : meantTicks(limit, instrument, from, better);
  if (Number.isNaN(ticks)) return err(INVALID_PRICE);
  if (trigger === null) return ok({ type, ticks });
  const meant = trigger.kind === 'stop-loss' ? worse : better;
  const wakesAt = meantTicks(trigger.price, instrument, from, meant);
  if (Number.isNaN(wakesAt)) return err(INVALID_PRICE);
  const direction = directionOf(trigger.kind, side);
  return ok({
    type,
    ticks,
    trigger: { direction, ticks: wakesAt, reference: 'last', trail: null },
  });
}

/** Where a price has to come to wake an order: a stop on the bad side, a target on the good one. */
export function directionOf(
  kind: Exclude<TriggerKind, 'trailing-stop'>,
  side: Side,
): VenueTrigger['direction'] {
  return (kind === 'stop-loss') === (side === 'sell') ? 'falls-to' : 'rises-to';
}

/** A stop that follows the last trade; null for a distance that makes no sense. */
function trailingTerms(
  price: PriceWish,
  limit: PriceWish | null,
  market: { readonly side: Side; readonly instrument: Instrument; readonly from: number },
): Omit<OrderTerms, 'type'> | null {
  const { side, instrument, from } = market;
  const trail = distanceOf(price, instrument);
  if (trail === null) return null;
  const direction = directionOf('stop-loss', side);
  const trigger = { direction, ticks: 0 as Ticks, reference: 'last', trail } as const;
  if (limit === null) return { ticks: 0 as Ticks, trigger };
  const limitAway = awayOf(limit, instrument);
  if (limitAway === null || Number.isNaN(from)) return null;
  const ticks = awayFrom(wakesAt(side, trail, from as Ticks), limitAway);
  return { ticks, trigger: { ...trigger, limitAway } };
}

/** How far a limit is from the price that wakes its order; null for one that is not counted so. */
function awayOf(wish: PriceWish, instrument: Instrument): Away | null {
  const { sign, amount } = wish;
  if (sign !== '+' && sign !== '-') return null;
  if (Number(amount) === 0) return { ticks: 0 };
  const distance = distanceOf(wish, instrument);
  if (distance === null || sign === '+') return distance;
  return 'bips' in distance ? { bips: -distance.bips } : { ticks: -distance.ticks };
}

/** A distance above 0; null for what is finer than the exchange counts. */
function distanceOf({ amount, isPercent }: PriceWish, instrument: Instrument): Trail | null {
  if (!isPercent) {
    const ticks = parseTicks(instrument, amount);
    return ticks > 0 ? { ticks } : null;
  }
  const bips = parseDecimal(amount, BIPS_DECIMALS);
  return bips > 0 ? { bips } : null;
}
