import { parseDecimal } from '../../../core/decimal.ts';
import { type Instrument, parseTicks } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import type { Ticks } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import type { NewOrder, VenueTrigger } from '../../exchange/orders.ts';
import { INVALID_PRICE, type KrakenError, NOT_OFFERED } from '../errors.ts';
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
  // Its limit is only known once it has woken, and an order here has one from the start.
  if (trigger?.kind === 'trailing-stop' && limit !== null) return err(NOT_OFFERED);
  const ticks = limit === null ? (0 as Ticks) : meantTicks(limit, instrument, from, better);
  if (Number.isNaN(ticks)) return err(INVALID_PRICE);
  if (trigger === null) return ok({ type, ticks });
  if (trigger.kind === 'trailing-stop') {
    const trail = trailOf(trigger.price, instrument);
    if (trail === null) return err(INVALID_PRICE);
    const direction = directionOf('stop-loss', side);
    return ok({ type, ticks, trigger: { direction, ticks: 0 as Ticks, reference: 'last', trail } });
  }
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

/** How far a stop follows; null for what is finer than the exchange counts, or nothing. */
function trailOf({ amount, isPercent }: PriceWish, instrument: Instrument): VenueTrigger['trail'] {
  if (!isPercent) {
    const ticks = parseTicks(instrument, amount);
    return ticks > 0 ? { ticks } : null;
  }
  const bips = parseDecimal(amount, BIPS_DECIMALS);
  return bips > 0 ? { bips } : null;
}
