import { err, ok, type Result } from '../../core/result.ts';
import type { OrderIntent } from '../order.ts';

/** The orders with a trigger that a venue may keep, by what they become. */
export const NATIVE_TRIGGERS = [
  'stop',
  'stop-limit',
  'take-profit',
  'take-profit-limit',
  'trailing-stop',
  'pair',
] as const;
export type NativeTrigger = (typeof NATIVE_TRIGGERS)[number];

/** What a venue keeps by itself, so that it outlives the desk. */
export interface NativeOrders {
  readonly triggers: ReadonlySet<NativeTrigger>;
  /** Of how many parts an iceberg may consist; 0 where there are none. */
  readonly icebergPartsMax: number;
  /** A trailing stop follows from the start: it takes no price to begin at. */
  readonly trailsAtOnce?: true;
}

/** A venue that only takes orders that work at once and show all they have. */
export const NO_NATIVES: NativeOrders = { triggers: new Set(), icebergPartsMax: 0 };

/** Why a venue does not keep an order as it is. */
export type NotKept =
  | { readonly what: 'trigger'; readonly found: string; readonly kept: readonly NativeTrigger[] }
  | { readonly what: 'iceberg-parts'; readonly found: number; readonly limit: number };

type Kept = Pick<OrderIntent, 'kind' | 'timeInForce' | 'lots' | 'trigger' | 'shownLots'>;

/** Whether a venue keeps what an order asks of it; every venue takes a plain one. */
export function keptBy(natives: NativeOrders, order: Kept): NotKept | null {
  if (order.trigger !== undefined) {
    const name = nativeName(order);
    const kept = [...natives.triggers];
    if (!name.ok || !natives.triggers.has(name.value)) {
      return { what: 'trigger', found: name.ok ? name.value : name.error, kept };
    }
    const beginsLater = order.trigger.kind === 'trailing-stop' && order.trigger.ticks > 0;
    if (beginsLater && natives.trailsAtOnce) {
      return { what: 'trigger', found: 'trailing-stop that begins at a price', kept };
    }
  }
  if (order.shownLots === undefined) return null;
  const limit = natives.icebergPartsMax;
  const found = Math.ceil(order.lots / order.shownLots);
  return found <= limit ? null : { what: 'iceberg-parts', found, limit };
}

/** What an order with a trigger is called; the error names one that no venue keeps. */
export function nativeName({ kind, trigger }: Kept): Result<NativeTrigger, string> {
  const isLimit = kind === 'limit';
  switch (trigger?.kind) {
    case 'stop':
      return ok(isLimit ? 'stop-limit' : 'stop');
    case 'take-profit':
      return ok(isLimit ? 'take-profit-limit' : 'take-profit');
    case 'trailing-stop':
      return isLimit ? err('trailing-stop-limit') : ok('trailing-stop');
    case 'pair':
      return isLimit ? ok('pair') : err('pair without a limit');
    case undefined:
      return err('none');
  }
}
