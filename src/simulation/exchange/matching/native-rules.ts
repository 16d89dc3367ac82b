import type { Instrument } from '../../../core/instrument.ts';
import type { Ticks } from '../../../core/units.ts';
import type { Account } from '../clearing.ts';
import type { Market } from '../market-state.ts';
import type { NewOrder, Refusal, VenueTrigger } from '../orders.ts';

/**
 * Checks what an order asks the venue to keep for it: a trigger, a second limb, a part that is
 * hidden. It has passed the rules for orders of its type.
 */
export function nativeRefusal(market: Market, account: Account, order: NewOrder): Refusal | null {
  return (
    triggerRefusal(market, account, order) ??
    bracketRefusal(market, order) ??
    icebergRefusal(market, order)
  );
}

/**
 * Checks two orders of which one is to cancel the other: the same amount on the same side, the
 * target where the price is good for it and the stop where it is not.
 */
export function pairRefusal(market: Market, target: NewOrder, stop: NewOrder): Refusal | null {
  const { side, symbol, lots } = target;
  if (stop.trigger === undefined) return notPair('a stop without a trigger', 'one with a price');
  if (stop.side !== side || stop.symbol !== symbol || stop.lots !== lots) {
    return notPair(
      `${side} ${lots} lots of ${symbol}, ${stop.side} ${stop.lots} lots of ${stop.symbol}`,
      'one side and amount of one market',
    );
  }
  const good = target.trigger?.ticks ?? target.ticks;
  const last = market.priceOf(stop.trigger.reference) ?? market.priceOf('last');
  const bad = stop.trigger.ticks === 0 ? null : stop.trigger.ticks;
  const sign = side === 'sell' ? 1 : -1;
  const rising = [bad, last, good].filter((price) => price !== null).map((price) => sign * price);
  const isRight = rising.every((price, at) => at === 0 || price > (rising[at - 1] as number));
  if (isRight) return null;
  const wanted = side === 'sell' ? 'stop < last < target' : 'target < last < stop';
  return notPair(`target ${good}, last ${last ?? 'none'}, stop ${bad ?? 'none'}`, wanted);
}

function triggerRefusal(market: Market, account: Account, order: NewOrder): Refusal | null {
  const { trigger, symbol } = order;
  if (trigger === undefined) return null;
  const odd = oddTrigger(market, order, trigger);
  if (odd !== null) return { kind: 'not-offered', found: odd };
  const { ticks, trail, reference } = trigger;
  const { instrument, native } = market.rules;
  if (!(trail !== null && ticks === 0) && !isPrice(instrument, ticks)) return priceRefusal(ticks);
  if (trail !== null && 'ticks' in trail && !isPrice(instrument, trail.ticks)) {
    return priceRefusal(trail.ticks);
  }
  if (trail !== null && 'bips' in trail) {
    const { bips } = trail;
    const { trailBipsMin, trailBipsMax } = native;
    const isAllowed = Number.isInteger(bips) && bips >= trailBipsMin && bips <= trailBipsMax;
    if (!isAllowed) return { kind: 'filter', filter: 'TRAILING_DELTA', found: bips };
  }
  const found = countAlgos(account, symbol);
  if (found >= native.algoOrdersMax) {
    return { kind: 'filter', filter: 'MAX_NUM_ALGO_ORDERS', found };
  }
  return roomRefusal(market) ?? atOnceRefusal(market, trigger.direction, ticks, reference);
}

/** What no venue here makes of a trigger; null when it makes sense. */
function oddTrigger(market: Market, order: NewOrder, trigger: VenueTrigger): string | null {
  const { reference, trail, limitAway } = trigger;
  if (order.type === 'limit-maker') return 'a post-only order with a trigger';
  if (order.quote > 0n) return 'an order by quote amount with a trigger';
  if (order.bracket !== undefined) return 'a bracket with a trigger';
  if (limitAway !== undefined && (trail === null || order.type === 'market')) {
    return 'a limit that is counted from a price that stands still, or is none';
  }
  return reference === 'mark' && !market.hasMark ? 'a mark price in a spot market' : null;
}

function bracketRefusal(market: Market, order: NewOrder): Refusal | null {
  const { bracket, side } = order;
  if (bracket === undefined) return null;
  if (order.type === 'market' || order.timeInForce !== 'gtc') {
    return { kind: 'not-offered', found: 'a bracket on an order that does not rest' };
  }
  const { instrument } = market.rules;
  const { ticks, limitTicks } = bracket;
  if (!isPrice(instrument, ticks)) return priceRefusal(ticks);
  if (limitTicks !== 0 && !isPrice(instrument, limitTicks)) return priceRefusal(limitTicks);
  if (side === 'sell' ? ticks >= order.ticks : ticks <= order.ticks) {
    const wanted = side === 'sell' ? 'stop < target' : 'target < stop';
    return notPair(`target ${order.ticks}, stop ${ticks}`, wanted);
  }
  const direction = side === 'sell' ? 'falls-to' : 'rises-to';
  return roomRefusal(market) ?? atOnceRefusal(market, direction, ticks, 'last');
}

function icebergRefusal({ rules }: Market, order: NewOrder): Refusal | null {
  const { shownLots, lots } = order;
  if (shownLots === undefined) return null;
  const { icebergPartsMax } = rules.native;
  if (icebergPartsMax === 0) return { kind: 'not-offered', found: 'an iceberg' };
  if (order.type === 'market' || order.timeInForce !== 'gtc') {
    return { kind: 'not-offered', found: 'an iceberg that does not rest' };
  }
  const { lotsMin } = rules.instrument;
  const isSize = shownLots >= lotsMin && shownLots <= lots;
  if (!isSize) return { kind: 'filter', filter: 'LOT_SIZE', found: shownLots };
  const found = Math.ceil(lots / shownLots);
  return found > icebergPartsMax ? { kind: 'filter', filter: 'ICEBERG_PARTS', found } : null;
}

/** A trigger that the price has come to before it is set, where that is no way to send an order. */
function atOnceRefusal(
  market: Market,
  direction: VenueTrigger['direction'],
  ticks: Ticks,
  reference: VenueTrigger['reference'],
): Refusal | null {
  const last = market.priceOf(reference);
  if (last === null || ticks === 0 || market.rules.native.wakesAtOnce) return null;
  const isThere = direction === 'rises-to' ? last >= ticks : last <= ticks;
  return isThere ? { kind: 'would-trigger', ticks, last } : null;
}

function roomRefusal({ waiting }: Market): Refusal | null {
  if (!waiting.isFull) return null;
  return { kind: 'filter', filter: 'EXCHANGE_MAX_NUM_ORDERS', found: waiting.size };
}

/** Open orders with a trigger, also those that it has woken. */
function countAlgos(account: Account, symbol: string): number {
  let count = 0;
  for (const order of account.open.values()) {
    if (order.symbol === symbol && order.trigger !== undefined) count += 1;
  }
  return count;
}

function isPrice({ ticksMin, ticksMax }: Instrument, ticks: number): boolean {
  return Number.isInteger(ticks) && ticks >= ticksMin && ticks <= ticksMax;
}

function priceRefusal(found: number): Refusal {
  return { kind: 'filter', filter: 'PRICE_FILTER', found };
}

function notPair(found: string, wanted: string): Refusal {
  return { kind: 'not-a-pair', found, wanted };
}
