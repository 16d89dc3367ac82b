import type { Instrument } from '../../core/instrument.ts';
import type { Amount } from '../../core/units.ts';
import type { Balances } from '../../execution/ledger.ts';
import type { OrderAnswer, OrderKey } from '../../execution/reconciliation.ts';
import type { VenueOrder } from '../../execution/report.ts';
import { objectIn, WireFault } from '../binance/wire.ts';
import type { Query, VenueQueries } from '../port.ts';
import { ordersIn, type Pairs } from './account/order-answers.ts';
import { TradeHistory } from './account/trade-history.ts';
import { assetName, type KrakenInstrument } from './pair.ts';
import {
  cancelEverything,
  followed,
  type KrakenAccess,
  privateQuestion,
  serverTime,
} from './rest.ts';
import type { KrakenToken } from './session.ts';
import { cutAmountIn } from './wire/amounts.ts';
import { venueIdOf } from './wire/client-id.ts';
import { CODE } from './wire/errors.ts';

/**
 * The venue lets an account ask for twenty points at once and one a second after. A comparison is
 * three points: with five of them and what is asked beside them a run never came to its end.
 */
const COMPARISONS_MAX = 3;

/** Cancels over the socket, questions over REST: one path can ask after the other. */
export function krakenQueries(
  access: KrakenAccess,
  token: KrakenToken,
  instruments: readonly KrakenInstrument[],
): VenueQueries {
  const pairs = pairsOf(instruments);
  const history = new TradeHistory(access, pairs);
  const request = (method: string, members: string, requestId: string): string =>
    `{"method":"${method}","params":{${members}"token":"${token.text}"},"req_id":${requestId}}`;
  return {
    comparisonsMax: COMPARISONS_MAX,
    cancel: ({ clientId }, _instrument, requestId) =>
      request('cancel_order', `"cl_ord_id":["${venueIdOf(clientId)}"],`, requestId),
    // The venue knows no cancellation by market: all of them go, which is never less.
    cancelAll: (_instrument, requestId) => request('cancel_all', '', requestId),
    cancelAllNow: (_instrument, nowMs) => cancelEverything(access, nowMs),
    serverTime: () => serverTime(access),
    order: (by, instrument, nowMs) => orderQuestion(access, pairs, by, instrument, nowMs),
    openOrders: (nowMs) =>
      privateQuestion(access, 'OpenOrders', [], nowMs, (result) =>
        ordersIn(objectIn(result, 'open orders')['open'], pairs),
      ),
    trades: (instrument, after, nowMs) => history.after(instrument, after, nowMs),
    balances: (nowMs) => privateQuestion(access, 'Balance', [], nowMs, balancesIn),
  };
}

function pairsOf(instruments: readonly KrakenInstrument[]): Pairs {
  return new Map(
    instruments.flatMap((each) => [
      [each.altname, each] as const,
      [each.symbol, each] as const,
      // `XXBTZUSD` is what older pairs are called in histories.
      [`X${each.altname.slice(0, 3)}Z${each.altname.slice(3)}`, each] as const,
    ]),
  );
}

/** By the venue's id at once; by ours among the open ones first, then among the closed. */
function orderQuestion(
  access: KrakenAccess,
  pairs: Pairs,
  by: OrderKey,
  _instrument: Instrument,
  nowMs: number,
): Query<OrderAnswer> {
  const answerOf = (orders: readonly VenueOrder[]): OrderAnswer => {
    const [order] = orders;
    return order === undefined ? { kind: 'not-found' } : { kind: 'found', order };
  };
  const unknown = (code: number): OrderAnswer | undefined =>
    code === CODE.unknownOrder ? { kind: 'not-found' } : undefined;
  if ('venueOrderId' in by) {
    const params = [['txid', by.venueOrderId]] as const;
    return privateQuestion(
      access,
      'QueryOrders',
      params,
      nowMs,
      (result) => answerOf(ordersIn(result, pairs)),
      unknown,
    );
  }
  const params = [['cl_ord_id', venueIdOf(by.clientId)]] as const;
  const among = (method: string, list: 'open' | 'closed'): Query<OrderAnswer> =>
    privateQuestion(
      access,
      method,
      params,
      nowMs,
      (result) => {
        const orders = ordersIn(objectIn(result, method)[list], pairs);
        return answerOf(orders.filter(({ clientId }) => clientId === by.clientId));
      },
      unknown,
    );
  // An order that ends between the two is found by the second.
  return followed(among('OpenOrders', 'open'), (answer) =>
    answer.kind === 'found' ? null : among('ClosedOrders', 'closed'),
  );
}

/** Of what earns by itself (`XBT.F`) the venue lets one trade as of the rest, so it is counted. */
function balancesIn(result: unknown): Balances {
  const balances = new Map<string, Amount>();
  const object = objectIn(result, 'balances');
  for (const code of Object.keys(object)) {
    const asset = assetName(code.endsWith('.F') ? code.slice(0, -2) : code);
    const amount = cutAmountIn(object, code);
    if (amount < 0n) throw new WireFault(`${code}: found ${object[code]}, wanted 0 or more`);
    if (amount === 0n) continue;
    balances.set(asset, ((balances.get(asset) ?? 0n) + amount) as Amount);
  }
  return balances;
}
