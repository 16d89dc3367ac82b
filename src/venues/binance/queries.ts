import { type Instrument, lotsBelow, ticksBelow } from '../../core/instrument.ts';
import type { Amount } from '../../core/units.ts';
import type { Balances } from '../../execution/ledger.ts';
import {
  type OrderAnswer,
  type OrderKey,
  TRADES_PER_PAGE,
} from '../../execution/reconciliation.ts';
import type { VenueOrder, VenueTrade } from '../../execution/report.ts';
import type { Query, VenueQueries } from '../port.ts';
import { type Leg, legIn, pairedUp, pairOf } from './native/order-answers.ts';
import { listNameOf, otherNameOf } from './native/pair-names.ts';
import {
  cancelOpenOrders,
  type RestAccess,
  type SignedQuestion,
  serverTime,
  signedQuestions,
} from './rest.ts';
import { signedRequest } from './sign.ts';
import {
  amountIn,
  arrayIn,
  fillIn,
  flagOf,
  objectIn,
  sideOf,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
} from './wire.ts';

/** `-2013 Order does not exist.` */
export const NO_SUCH_ORDER = -2013;

const TRADE_FIELDS = {
  tradeId: 'id',
  price: 'price',
  quantity: 'qty',
  quote: 'quoteQty',
  fee: 'commission',
  feeAsset: 'commissionAsset',
  isMaker: 'isMaker',
  time: 'time',
} as const;

const STATES: ReadonlyMap<string, VenueOrder['state']> = new Map([
  ['NEW', 'open'],
  ['PENDING_NEW', 'open'],
  ['PARTIALLY_FILLED', 'open'],
  ['PENDING_CANCEL', 'open'],
  ['FILLED', 'filled'],
  ['CANCELED', 'canceled'],
  ['REJECTED', 'rejected'],
  ['EXPIRED', 'expired'],
  ['EXPIRED_IN_MATCH', 'expired'],
]);

/** Cancels over the WebSocket API, questions over REST: one path can ask after the other. */
export function binanceQueries(
  access: RestAccess,
  instruments: readonly Instrument[],
): VenueQueries<string> {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  const { key, receiveWindowMs } = access;
  const signed = signedQuestions(access);
  return {
    cancel: ({ clientId, isPair }, { symbol }, requestId, nowMs) =>
      isPair === true
        ? signedRequest(
            key,
            requestId,
            'orderList.cancel',
            ['apiKey', 'listClientOrderId', 'recvWindow', 'symbol', 'timestamp'],
            [key.id, listNameOf(clientId), receiveWindowMs, symbol, nowMs],
          )
        : signedRequest(
            key,
            requestId,
            'order.cancel',
            ['apiKey', 'origClientOrderId', 'recvWindow', 'symbol', 'timestamp'],
            [key.id, clientId, receiveWindowMs, symbol, nowMs],
          ),
    cancelAll: (instrument, requestId, nowMs) =>
      signedRequest(
        key,
        requestId,
        'openOrders.cancelAll',
        ['apiKey', 'recvWindow', 'symbol', 'timestamp'],
        [key.id, receiveWindowMs, instrument.symbol, nowMs],
      ),
    cancelAllNow: ({ symbol }, nowMs) => cancelOpenOrders(access, symbol, nowMs),
    serverTime: () => serverTime(access),
    order: (by, instrument, nowMs) => orderQuestion(signed, by, instrument, nowMs),
    openOrders: (nowMs) =>
      signed('/api/v3/openOrders', '', nowMs, (value) =>
        pairedUp(
          arrayIn(value, 'open orders').flatMap((order) => {
            const instrument = bySymbol.get(textOf(objectIn(order, 'order'), 'symbol'));
            return instrument === undefined ? [] : [spotOrderIn(order, instrument)];
          }),
        ),
      ),
    trades: (instrument, afterTradeId, nowMs) =>
      signed(
        '/api/v3/myTrades',
        `symbol=${instrument.symbol}&${pageParam(afterTradeId)}&`,
        nowMs,
        (value) => arrayIn(value, 'trades').map((trade) => tradeIn(trade, instrument)),
      ),
    balances: (nowMs) => signed('/api/v3/account', 'omitZeroBalances=false&', nowMs, balancesIn),
  };
}

/** What was found of one leg of a pair, which is not the whole of it. */
type OrderOrLeg = OrderAnswer & { readonly leg?: Leg };

/** Asks for an order, and for the other leg where it turns out to be one of a pair. */
function orderQuestion(
  signed: SignedQuestion,
  by: OrderKey,
  instrument: Instrument,
  nowMs: number,
): Query<OrderAnswer> {
  const ask = (
    key: OrderKey,
    found: (leg: Leg) => OrderOrLeg,
    notFound: OrderAnswer,
  ): Query<OrderOrLeg> =>
    signed(
      '/api/v3/order',
      `symbol=${instrument.symbol}&${keyParam(key)}&`,
      nowMs,
      (value) => found(spotOrderIn(value, instrument)),
      (code) => (code === NO_SUCH_ORDER ? notFound : undefined),
    );
  const first = (leg: Leg): OrderOrLeg => {
    const answer = { kind: 'found' as const, order: pairOf([leg]) };
    return leg.listId < 0 ? answer : { ...answer, leg };
  };
  return {
    ...ask(by, first, { kind: 'not-found' }),
    followUp({ leg }: OrderOrLeg) {
      if (leg === undefined) return null;
      const other = { clientId: otherNameOf(leg.order.clientId) };
      const both = (second: Leg): OrderAnswer => ({ kind: 'found', order: pairOf([leg, second]) });
      // Somebody else names the legs of a list otherwise: what was found is an order by itself.
      return ask(other, both, { kind: 'found', order: pairOf([leg]) });
    },
  };
}

function spotOrderIn(value: unknown, instrument: Instrument): Leg {
  return legIn(value, orderIn(value, new Map([[instrument.symbol, instrument]])), instrument);
}

export function pageParam(afterTradeId: string | null): string {
  if (afterTradeId === null) return 'limit=1';
  return `fromId=${Number(afterTradeId) + 1}&limit=${TRADES_PER_PAGE}`;
}

export function keyParam(by: OrderKey): string {
  return 'clientId' in by ? `origClientOrderId=${by.clientId}` : `orderId=${by.venueOrderId}`;
}

/** An order as spot and futures describe it over REST. @throws WireFault */
export function orderIn(value: unknown, bySymbol: ReadonlyMap<string, Instrument>): VenueOrder {
  const order = objectIn(value, 'order');
  const symbol = textOf(order, 'symbol');
  const status = textOf(order, 'status');
  const state = STATES.get(status);
  if (state === undefined) throw new WireFault(`status: found ${status}, wanted a known one`);
  const instrument = bySymbol.get(symbol);
  if (instrument === undefined) throw new WireFault(`symbol: ${symbol} is not ours`);
  const ticks = ticksBelow(instrument, textOf(order, 'price'));
  const lots = lotsBelow(instrument, textOf(order, 'origQty'));
  const filledLots = lotsBelow(instrument, textOf(order, 'executedQty'));
  if (Number.isNaN(ticks + lots + filledLots)) {
    throw new WireFault(`${symbol}: a price or quantity that is no decimal`);
  }
  return {
    clientId: textOf(order, 'clientOrderId'),
    venueOrderId: String(wholeOf(order, 'orderId')),
    symbol,
    side: sideOf(order, 'side'),
    kind: textOf(order, 'type') === 'MARKET' ? 'market' : 'limit',
    ticks,
    lots,
    filledLots,
    state,
  };
}

function tradeIn(value: unknown, instrument: Instrument): VenueTrade {
  const trade: WireObject = objectIn(value, 'trade');
  return {
    venueOrderId: String(wholeOf(trade, 'orderId')),
    symbol: instrument.symbol,
    side: flagOf(trade, 'isBuyer') ? 'buy' : 'sell',
    fill: fillIn(trade, TRADE_FIELDS, instrument),
  };
}

function balancesIn(value: unknown): Balances {
  const balances = new Map<string, Amount>();
  for (const entry of arrayIn(objectIn(value, 'account')['balances'], 'balances')) {
    const balance = objectIn(entry, 'balance');
    const total = (spotAmountIn(balance, 'free') + spotAmountIn(balance, 'locked')) as Amount;
    if (total !== 0n) balances.set(textOf(balance, 'asset'), total);
  }
  return balances;
}

/** On spot nobody owes: a balance with a minus is no answer, and not to be booked. */
function spotAmountIn(balance: WireObject, field: string): Amount {
  const amount = amountIn(balance, field);
  if (amount >= 0n) return amount;
  throw new WireFault(`${field}: found ${textOf(balance, field)}, wanted 0 or more`);
}
