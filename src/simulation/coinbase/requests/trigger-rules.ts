import type { Ticks } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import type { Bracket, VenueTrigger } from '../../exchange/orders.ts';
import type { OrderTerms, TermsFault } from './order-configuration.ts';

/**
 * What the check before an order finds wrong with the prices of one that waits; null for nothing,
 * and for an order that works at once.
 *
 * @param last price of the last trade; null before the first
 */
export function triggerFault(
  { ticks, trigger, bracket }: OrderTerms,
  side: Side,
  last: Ticks | null,
): TermsFault | null {
  if (trigger === undefined && bracket === undefined) return null;
  const preview =
    last === null
      ? 'PREVIEW_MISSING_MARKET_TRADE_DATA'
      : trigger === undefined
        ? bracketFault(bracket as Bracket, ticks, side, last)
        : stopFault(trigger, ticks, side, last);
  return preview === null ? null : { error: 'UNKNOWN_FAILURE_REASON', preview, details: '' };
}

/**
 * A stop that would wake at once is refused. One against its side would not trade at a limit that
 * the price has passed when it wakes; in favour of its side, any limit makes sense.
 */
function stopFault(
  { direction, ticks: stop }: VenueTrigger,
  limit: Ticks,
  side: Side,
  last: Ticks,
): string | null {
  if (direction === 'rises-to') {
    if (stop <= last) return 'PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE';
    return side === 'buy' && stop > limit ? 'PREVIEW_STOP_PRICE_ABOVE_LIMIT_PRICE' : null;
  }
  if (stop >= last) return 'PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE';
  return side === 'sell' && stop < limit ? 'PREVIEW_STOP_PRICE_BELOW_LIMIT_PRICE' : null;
}

/** On spot a bracket sells what one has: its limit above the price, its stop below. */
function bracketFault(
  { ticks: stop }: Bracket,
  limit: Ticks,
  side: Side,
  last: Ticks,
): string | null {
  if (side === 'buy') return 'PREVIEW_INVALID_BRACKET_ORDER_SIDE';
  if (stop >= limit) return 'PREVIEW_INVALID_BRACKET_PRICES';
  if (limit <= last) return 'PREVIEW_INVALID_BRACKET_LIMIT_PRICE';
  return stop >= last ? 'PREVIEW_INVALID_BRACKET_STOP_TRIGGER_PRICE' : null;
}
