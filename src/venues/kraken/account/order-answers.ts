import { lotsBelow } from '../../../core/instrument.ts';
import type { VenueOrder } from '../../../execution/report.ts';
import { objectIn, textOf, WireFault, type WireObject, wordIn } from '../../binance/wire.ts';
import type { KrakenInstrument } from '../pair.ts';
import { clientIdOf } from '../wire/client-id.ts';
import { termsIn } from '../wire/order-type.ts';
import { tradeSideIn } from './executions.ts';

/** Pairs by every name that REST has for them. */
export type Pairs = ReadonlyMap<string, KrakenInstrument>;

const STATES: ReadonlyMap<string, VenueOrder['state']> = new Map([
  ['pending', 'open'],
  ['open', 'open'],
  ['closed', 'filled'],
  ['canceled', 'canceled'],
  ['expired', 'expired'],
]);
/** Flags of an order whose stop, or whose target, the price has come to. */
const WOKEN = /\b(stopped|touched)\b/;

/**
 * Orders by the venue's id, as every answer has them; those of other pairs are left out. What an
 * iceberg shows is not among what the venue answers.
 *
 * @throws WireFault
 */
export function ordersIn(value: unknown, pairs: Pairs): readonly VenueOrder[] {
  return Object.entries(objectIn(value, 'orders')).flatMap(([venueOrderId, entry]) => {
    const order = objectIn(entry, 'order');
    const described = objectIn(order['descr'], 'descr');
    const pair = pairs.get(textOf(described, 'pair'));
    return pair === undefined ? [] : [orderIn(venueOrderId, order, described, pair)];
  });
}

function orderIn(
  venueOrderId: string,
  order: WireObject,
  described: WireObject,
  pair: KrakenInstrument,
): VenueOrder {
  const status = textOf(order, 'status');
  const state = STATES.get(status);
  if (state === undefined) throw new WireFault(`status: found ${status}, wanted a known one`);
  const lots = lotsBelow(pair, textOf(order, 'vol'));
  const filledLots = lotsBelow(pair, textOf(order, 'vol_exec'));
  if (Number.isNaN(lots + filledLots)) {
    throw new WireFault(`${pair.symbol}: found a quantity that is no decimal`);
  }
  const type = textOf(described, 'ordertype');
  const price = wordIn(described['price']);
  const terms = termsIn({ type, price, price2: wordIn(described['price2']) }, pair);
  const hasWoken = state !== 'open' || filledLots > 0 || WOKEN.test(wordIn(order['misc']));
  return {
    clientId: clientIdOf(wordIn(order['cl_ord_id']) || venueOrderId),
    venueOrderId,
    symbol: pair.symbol,
    side: tradeSideIn(described, 'type'),
    ...terms,
    ...(terms.trigger !== undefined && { isWaiting: !hasWoken }),
    lots,
    filledLots,
    state,
  };
}
