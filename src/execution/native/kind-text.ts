import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import type { OrderIntent } from '../order.ts';
import { nativeName } from './native-orders.ts';

/**
 * What an order is, for people: `limit`, `stop at 59000.00`, `trailing-stop of 200 bps from
 * 61000.00`, `pair with a stop at 59000.00`, `limit that shows 0.00010`.
 */
export function kindText(instrument: Instrument, order: OrderIntent): string {
  const { kind, trigger, shownLots } = order;
  const shown = shownLots === undefined ? '' : ` that shows ${quantityText(instrument, shownLots)}`;
  if (trigger === undefined) return `${kind}${shown}`;
  const named = nativeName(order);
  const name = named.ok ? named.value : named.error;
  const at = priceText(instrument, trigger.ticks);
  if (trigger.kind === 'pair') return `${name} with a stop at ${at}${shown}`;
  if (trigger.kind !== 'trailing-stop') return `${name} at ${at}${shown}`;
  const from = trigger.ticks > 0 ? ` from ${at}` : '';
  return `${name} of ${trigger.bips} bps${from}${shown}`;
}
