import type { Instrument } from '../../../../core/instrument.ts';
import type { OrderAnswer } from '../../../../execution/reconciliation.ts';
import type { VenueOrder } from '../../../../execution/report.ts';
import type { Query } from '../../../port.ts';
import { NO_SUCH_ORDER, orderIn } from '../../queries.ts';
import { type RestAccess, signedQuestions } from '../../rest.ts';
import { arrayIn, objectIn, textOf } from '../../wire.ts';
import { algoOrderIn } from './algo-order.ts';

/** Above so many markets one question for all of them is cheaper than one for each. */
const MARKETS_MAX = 40;
const NOT_FOUND: OrderAnswer = { kind: 'not-found' };

/**
 * Asks after an order among those of the matching engine and, when it is not there, among those
 * that wait at the service for conditional orders. What has woken is asked for again, by the id of
 * the order that was made of it.
 */
export function orderAnywhere(
  access: RestAccess,
  instrument: Instrument,
  clientId: string,
  nowMs: number,
): Query<OrderAnswer> {
  const first = made(access, instrument, `origClientOrderId=${clientId}`, nowMs);
  return {
    ...first,
    followUp: ({ kind }) =>
      kind === 'found' ? null : conditional(access, instrument, clientId, nowMs),
  };
}

/** An order of the matching engine, which waits for nothing. */
export function made(
  access: RestAccess,
  instrument: Instrument,
  name: string,
  nowMs: number,
): Query<OrderAnswer> {
  const bySymbol = new Map([[instrument.symbol, instrument]]);
  return signedQuestions(access)(
    '/fapi/v1/order',
    `symbol=${instrument.symbol}&${name}&`,
    nowMs,
    (value): OrderAnswer => ({
      kind: 'found',
      order: { ...orderIn(value, bySymbol), isWaiting: false },
    }),
    (code) => (code === NO_SUCH_ORDER ? NOT_FOUND : undefined),
  );
}

function conditional(
  access: RestAccess,
  instrument: Instrument,
  clientId: string,
  nowMs: number,
): Query<OrderAnswer> {
  const query = signedQuestions(access)(
    '/fapi/v1/algoOrder',
    `clientAlgoId=${clientId}&`,
    nowMs,
    (value): OrderAnswer => ({
      kind: 'found',
      order: algoOrderIn(objectIn(value, 'order'), instrument),
    }),
    (code) => (code === NO_SUCH_ORDER ? NOT_FOUND : undefined),
  );
  return {
    ...query,
    followUp: (answer) =>
      answer.kind === 'found' && answer.order.isWaiting === false
        ? wokenOrder(access, instrument, answer.order, nowMs)
        : null,
  };
}

/** What became of an order that has woken. That it is not found is no proof, for it was there. */
function wokenOrder(
  access: RestAccess,
  instrument: Instrument,
  { clientId, venueOrderId, trigger }: VenueOrder,
  nowMs: number,
): Query<OrderAnswer> {
  const bySymbol = new Map([[instrument.symbol, instrument]]);
  return signedQuestions(access)(
    '/fapi/v1/order',
    `symbol=${instrument.symbol}&orderId=${venueOrderId}&`,
    nowMs,
    (value): OrderAnswer => {
      const order = orderIn(value, bySymbol);
      const woken = { ...order, clientId, isWaiting: false };
      return { kind: 'found', order: trigger === undefined ? woken : { ...woken, trigger } };
    },
  );
}

/**
 * Everything that is open: first what waits, then what rests, so that an order that wakes in
 * between is seen twice and not never. The later one is right.
 */
export function everyOpenOrder(
  access: RestAccess,
  bySymbol: ReadonlyMap<string, Instrument>,
  nowMs: number,
): Query<readonly VenueOrder[]> {
  const symbols = bySymbol.size > MARKETS_MAX ? [''] : [...bySymbol.keys()];
  const scopes = symbols.map((symbol) => (symbol === '' ? '' : `symbol=${symbol}&`));
  return openFrom(access, bySymbol, nowMs, scopes, []);
}

function openFrom(
  access: RestAccess,
  bySymbol: ReadonlyMap<string, Instrument>,
  nowMs: number,
  scopes: readonly string[],
  before: readonly VenueOrder[],
): Query<readonly VenueOrder[]> {
  const [scope, ...others] = scopes;
  const signed = signedQuestions(access);
  if (scope === undefined) {
    return signed('/fapi/v1/openOrders', '', nowMs, (value) => [
      ...before,
      ...ours(value, bySymbol, (order) => ({ ...orderIn(order, bySymbol), isWaiting: false })),
    ]);
  }
  const query = signed('/fapi/v1/openAlgoOrders', scope, nowMs, (value) => [
    ...before,
    ...ours(value, bySymbol, (order, instrument) =>
      algoOrderIn(objectIn(order, 'order'), instrument),
    ),
  ]);
  return { ...query, followUp: (found) => openFrom(access, bySymbol, nowMs, others, found) };
}

/** The orders of a list that are in markets of ours. */
function ours(
  value: unknown,
  bySymbol: ReadonlyMap<string, Instrument>,
  read: (order: unknown, instrument: Instrument) => VenueOrder,
): readonly VenueOrder[] {
  return arrayIn(value, 'open orders').flatMap((order) => {
    const instrument = bySymbol.get(textOf(objectIn(order, 'order'), 'symbol'));
    return instrument === undefined ? [] : [read(order, instrument)];
  });
}
