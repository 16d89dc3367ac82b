import { parseDecimal } from '../../../../core/decimal.ts';
import { type Instrument, lotsBelow, ticksBelow } from '../../../../core/instrument.ts';
import type { Lots, Ticks } from '../../../../core/units.ts';
import type { OrderKind, Trigger } from '../../../../execution/order.ts';
import type { VenueOrder } from '../../../../execution/report.ts';
import { sideOf, textOf, WireFault, type WireObject, wholeOf, wordIn } from '../../wire.ts';
import { assertOneWay } from '../account.ts';

/** What an order with a trigger is called here, by its kind and by what it becomes. */
export const ALGO_TYPES: Readonly<
  Record<Exclude<Trigger['kind'], 'pair'>, Readonly<Record<OrderKind, string>>>
> = {
  stop: { market: 'STOP_MARKET', limit: 'STOP' },
  'take-profit': { market: 'TAKE_PROFIT_MARKET', limit: 'TAKE_PROFIT' },
  'trailing-stop': { market: 'TRAILING_STOP_MARKET', limit: 'TRAILING_STOP_MARKET' },
};

/** A callback rate is in percent. */
const BIPS_DECIMALS = 2;
/** The service numbers its orders by itself: without this a number could be another's order. */
const ALGO_PREFIX = 'algo-';

/** How the desk calls an order that waits at the service for its trigger. */
export function algoName(object: WireObject, field: string): string {
  return `${ALGO_PREFIX}${wholeOf(object, field)}`;
}

/**
 * An order as the service for conditional orders describes it. One that has woken goes by the id
 * of the order that was made of it, and only that one knows what became of it.
 *
 * @throws WireFault
 */
export function algoOrderIn(order: WireObject, instrument: Instrument): VenueOrder {
  assertOneWay(textOf(order, 'positionSide'), 'positionSide');
  const status = textOf(order, 'algoStatus');
  const state = STATES.get(status);
  if (state === undefined) throw new WireFault(`algoStatus: found ${status}, wanted a known one`);
  const ticks = ticksBelow(instrument, textOf(order, 'price'));
  const lots = lotsBelow(instrument, textOf(order, 'quantity'));
  if (Number.isNaN(ticks + lots)) {
    throw new WireFault(`${instrument.symbol}: a price or quantity that is no decimal`);
  }
  const trigger = triggerIn(order, instrument);
  const isWaiting = !WOKEN.has(status);
  const isMarket = textOf(order, 'orderType').endsWith('_MARKET');
  return {
    clientId: textOf(order, 'clientAlgoId'),
    venueOrderId: isWaiting ? algoName(order, 'algoId') : String(wholeOf(order, 'actualOrderId')),
    symbol: instrument.symbol,
    side: sideOf(order, 'side'),
    kind: isMarket ? 'market' : 'limit',
    ticks: isMarket ? (0 as Ticks) : ticks,
    lots,
    filledLots: 0 as Lots,
    ...(trigger !== null && { trigger }),
    isWaiting,
    state,
  };
}

/** Those that the service has handed to the matching engine. */
const WOKEN: ReadonlySet<string> = new Set(['TRIGGERED', 'FINISHED']);
/** `TRIGGERING`: it has met its condition and nothing was made of it yet, so it still waits. */
const STATES: ReadonlyMap<string, VenueOrder['state']> = new Map([
  ['NEW', 'open'],
  ['TRIGGERING', 'open'],
  ['TRIGGERED', 'open'],
  ['FINISHED', 'open'],
  ['CANCELED', 'canceled'],
  ['REJECTED', 'rejected'],
  ['EXPIRED', 'expired'],
]);

/**
 * What an order waits for. Null where that is not to be read: orders of others are listed too, and
 * none of them may hide ours.
 */
function triggerIn(order: WireObject, instrument: Instrument): Trigger | null {
  const type = textOf(order, 'orderType');
  if (type === ALGO_TYPES['trailing-stop'].market) {
    const rate = wordIn(order['callbackRate'] ?? order['priceRate']);
    const bips = parseDecimal(rate, BIPS_DECIMALS);
    const begins = wordIn(order['activatePrice']);
    const ticks = begins === '' ? 0 : ticksBelow(instrument, begins);
    if (Number.isNaN(bips + ticks)) return null;
    return { kind: 'trailing-stop', ticks: ticks as Ticks, bips };
  }
  const ticks = ticksBelow(instrument, wordIn(order['triggerPrice']));
  if (Number.isNaN(ticks)) return null;
  const kinds = ['stop', 'take-profit'] as const;
  const kind = kinds.find((each) => Object.values(ALGO_TYPES[each]).includes(type));
  return kind === undefined ? null : { kind, ticks };
}
