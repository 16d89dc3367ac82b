import type { Instrument } from '../core/instrument.ts';
import { keptBy, type NativeOrders } from '../execution/native/native-orders.ts';
import type { OrderIntent, Trigger } from '../execution/order.ts';
import type { NativeRule, Refusal } from './approved-order.ts';
import { type RiskLimits, TRIGGER_BAND_BPS } from './limits.ts';

/** Of what a trailing stop keeps as its distance, in 1/10000ths. */
const BIPS_MAX = 9_999;

/**
 * What speaks against an order that a venue is to keep; null where nothing does. Of one with a
 * trigger the trigger is held against the market and the limit against the trigger: what it pays
 * is decided where it wakes. It must not wake at once, since nobody would ask for that.
 */
export function refuseNative(
  order: OrderIntent,
  instrument: Instrument,
  natives: NativeOrders,
  midTicks: number,
  limits: RiskLimits,
): Refusal | null {
  const notKept = keptBy(natives, order);
  if (notKept !== null) return { kind: 'not-kept', ...notKept };
  const { trigger, shownLots } = order;
  if (shownLots !== undefined) return refuseIceberg(order, shownLots, instrument);
  if (trigger === undefined) return null;
  return (
    refuseTrigger(order, trigger, instrument, midTicks, limits) ??
    refuseLimit(order, trigger, midTicks, limits)
  );
}

/** An iceberg rests, works at once, and shows a part of it that is an order of its own. */
function refuseIceberg(
  { kind, timeInForce, trigger, lots }: OrderIntent,
  shownLots: number,
  { lotsMin }: Instrument,
): Refusal | null {
  const rests = kind === 'limit' && timeInForce === 'gtc' && trigger === undefined;
  if (!rests) return broken('rests', 0, 1);
  if (!(Number.isSafeInteger(shownLots) && shownLots >= lotsMin)) {
    return broken('shown-lots', shownLots, lotsMin);
  }
  return shownLots > lots ? broken('shown-lots', shownLots, lots) : null;
}

function refuseTrigger(
  order: OrderIntent,
  trigger: Trigger,
  { ticksMin, ticksMax }: Instrument,
  midTicks: number,
  limits: RiskLimits,
): Refusal | null {
  const { kind, ticks } = trigger;
  const bandBps = limits.triggerBandBps ?? TRIGGER_BAND_BPS;
  if (order.isPostOnly) return broken('post-only', 1, 0);
  if (order.kind === 'limit' && order.timeInForce !== 'gtc') return broken('rests', 0, 1);
  if (kind === 'trailing-stop') {
    const { bips } = trigger;
    const most = Math.min(bandBps, BIPS_MAX);
    if (!(Number.isSafeInteger(bips) && bips >= 1)) return broken('trail', bips, 1);
    if (bips > most) return broken('trail', bips, most);
    if (ticks === 0) return null;
  }
  if (!Number.isSafeInteger(ticks) || ticks < ticksMin) return broken('trigger', ticks, ticksMin);
  if (ticks > ticksMax) return broken('trigger', ticks, ticksMax);
  const isAgainst = kind === 'stop' || kind === 'pair';
  const away = (order.side === 'buy') === isAgainst ? ticks - midTicks : midTicks - ticks;
  if (!(away > 0)) return broken('trigger-side', ticks, midTicks);
  const offBps = (away / midTicks) * 10_000;
  return offBps > bandBps ? broken('trigger-band', offBps, bandBps) : null;
}

/** The target of a pair rests on the other side of the market, and may be as far as a trigger. */
function refuseLimit(
  { kind, side, ticks }: OrderIntent,
  trigger: Trigger,
  midTicks: number,
  { priceBandBps, triggerBandBps = TRIGGER_BAND_BPS }: RiskLimits,
): Refusal | null {
  if (kind === 'market') return null;
  const isPair = trigger.kind === 'pair';
  const from = isPair ? midTicks : trigger.ticks;
  const bandBps = isPair ? triggerBandBps : priceBandBps;
  const away = side === 'buy' ? midTicks - ticks : ticks - midTicks;
  if (isPair && !(away > 0)) return broken('target-side', ticks, midTicks);
  const offBps = (Math.abs(ticks - from) / from) * 10_000;
  return offBps > bandBps ? broken('limit-band', offBps, bandBps) : null;
}

/**
 * The price that an order is valued at: its limit; without one where the band would end, since a
 * market order may walk that far. One that waits begins where it wakes, and counts by whichever of
 * the two is worth more; a trailing stop that follows at once may wake at the mid.
 */
export function valuedTicks(order: OrderIntent, midTicks: number, bandBps: number): number {
  const { ticks, trigger } = order;
  const band = 1 + bandBps / 10_000;
  if (trigger === undefined) return ticks > 0 ? ticks : midTicks * band;
  const from = trigger.ticks > 0 ? trigger.ticks : midTicks;
  const walked = order.kind === 'market' || trigger.kind === 'pair' ? from * band : from;
  return Math.max(ticks, walked);
}

/**
 * The least of the prices that a venue may value an order with a trigger by, which it may find to
 * be too small.
 *
 * @param valued what `valuedTicks` says of it
 */
export function leastTicks({ ticks, trigger }: OrderIntent, valued: number): number {
  const least = ticks > 0 ? Math.min(ticks, valued) : valued;
  const wakesAt = trigger?.ticks ?? 0;
  return wakesAt > 0 ? Math.min(least, wakesAt) : least;
}

function broken(rule: NativeRule, found: number, limit: number): Refusal {
  return { kind: 'native-rule', rule, found, limit };
}
